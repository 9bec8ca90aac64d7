import { TrackingError } from "../../errors.js";
import { metricCurves } from "../../render/metric-curves.js";
import { chartBundle } from "../../render/static/chart-bundle.js";
import { bySteps } from "../../render/thin.js";
import { defineMagic } from "../define-magic.js";
import { chosenRuns, runChoiceArgs } from "./run-choice.js";

/** `%plot loss`, `%plot loss elastic baseline x=time log`: one curve per run. */
export const plot = defineMagic({
  name: "plot",
  kind: "line",
  summary: "Draw the curve of a metric, one line per run",
  input: "args",
  args: [
    { name: "metric", type: "string", doc: "The metric's name", positional: true, required: true, complete: "metric" },
    {
      name: "runs",
      type: "words",
      doc: "Names or ids; default: the runs of the experiment that have the metric",
      positional: true,
      complete: "run",
    },
    {
      name: "x",
      type: "string",
      doc: "The x axis: the step, or seconds since the run's first point",
      complete: ["step", "time"],
    },
    { name: "log", type: "boolean", doc: "A logarithmic y axis" },
    ...runChoiceArgs,
  ],
  lowering: "await",
  returns: "Array<{ runId: string; runName: string; points: MetricPoint[] }>",
  draws: true,
  examples: ["%plot loss", "%plot loss elastic baseline x=time log"],
  async run(args, context) {
    const { session, output, assigned } = context;
    const { metric, where, goal, x = "step", log } = args;
    const { runs, notes } = await chosenRuns(context, args, [metric]);
    if (runs.length === 0) {
      const message = `No run${where === undefined ? "" : ` that matches ${where}`} has a metric '${metric}'.`;
      throw new TrackingError("RESOURCE_DOES_NOT_EXIST", message, { hint: "Use %runs to see which metrics exist." });
    }
    // Those of an experiment in the order they were started, so that a new run takes no other's colour.
    if (args.runs.length === 0) runs.sort((a, b) => a.info.startTime - b.info.startTime);
    const series = await Promise.all(
      runs.map(async ({ info: { runId, runName } }) => {
        const points = await session.getMetricHistory(runId, metric);
        return { runId, runName, points: points.sort(bySteps) };
      }),
    );
    if (!assigned) {
      const options = { x, log, goal, maxRuns: series.length, notes } as const;
      output.display(await chartBundle(metricCurves(metric, series, options)));
    }
    return series;
  },
});

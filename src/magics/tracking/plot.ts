import { TrackingError } from "../../errors.js";
import { metricCurves } from "../../render/metric-curves.js";
import { chartBundle } from "../../render/static/chart-bundle.js";
import type { Magic } from "../magic.js";
import { flag, optionalText, requiredText, textList } from "../runtime/read-args.js";
import { bySteps } from "./by-steps.js";
import { chooseRuns, runChoiceArgs } from "./choose-runs.js";

/** `%plot loss`, `%plot loss elastic baseline x=time log`: one curve per run. */
export const plot: Magic = {
  name: "plot",
  kind: "line",
  summary: "Draw the curve of a metric, one line per run",
  input: "args",
  args: [
    { name: "metric", type: "string", doc: "The metric's name", positional: true, required: true, complete: "metric" },
    {
      name: "runs",
      type: "words",
      doc: "Names or ids; the runs of the experiment that have the metric when left out",
      positional: true,
      complete: "run",
    },
    {
      name: "x",
      type: "string",
      tsType: '"step" | "time"',
      doc: "What lies along x: the step, or seconds since the run's first point",
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
    const metric = requiredText("plot", args, "metric");
    const names = textList(args, "runs");
    const runs = await chooseRuns(context, args, names, [metric]);
    if (runs.length === 0) {
      const where = optionalText(args, "where");
      const message = `No run${where === undefined ? "" : ` that matches ${where}`} has a metric '${metric}'.`;
      throw new TrackingError("RESOURCE_DOES_NOT_EXIST", message, { hint: "%runs shows which metrics there are." });
    }
    const series = await Promise.all(
      runs.map(async ({ info: { runId, runName } }) => {
        const points = await session.getMetricHistory(runId, metric);
        return { runId, runName, points: points.sort(bySteps) };
      }),
    );
    if (!assigned) {
      const x = optionalText(args, "x") === "time" ? "time" : "step";
      output.display(await chartBundle(metricCurves(metric, series, { x, log: flag(args, "log") })));
    }
    return series;
  },
};

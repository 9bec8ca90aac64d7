import { TrackingError } from "../../errors.js";
import { own } from "../../own.js";
import { experimentsMeant } from "../../queries/find-experiment.js";
import { metricsAndRuns } from "../../queries/known-keys.js";
import { noRuns } from "../../queries/no-runs.js";
import { curveAxes } from "../../render/curve-rows.js";
import { type MetricHistories, severalCurves } from "../../render/metric-curves.js";
import { keysByUse } from "../../render/runs-table.js";
import { chartBundle } from "../../render/static/chart-bundle.js";
import { bySteps } from "../../render/thin.js";
import { suggest } from "../../suggest.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Run } from "../../tracking/types.js";
import { defineMagic } from "../define-magic.js";
import { chosenRuns, runChoiceArgs } from "./run-choice.js";

/** `%plot loss val_loss`, `%plot metric=[loss, acc] x=relative smooth=0.6`, `%plot loss group=lr`: curves, one per run. */
export const plot = defineMagic({
  name: "plot",
  kind: "line",
  summary: "Draw the curves of one metric or several, one line per run",
  input: "args",
  args: [
    {
      name: "metric",
      type: "list",
      doc: "A metric or a list of metrics, a panel each",
      positional: true,
      required: true,
      complete: "metric",
    },
    {
      name: "more",
      type: "words",
      doc: "Further metrics, and runs by name or id; a word that is both is the metric",
      positional: true,
      complete: "metric_or_run",
    },
    {
      name: "runs",
      type: "list",
      doc: "Names or ids; default: the runs of the experiment that have one of the metrics",
      complete: "run",
    },
    {
      name: "x",
      type: "string",
      doc: "The x axis: the step, the time, or seconds since the run's first point",
      complete: curveAxes,
    },
    { name: "log", type: "boolean", doc: "A logarithmic y axis" },
    { name: "log_x", type: "boolean", doc: "A logarithmic x axis" },
    { name: "smooth", type: "number", doc: "Smoothing, from 0 to below 1: how much of a value is the one before it" },
    {
      name: "group",
      type: "string",
      doc: "A param: runs with the same value are drawn as mean and band",
      complete: "param",
    },
    ...runChoiceArgs,
  ],
  lowering: "await",
  returns: "Array<{ runId: string; runName: string; points: MetricPoint[] }>",
  draws: true,
  examples: [
    "%plot loss val_loss",
    "%plot loss elastic baseline x=relative log",
    "%plot [loss, acc] smooth=0.6",
    "%plot loss group=lr limit=100",
  ],
  async run(args, context) {
    const { session, output, assigned, services } = context;
    const { where, goal, x = "step", log, log_x: logX, smooth = 0, group } = args;
    checkSmooth(smooth);
    if (args.metric.length === 0)
      throw new TrackingError("INVALID_PARAMETER_VALUE", "%plot needs a metric.", { hint: "See %plot?" });
    const meant = await metricsAndRuns(session, args.more, args.experiment);
    const metrics = [...new Set([...args.metric, ...meant.metrics])];
    const named = [...args.runs, ...meant.runs];
    const { runs, notes } = await chosenRuns(context, { ...args, runs: named }, metrics);
    if (runs.length === 0) {
      throw await noRuns(session, { experiments: await experimentsMeant(session, args.experiment), where, metrics });
    }
    const unknown = metrics.find((metric) => !runs.some(({ data }) => Object.hasOwn(data.metrics, metric)));
    if (unknown !== undefined) throw lacks(runs, unknown);
    // Those of an experiment in the order they were started, so that a new run takes no other's colour.
    if (named.length === 0) runs.sort((a, b) => a.info.startTime - b.info.startTime);
    const groups = group === undefined ? undefined : { name: group, of: groupsOf(runs, group) };
    const histories = await Promise.all(metrics.map((metric) => historiesOf(session, runs, metric)));
    if (!assigned) {
      const places = services.colours.placesOf(runs.map(({ info }) => info.runId));
      const options = { x, log, logX, smooth, goal, groups, places, maxRuns: runs.length, notes };
      output.display(await chartBundle(severalCurves(histories, options)));
    }
    return histories[0]?.series ?? [];
  },
});

async function historiesOf(session: TrackingSession, runs: readonly Run[], metric: string) {
  const series = await Promise.all(
    runs.map(async ({ info: { runId, runName }, data }) => {
      const points = Object.hasOwn(data.metrics, metric) ? await session.getMetricHistory(runId, metric) : [];
      return { runId, runName, points: points.sort(bySteps) };
    }),
  );
  return { metric, series } satisfies MetricHistories;
}

function lacks(runs: readonly Run[], metric: string): TrackingError {
  const keys = keysByUse(runs.map(({ data }) => data.metrics));
  const near = suggest(metric, keys);
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", `None of these runs has a metric '${metric}'.`, {
    hint: near === undefined ? `They have: ${keys.slice(0, 10).join(", ")}.` : `Did you mean '${near}'?`,
  });
}

/** The value of a param by the id of each run. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when no run has it */
function groupsOf(runs: readonly Run[], param: string): Map<string, string> {
  if (!runs.some(({ data }) => Object.hasOwn(data.params, param))) {
    const keys = [...new Set(runs.flatMap(({ data }) => Object.keys(data.params)))];
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `None of these runs has a param '${param}' to group by.`, {
      hint: keys.length === 0 ? "They have logged no param." : `They have: ${keys.slice(0, 10).join(", ")}.`,
    });
  }
  return new Map(runs.map(({ info, data }) => [info.runId, own(data.params, param) ?? "missing"]));
}

function checkSmooth(smooth: number): void {
  if (smooth >= 0 && smooth < 1) return;
  throw new TrackingError("INVALID_PARAMETER_VALUE", `%plot: smooth must be 0 or more and below 1; got ${smooth}.`, {
    hint: "0.6 smooths a little, 0.95 a lot.",
  });
}

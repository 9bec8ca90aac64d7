import { TrackingError } from "../../errors.js";
import { type MetricGoal, metricGoal } from "../../metric-goal.js";
import { own } from "../../own.js";
import { rankRuns } from "../../queries/best-run.js";
import type { ChosenRuns } from "../../queries/choose-runs.js";
import { compareRuns, sharedMetrics } from "../../render/compare.js";
import { chartBundle } from "../../render/static/chart-bundle.js";
import { tableBundle } from "../../render/table.js";
import type { Run } from "../../tracking/types.js";
import { defineMagic } from "../define-magic.js";
import { chosenRuns, runChoiceArgs } from "./run-choice.js";

/** `%compare metric=rmse`, `%compare baseline elastic`: a table of what differs, and the chart that fits. */
export const compare = defineMagic({
  name: "compare",
  kind: "line",
  summary: "Compare two or more runs: the params that differ, best and last metrics, and a suitable chart",
  input: "args",
  args: [
    {
      name: "runs",
      type: "words",
      doc: "Names or ids; default: all runs of the experiment that have the metric",
      positional: true,
      complete: "run",
    },
    {
      name: "metric",
      type: "list",
      doc: "A metric or a list of metrics; default: all that the runs share",
      complete: "metric",
    },
    ...runChoiceArgs,
  ],
  lowering: "await",
  returns: "Run[]",
  draws: true,
  examples: [
    "%compare metric=rmse",
    "%compare baseline elastic metric=[rmse, r2]",
    "%compare where=\"tags.family = 'linear'\"",
  ],
  async run(args, context) {
    const { output, assigned } = context;
    const { metric: metrics, goal } = args;
    const chosen = await chosenRuns(context, args, metrics);
    const named = args.runs.length > 0;
    if (chosen.runs.length < 2) throw tooFew(chosen, named, metrics);
    const runs = inOrder(chosen.runs, metrics[0], goal, named);
    if (assigned) return runs;
    const keys = metrics.length > 0 ? metrics : sharedMetrics(runs);
    const goals = Object.fromEntries(keys.map((key) => [key, goal ?? metricGoal(key)]));
    const best = await chosen.best(keys.map((key) => ({ key, goal: own(goals, key) ?? metricGoal(key) })));
    const { notes } = chosen;
    const { table, chart } = compareRuns(runs, { metrics: keys, goals, best, notes, maxRuns: runs.length });
    output.display(tableBundle(table));
    if (chart !== undefined) output.display(await chartBundle(chart));
    return runs;
  },
});

/** The best first; without a metric as they are named, else the oldest first. */
function inOrder(
  runs: readonly Run[],
  metric: string | undefined,
  goal: MetricGoal | undefined,
  named: boolean,
): Run[] {
  if (metric !== undefined) return rankRuns(runs, metric, goal ?? metricGoal(metric));
  return named ? [...runs] : [...runs].reverse();
}

function tooFew({ runs, total }: ChosenRuns, named: boolean, metrics: readonly string[]): TrackingError {
  if (total > 1) {
    return new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `%compare needs at least two runs, but limit=1 leaves only one of ${total}.`,
    );
  }
  const having = metrics.length === 0 ? "" : ` with a metric ${metrics.map((key) => `'${key}'`).join(" or ")}`;
  const found = runs[0] === undefined ? `no run${having}` : `only '${runs[0].info.runName}'${having}`;
  return new TrackingError("INVALID_PARAMETER_VALUE", `%compare needs at least two runs; found ${found}.`, {
    hint: named ? "Name two different runs, or none to compare all." : "%runs all shows the runs of every experiment.",
  });
}

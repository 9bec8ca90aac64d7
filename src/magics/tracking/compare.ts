import { TrackingError } from "../../errors.js";
import { metricGoal } from "../../metric-goal.js";
import { own } from "../../own.js";
import { compareRuns } from "../../render/compare.js";
import { chartBundle } from "../../render/static/chart-bundle.js";
import { tableBundle } from "../../render/table.js";
import type { Run } from "../../tracking/types.js";
import type { Magic } from "../magic.js";
import { optionalNumber, optionalText, textList } from "../runtime/read-args.js";
import { chooseRuns, runChoiceArgs } from "./choose-runs.js";

/** `%compare metric=rmse`, `%compare baseline elastic`: a table of what differs, and the chart that fits. */
export const compare: Magic = {
  name: "compare",
  kind: "line",
  summary: "Compare two runs or more: the params that differ, metrics by best and last, and a chart that fits",
  input: "args",
  args: [
    {
      name: "runs",
      type: "words",
      doc: "Names or ids; all runs of the experiment that have the metric when left out",
      positional: true,
      complete: "run",
    },
    {
      name: "metric",
      type: "list",
      tsType: "string | readonly string[]",
      doc: "Metric compared, or a list of them; all that the runs share when left out",
      complete: "metric",
    },
    {
      name: "goal",
      type: "string",
      tsType: '"min" | "max"',
      doc: "Which way is better; guessed from each metric's name when left out",
      complete: ["min", "max"],
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
    const metrics = textList(args, "metric");
    const goal = optionalText(args, "goal") as "min" | "max" | undefined;
    const names = textList(args, "runs");
    const chosen = await chooseRuns(context, args, names, metrics);
    if (chosen.length < 2) throw tooFew(chosen, names.length > 0, metrics);
    const runs = bestFirst(chosen, metrics[0], goal).slice(0, optionalNumber(args, "limit"));
    if (assigned) return runs;
    const goals = goal === undefined ? {} : Object.fromEntries(metrics.map((key) => [key, goal]));
    const { table, chart } = compareRuns(runs, { ...(metrics.length > 0 ? { metrics } : {}), goals });
    output.display(tableBundle(table));
    if (chart !== undefined) output.display(await chartBundle(chart));
    return runs;
  },
};

function bestFirst(runs: readonly Run[], metric: string | undefined, goal: "min" | "max" | undefined): Run[] {
  if (metric === undefined) return [...runs];
  const sign = (goal ?? metricGoal(metric)) === "min" ? 1 : -1;
  const rank = (run: Run) => {
    const value = own(run.data.metrics, metric);
    return value === undefined || Number.isNaN(value) ? Number.POSITIVE_INFINITY : sign * value;
  };
  // Not by subtraction: Infinity - Infinity is NaN.
  return [...runs].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
}

function tooFew(runs: readonly Run[], named: boolean, metrics: readonly string[]): TrackingError {
  const having = metrics.length === 0 ? "" : ` with a metric ${metrics.map((key) => `'${key}'`).join(" or ")}`;
  const found = runs[0] === undefined ? `no run${having}` : `only '${runs[0].info.runName}'${having}`;
  return new TrackingError("INVALID_PARAMETER_VALUE", `%compare needs two runs or more; there is ${found}.`, {
    hint: named
      ? "Name two different runs, or name none to compare all."
      : "%runs all shows the runs of every experiment.",
  });
}

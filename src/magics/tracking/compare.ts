import { TrackingError } from "../../errors.js";
import { type MetricGoal, metricGoal } from "../../metric-goal.js";
import { own } from "../../own.js";
import { valuesAtBest } from "../../queries/at-best.js";
import { rankRuns } from "../../queries/best-run.js";
import type { ChosenRuns } from "../../queries/choose-runs.js";
import { experimentsMeant } from "../../queries/find-experiment.js";
import { findRun } from "../../queries/find-run.js";
import { noRuns } from "../../queries/no-runs.js";
import { searchPages } from "../../queries/run-search.js";
import { wholeSummaries } from "../../queries/whole-summaries.js";
import { comparisonViews } from "../../render/charts/comparison.js";
import { compareRuns, comparisonView } from "../../render/compare.js";
import { type CompareOptions, sharedMetrics } from "../../render/compared-runs.js";
import type { MetricSeries } from "../../render/rows.js";
import { keysByUse } from "../../render/runs-table.js";
import { chartBundle } from "../../render/static/chart-bundle.js";
import { tableBundle } from "../../render/table.js";
import { bySteps } from "../../render/thin.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Run } from "../../tracking/types.js";
import { defineMagic } from "../define-magic.js";
import type { MagicContext } from "../magic.js";
import { magicHints, sayIn } from "../runtime/say.js";
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
    {
      name: "as",
      type: "string",
      doc: "How to draw them; default: the chart that suits",
      complete: comparisonViews,
    },
    {
      name: "param",
      type: "list",
      doc: "A param or a list of params; default: all that differ",
      complete: "param",
    },
    { name: "baseline", type: "string", doc: "A run that the others are set against", complete: "run" },
    ...runChoiceArgs,
  ],
  lowering: "await",
  returns: "Run[]",
  draws: true,
  examples: [
    "%compare metric=rmse",
    "%compare linear elastic metric=[rmse, r2] baseline=linear",
    "%compare metric=rmse as=parallel experiment=[cars, trucks]",
    "%compare where=\"tags.family = 'linear'\"",
  ],
  async run(args, context) {
    const { session, output, assigned, services } = context;
    const { metric: metrics, goal, as, baseline: baselineWord } = args;
    const named = args.runs.length > 0;
    const main = metrics[0] ?? (named ? undefined : await mostShared(context, args));
    const chosen = await chosenRuns(context, args, metrics, main);
    const baseline = baselineWord === undefined ? undefined : await findBaseline(context, baselineWord);
    const runs = withRun(inOrder(chosen.runs, metrics[0] ?? main, goal, named), baseline);
    if (chosen.runs.length === 0) {
      const experiments = await experimentsMeant(session, args.experiment);
      throw await noRuns(session, { experiments, where: args.where, metrics });
    }
    if (runs.length < 2) throw tooFew(chosen, named, metrics);
    if (assigned) return runs;
    const keys = metrics.length > 0 ? metrics : mainFirst(sharedMetrics(runs), main);
    await wholeSummaries(session, runs, keys);
    const goals = Object.fromEntries(keys.map((key) => [key, goal ?? metricGoal(key)]));
    const goalOf = (key: string) => own(goals, key) ?? metricGoal(key);
    const [first] = keys;
    const options: CompareOptions = {
      metrics: keys,
      goals,
      best: await chosen.best(keys.map((key) => ({ key, goal: goalOf(key) }))),
      atBest: first === undefined ? [] : await valuesAtBest(session, runs, first, goalOf(first)),
      notes: [...chosen.notes, ...(await lackingNote(chosen, metrics))],
      baseline: baseline?.info.runId,
      experiments: await experimentNames(session, runs),
      colours: services.colours,
      ...(args.param.length > 0 ? { params: paramsOf(runs, args.param) } : {}),
      ...(as === undefined ? {} : { as }),
    };
    const needsCurves = first !== undefined && comparisonView(runs, options) === "curves";
    const curves = needsCurves ? await historiesOf(session, runs, first) : undefined;
    const { table, chart } = compareRuns(runs, { ...options, curves });
    output.display(tableBundle(table));
    if (chart !== undefined) output.display(await chartBundle(chart));
    return runs;
  },
});

/** Runs that are not compared, for a reader who misses one. */
async function lackingNote(chosen: ChosenRuns, metrics: readonly string[]): Promise<string[]> {
  const { count, more } = await chosen.lacking();
  if (count === 0) return [];
  const runs = `${count.toLocaleString("en-US")}${more ? " or more runs" : count === 1 ? " run" : " runs"}`;
  return [`Not compared: ${runs} without ${metrics.join(" or ")}.`];
}

/** Runs that are looked through for the metric that most of them have. */
const looked = 1000;

/** Without a metric the runs are ranked by the one that most of them have. */
async function mostShared(
  { session }: MagicContext,
  { experiment, where }: { experiment: readonly string[]; where?: string },
): Promise<string | undefined> {
  const experimentIds = (await experimentsMeant(session, experiment)).map(({ experimentId }) => experimentId);
  const { runs } = await searchPages(session, { experimentIds, filterString: where }, looked);
  return sharedMetrics(runs)[0];
}

function mainFirst(keys: readonly string[], main: string | undefined): string[] {
  return main === undefined
    ? [...keys]
    : [...keys.filter((key) => key === main), ...keys.filter((key) => key !== main)];
}

function findBaseline(context: MagicContext, word: string): Promise<Run> {
  const options = { several: "newest", viewType: "ALL", hints: magicHints, say: sayIn(context) } as const;
  return findRun(context.session, word, options);
}

function withRun(runs: readonly Run[], run: Run | undefined): Run[] {
  if (run === undefined || runs.some(({ info }) => info.runId === run.info.runId)) return [...runs];
  return [...runs, run];
}

async function experimentNames(session: TrackingSession, runs: readonly Run[]): Promise<Map<string, string>> {
  const ids = [...new Set(runs.map(({ info }) => info.experimentId))];
  const experiments = await Promise.all(ids.map((id) => session.getExperiment(id)));
  return new Map(experiments.map(({ experimentId, name }) => [experimentId, name]));
}

/** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when no run has one of them */
function paramsOf(runs: readonly Run[], params: readonly string[]): readonly string[] {
  const none = params.find((key) => !runs.some(({ data }) => Object.hasOwn(data.params, key)));
  if (none === undefined) return params;
  const keys = keysByUse(runs.map(({ data }) => data.params));
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `None of these runs has a param '${none}'.`, {
    hint: keys.length === 0 ? "They have logged no param." : `They have: ${keys.slice(0, 10).join(", ")}.`,
  });
}

function historiesOf(session: TrackingSession, runs: readonly Run[], metric: string): Promise<MetricSeries[]> {
  return Promise.all(
    runs.map(async ({ info: { runId, runName } }) => {
      return { runId, runName, points: (await session.getMetricHistory(runId, metric)).sort(bySteps) };
    }),
  );
}

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
  const found = `only '${runs[0]?.info.runName}'${having}`;
  return new TrackingError("INVALID_PARAMETER_VALUE", `%compare needs at least two runs; found ${found}.`, {
    hint: named ? "Name two different runs, or none to compare all." : "%runs all shows the runs of every experiment.",
  });
}

import { TrackingError } from "../errors.js";
import { bestValue, type MetricGoal, metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import type { Run } from "../tracking/types.js";
import { type BestValues, bestValues, type RankedMetrics, rankRuns, searchBest } from "./best-run.js";
import { experimentsMeant } from "./find-experiment.js";
import { type FindRunOptions, findRuns } from "./find-run.js";
import { bothFilters, metricField, type QuerySource, type RunScope, searchPages } from "./run-search.js";

/** Runs to look at side by side: those named, or the best of an experiment. */
export interface RunChoice {
  /** Names, ids or beginnings of ids; empty: all of the experiment. */
  names: readonly string[];
  /** Names or ids; default the current one. */
  experiments?: readonly string[];
  /** A filter, when no run is named. */
  where?: string;
  /** Each run must have one of them, and the first ranks them; empty: any run will do. */
  metrics: readonly string[];
  /** Without `metrics`: ranks the runs, and need not be there. */
  rankBy?: string;
  /** Which way the first metric is better; default by its name. */
  goal?: MetricGoal;
  /** Most runs; {@link defaultLimit} of an experiment, all of those that are named. */
  limit?: number;
}

export interface ChosenRuns {
  /** Named ones in the order given; else the best first; without a metric the newest first. */
  runs: Run[];
  /** How many there are to choose from. */
  total: number;
  /** There are even more. */
  uncounted: boolean;
  /** How many runs are no choice because they have none of the metrics, and whether there are even more; none of named runs. */
  lacking(): Promise<{ count: number; more: boolean }>;
  /** The best values among all of these, by metric; none when `runs` is all of them. */
  best(metrics: RankedMetrics): Promise<Record<string, BestValues>>;
}

/** Who asks: how errors word the way out, and who is told which of several runs was taken. */
type Asker = Pick<FindRunOptions, "hints" | "say">;

/** Most runs of an experiment unless a limit is given: more cannot be told apart in one chart. */
export const defaultLimit = 30;

/** Runs that are counted when some are left out. */
const counted = 1000;

/**
 * The runs named, else the best of the experiment that have one of the metrics; without a metric the newest.
 * @throws {TrackingError} when a named run has none of the metrics
 */
export async function chooseRuns(source: QuerySource, choice: RunChoice, asker: Asker): Promise<ChosenRuns> {
  checkLimit(choice.limit);
  return choice.names.length > 0 ? named(source, choice, asker) : searched(source, choice);
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE unless a whole number of 1 or more */
export function checkLimit(limit: number | undefined): void {
  if (limit === undefined || (Number.isInteger(limit) && limit >= 1)) return;
  throw new TrackingError("INVALID_PARAMETER_VALUE", `The limit must be a whole number of 1 or more; got ${limit}.`);
}

async function named(
  source: QuerySource,
  { names, experiments = [], metrics, goal, limit }: RunChoice,
  asker: Asker,
): Promise<ChosenRuns> {
  const experimentIds = experiments.length === 0 ? undefined : await idsMeant(source, experiments);
  const all = await findRuns(source, names, { ...asker, experimentIds, viewType: "ALL" });
  const has = (run: Run) => metrics.length === 0 || metrics.some((key) => Object.hasOwn(run.data.metrics, key));
  const without = all.find((run) => !has(run));
  if (without !== undefined) throw lacks(without, metrics);
  const [metric] = metrics;
  const ranked = metric === undefined ? all : rankRuns(all, metric, goal ?? metricGoal(metric));
  const kept = new Set(ranked.slice(0, limit));
  const runs = all.filter((run) => kept.has(run));
  return {
    runs,
    total: all.length,
    uncounted: false,
    lacking: async () => ({ count: 0, more: false }),
    best: async (wanted) => (runs.length === all.length ? {} : bestOf(all, wanted)),
  };
}

async function searched(
  source: QuerySource,
  { experiments, where, metrics, rankBy, goal, limit = defaultLimit }: RunChoice,
): Promise<ChosenRuns> {
  const experimentIds = await idsMeant(source, experiments);
  const having = metrics.map((key) => `${metricField(key)} IS NOT NULL`).join(" OR ");
  const filterString = having === "" ? where : bothFilters(where, having);
  const scope: RunScope = { experimentIds, filterString };
  const count = Math.max(limit, counted);
  const metric = metrics[0] ?? rankBy;
  const { runs, more } =
    metric === undefined
      ? await searchPages(source, scope, count)
      : await searchBest(source, scope, metric, goal ?? metricGoal(metric), count);
  return {
    runs: runs.slice(0, limit),
    total: runs.length,
    uncounted: more,
    async lacking() {
      if (metrics.length === 0) return { count: 0, more: false };
      const none = metrics.map((key) => `${metricField(key)} IS NULL`).join(" AND ");
      const left = await searchPages(source, { experimentIds, filterString: bothFilters(where, none) }, counted);
      return { count: left.runs.length, more: left.more };
    },
    best: async (wanted) => {
      if (more) return bestValues(source, scope, wanted);
      return runs.length <= limit ? {} : bestOf(runs, wanted);
    },
  };
}

async function idsMeant(source: QuerySource, experiments: readonly string[] | undefined): Promise<string[]> {
  return (await experimentsMeant(source, experiments)).map(({ experimentId }) => experimentId);
}

function bestOf(runs: readonly Run[], metrics: RankedMetrics): Record<string, BestValues> {
  const entries = metrics.map(({ key, goal }): [string, BestValues] => [
    key,
    {
      last: bestValue(
        runs.map(({ data }) => own(data.metrics, key)),
        goal,
      ),
      best: bestValue(
        runs.map(({ metricSummaries }) => own(metricSummaries, key)?.[goal]?.value),
        goal,
      ),
    },
  ]);
  return Object.fromEntries(entries);
}

/**
 * What is left out of a choice, as a sentence: "Showing the best 30 of 95 runs by rmse (min)."
 * @returns undefined when nothing is
 */
export function leftOut(
  { runs, total, uncounted }: ChosenRuns,
  metric: string | undefined,
  goal = metric === undefined ? undefined : metricGoal(metric),
): string | undefined {
  if (runs.length === total && !uncounted) return undefined;
  const all = `${uncounted ? "more than " : ""}${total.toLocaleString("en-US")} runs`;
  const by = metric === undefined ? "" : ` by ${metric} (${goal})`;
  return `Showing the ${metric === undefined ? "newest" : "best"} ${runs.length} of ${all}${by}.`;
}

function lacks({ info, data }: Run, metrics: readonly string[]): TrackingError {
  const keys = Object.keys(data.metrics);
  const message = `Run '${info.runName}' (${info.runId.slice(0, 8)}) has no metric ${metrics.map((key) => `'${key}'`).join(" or ")}.`;
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", message, {
    hint: keys.length === 0 ? "It has logged no metric." : `It has: ${keys.slice(0, 10).join(", ")}.`,
  });
}

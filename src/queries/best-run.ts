import { bestFirst, type MetricGoal, metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import type { Run } from "../tracking/types.js";
import { checkKey, checkWord } from "../tracking/validation.js";
import { checkOptions } from "../tracking/value-type.js";
import { experimentMeant } from "./find-experiment.js";
import { noRuns } from "./no-runs.js";
import { metricField, type QuerySource, type RunScope, searchPages } from "./run-search.js";

export interface BestRunOptions {
  /** Which way is better; default by the metric's name (loss: min, accuracy: max). */
  goal?: MetricGoal;
  /** Default: the session's experiment. */
  experimentName?: string;
  /** Only among runs that match: see `searchRuns`. */
  filterString?: string;
}

/**
 * The run with the best last value of a metric; runs without the metric, or with NaN, do not count. Infinities do: see
 * `bestFirst`. Of several the newest.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when no run has it
 */
export async function bestRun(source: QuerySource, metric: string, options: BestRunOptions = {}): Promise<Run> {
  checkKey("metric", metric);
  checkOptions("bestRun", options, '{ goal: "min" }');
  const { experimentName, filterString } = options;
  const goal = options.goal === undefined ? metricGoal(metric) : checkWord("goal", options.goal, ["min", "max"]);
  const experiment = await experimentMeant(source, experimentName);
  const scope = { experimentIds: [experiment.experimentId] };
  const [run] = (await searchBest(source, { ...scope, filterString }, metric, goal, 1)).runs;
  const value = run && own(run.data.metrics, metric);
  if (run !== undefined && value !== undefined && !Number.isNaN(value)) return run;
  throw await noRuns(source, { experiments: [experiment], where: filterString, metrics: [metric] });
}

/** The first `count` runs by the last value of a metric, best first: the store's order, which {@link rankRuns} is too. */
export function searchBest(source: QuerySource, scope: RunScope, metric: string, goal: MetricGoal, count: number) {
  return searchPages(source, { ...scope, orderBy: [`${metricField(metric)} ${direction(goal)}`] }, count);
}

/** The same runs, best first by the last value of a metric; of equal ones the newest first, as searches order them. */
export function rankRuns(runs: readonly Run[], metric: string, goal: MetricGoal): Run[] {
  const order = bestFirst(goal);
  return [...runs].sort(
    (a, b) =>
      order(own(a.data.metrics, metric), own(b.data.metrics, metric)) ||
      b.info.startTime - a.info.startTime ||
      (a.info.runId < b.info.runId ? -1 : 1),
  );
}

/** Metrics, each with which way it is better. */
export type RankedMetrics = ReadonlyArray<{ key: string; goal: MetricGoal }>;

/** The best last values of metrics among all the runs of a scope, also those that are not shown. */
export async function bestLastValues(
  source: QuerySource,
  scope: RunScope,
  metrics: RankedMetrics,
): Promise<Record<string, { last: number | undefined }>> {
  const entries = metrics.map(async ({ key, goal }) => {
    const [run] = (await searchBest(source, scope, key, goal, 1)).runs;
    const last = own(run?.data.metrics, key);
    return [key, { last: Number.isNaN(last) ? undefined : last }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The best values that runs have of a metric. */
export interface BestValues {
  /** Of the last values. */
  last: number | undefined;
  /** Of each run's own best value. */
  best: number | undefined;
}

/** As {@link bestLastValues}, with the best of each run's own best values. */
export async function bestValues(
  source: QuerySource,
  scope: RunScope,
  metrics: RankedMetrics,
): Promise<Record<string, BestValues>> {
  const lasts = await bestLastValues(source, scope, metrics);
  const entries = metrics.map(async ({ key, goal }) => {
    const order = [`${metricField(key)}.${goal} ${direction(goal)}`];
    const [run] = (await searchPages(source, { ...scope, orderBy: order }, 1)).runs;
    const best = own(run?.metricSummaries, key)?.[goal]?.value;
    return [key, { last: own(lasts, key)?.last, best }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function direction(goal: MetricGoal): "ASC" | "DESC" {
  return goal === "min" ? "ASC" : "DESC";
}

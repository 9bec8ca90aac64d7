import type { MetricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import { keysByUse } from "../render/runs-table.js";
import { eachLimit } from "../tracking/each-limit.js";
import type { MetricPoint, MetricSummary, Run } from "../tracking/types.js";
import type { QuerySource } from "./run-search.js";
import { wholeSummaries } from "./whole-summaries.js";

/** Another metric's values where a chosen one was best, one per run. */
export interface ValuesAtBest {
  key: string;
  /** The latest value logged at or before that step; undefined in a run that had none. */
  values: Array<number | undefined>;
}

/** Most other metrics: each costs a history per run. */
const maxMetrics = 8;

/**
 * The other metrics at the step where each run had its best value of `metric`. Only metrics with a history count: one that was
 * logged once has the same value at every step.
 */
export async function valuesAtBest(
  source: Pick<QuerySource, "client">,
  runs: readonly Run[],
  metric: string,
  goal: MetricGoal,
): Promise<ValuesAtBest[]> {
  const counts = (key: string) => runs.map(({ metricSummaries }) => own(metricSummaries, key)?.count ?? 0);
  if (!counts(metric).some((count) => count > 1)) return [];
  const others = keysByUse(runs.map(({ data }) => data.metrics)).filter((key) => key !== metric);
  await wholeSummaries(source, runs, others.slice(0, maxMetrics));
  const keys = others.filter((key) => counts(key).some((count) => count > 1)).slice(0, maxMetrics);
  const columns = keys.map((key): ValuesAtBest => ({ key, values: runs.map(() => undefined) }));
  const cells = columns.flatMap(({ key, values }) => runs.map((run, row) => ({ key, values, run, row })));
  await eachLimit(cells, async ({ key, values, run, row }) => {
    const best = own(run.metricSummaries, metric)?.[goal];
    const summary = own(run.metricSummaries, key);
    if (best === undefined || summary === undefined) return;
    const known = withoutHistory(summary, best.step);
    values[row] = known ? known.value : valueAt(await source.client.getMetricHistory(run.info.runId, key), best.step);
  });
  return columns.filter(({ values }) => values.some((value) => value !== undefined));
}

/** Where the summary says it all, no history is read. */
function withoutHistory({ last, count }: MetricSummary, step: number): { value: number | undefined } | undefined {
  if (last.step <= step) return { value: last.value };
  return count === 1 ? { value: undefined } : undefined;
}

/** Of several points of one step the one logged last. */
function valueAt(points: readonly MetricPoint[], step: number): number | undefined {
  let found: MetricPoint | undefined;
  for (const point of points) {
    if (point.step > step) continue;
    if (
      found === undefined ||
      point.step > found.step ||
      (point.step === found.step && point.timestamp >= found.timestamp)
    )
      found = point;
  }
  return found?.value;
}

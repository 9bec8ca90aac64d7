import { own } from "../own.js";
import { keysByUse } from "../render/runs-table.js";
import { bySteps } from "../render/thin.js";
import { eachLimit } from "../tracking/each-limit.js";
import type { MetricPoint, Run } from "../tracking/types.js";
import type { QuerySource } from "./run-search.js";

/** Most points that are read for the curves of one table: a tenth of a second from files. */
const allPoints = 100_000;

/** Curves by metric and run, each sorted by step. */
export type MetricCurves = Map<string, Map<string, MetricPoint[]>>;

/**
 * The histories from which the small curves in a table are drawn. Metrics that more runs have come first; once a metric's histories
 * would take more than {@link allPoints} in all, that metric is left out. Metrics of the machine (`system/…`) get no curves.
 * @param most - most metrics
 * @param wanted - the metrics to choose from; default: all that the runs have
 */
export async function metricCurves(
  { client }: Pick<QuerySource, "client">,
  runs: readonly Run[],
  most: number,
  wanted?: readonly string[],
): Promise<MetricCurves> {
  const countOf = (run: Run, key: string) => own(run.metricSummaries, key)?.count ?? 0;
  const keys = (wanted ?? keysByUse(runs.map(({ data }) => data.metrics)))
    .filter((key) => !key.startsWith("system/") && runs.some((run) => countOf(run, key) > 1))
    .slice(0, most);
  const curves: MetricCurves = new Map();
  const histories: Array<{ runId: string; key: string; byRun: Map<string, MetricPoint[]> }> = [];
  let points = 0;
  for (const key of keys) {
    const count = runs.reduce((sum, run) => sum + countOf(run, key), 0);
    if (points + count > allPoints) continue;
    points += count;
    const byRun = new Map<string, MetricPoint[]>();
    curves.set(key, byRun);
    for (const run of runs) if (countOf(run, key) > 1) histories.push({ runId: run.info.runId, key, byRun });
  }
  await eachLimit(histories, async ({ runId, key, byRun }) => {
    byRun.set(runId, (await client.getMetricHistory(runId, key)).sort(bySteps));
  });
  return curves;
}

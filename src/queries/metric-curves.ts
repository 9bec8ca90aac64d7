import { own } from "../own.js";
import { keysByUse } from "../render/runs-table.js";
import { bySteps } from "../render/thin.js";
import type { MetricPoint, Run } from "../tracking/types.js";
import type { QuerySource } from "./run-search.js";

/** Most points that are read for the curves of one table: a tenth of a second from files. */
const allPoints = 100_000;

/** Histories read at a time. */
const atOnce = 8;

/** Curves by metric and run, each sorted by step. */
export type MetricCurves = Map<string, Map<string, MetricPoint[]>>;

/**
 * The histories that small curves in a table are drawn of: of the metrics that more runs have first, as many as are read in
 * no time, and a metric's all or none. Metrics of the machine (`system/…`) have none.
 * @param most - metrics
 * @param wanted - of which metrics; default all
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
  const reads: Array<() => Promise<void>> = [];
  let points = 0;
  for (const key of keys) {
    const count = runs.reduce((sum, run) => sum + countOf(run, key), 0);
    if (points + count > allPoints) continue;
    points += count;
    const byRun = new Map<string, MetricPoint[]>();
    curves.set(key, byRun);
    for (const run of runs.filter((each) => countOf(each, key) > 1)) {
      const { runId } = run.info;
      reads.push(async () => {
        byRun.set(runId, (await client.getMetricHistory(runId, key)).sort(bySteps));
      });
    }
  }
  const workers = Array.from({ length: atOnce }, async () => {
    for (let read = reads.shift(); read !== undefined; read = reads.shift()) await read();
  });
  await Promise.all(workers);
  return curves;
}

import type { Metric, MetricPoint, MetricSummary, Page, PageRequest } from "../../tracking/types.js";
import { extend } from "../metric-summary.js";
import { readOffset, writeOffset } from "../page-of-list.js";
import { noRun } from "../run-change.js";
import type { SqlDatabase } from "./database.js";
import { fromPointRow, fromSummary, toPointValue, toSummaryColumns } from "./metric-row.js";

/** Rows of one INSERT, each of six values. */
const rowLimit = 1000;
const keyLimit = 500;
/** Points given at once; MLflow's limit of a page of `get-history`. */
const pageLimit = 25_000;

/** Adds points to a run that the transaction has locked. */
export async function addPoints(database: SqlDatabase, run: number, metrics: readonly Metric[]): Promise<void> {
  if (metrics.length === 0) return;
  const known = await readMetrics(database, run, [...new Set(metrics.map(({ key }) => key))]);
  const numbered = metrics.map((metric) => {
    const row = known.get(metric.key);
    if (row === undefined) {
      known.set(metric.key, newSummary(metric));
      return { metric, seq: 0 };
    }
    const seq = row.count;
    extend(row, metric);
    return { metric, seq };
  });
  const ids = await saveMetrics(database, run, known);
  for (let from = 0; from < numbered.length; from += rowLimit) {
    const rows = numbered.slice(from, from + rowLimit).map(({ metric: { key, step, timestamp, value }, seq }) => ({
      metric: ids.get(key) ?? 0,
      seq,
      step,
      timestamp,
      ...toPointValue(value),
    }));
    await database.db.insertInto("points").values(rows).execute();
  }
}

/** A page of a metric's points, in the order they were logged. */
export async function metricHistory(
  { db }: SqlDatabase,
  runId: string,
  key: string,
  page: PageRequest,
): Promise<Page<MetricPoint>> {
  const what = `${runId}/${key}`;
  const from = readOffset(page.pageToken, what);
  const found = await db
    .selectFrom("runs")
    .leftJoin("metrics", (join) => join.onRef("metrics.run", "=", "runs.id").on("metrics.key", "=", key))
    .select("metrics.id as metric")
    .where("runs.run_id", "=", runId)
    .executeTakeFirst();
  if (found === undefined) throw noRun(runId);
  if (found.metric === null) return [];
  const limit = Math.min(page.maxResults ?? pageLimit, pageLimit);
  const rows = await db
    .selectFrom("points")
    .select(["step", "timestamp", "value", "odd"])
    .where("metric", "=", found.metric)
    .where("seq", ">=", from)
    .orderBy("seq")
    .limit(limit + 1)
    .execute();
  const points: Page<MetricPoint> = rows.slice(0, limit).map(fromPointRow);
  if (rows.length > limit) points.nextPageToken = writeOffset(from + limit, what);
  return points;
}

async function readMetrics(
  { db }: SqlDatabase,
  run: number,
  keys: readonly string[],
): Promise<Map<string, MetricSummary>> {
  const found = new Map<string, MetricSummary>();
  for (let from = 0; from < keys.length; from += keyLimit) {
    const rows = await db
      .selectFrom("metrics")
      .select(["key", "summary"])
      .where("run", "=", run)
      .where("key", "in", keys.slice(from, from + keyLimit))
      .execute();
    for (const { key, summary } of rows) found.set(key, fromSummary(key, summary));
  }
  return found;
}

/** @returns the metrics' numbers, by key */
async function saveMetrics(
  { db }: SqlDatabase,
  run: number,
  summaries: ReadonlyMap<string, MetricSummary>,
): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  const rows = [...summaries].map(([key, summary]) => ({ run, key, ...toSummaryColumns(summary) }));
  for (let from = 0; from < rows.length; from += keyLimit) {
    const saved = await db
      .insertInto("metrics")
      .values(rows.slice(from, from + keyLimit))
      .onConflict((conflict) =>
        conflict.columns(["run", "key"]).doUpdateSet(({ ref }) => ({
          value: ref("excluded.value"),
          min_value: ref("excluded.min_value"),
          max_value: ref("excluded.max_value"),
          summary: ref("excluded.summary"),
        })),
      )
      .returning(["id", "key"])
      .execute();
    for (const { id, key } of saved) ids.set(key, id);
  }
  return ids;
}

function newSummary(metric: Metric): MetricSummary {
  const bounds = Number.isFinite(metric.value) ? { min: metric, max: metric } : {};
  return { last: metric, ...bounds, count: 1 };
}

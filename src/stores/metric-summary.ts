import { own, setOwn } from "../own.js";
import type { Metric, MetricPoint, MetricSummary, Run } from "../tracking/types.js";

/** Adds a point to a run's summaries and latest values, in place. */
export function addMetric(run: Run, metric: Metric): void {
  const summary = own(run.metricSummaries, metric.key);
  if (summary === undefined) {
    setOwn(run.metricSummaries, metric.key, firstSummary(metric));
    setOwn(run.data.metrics, metric.key, metric.value);
    return;
  }
  extend(summary, metric);
  if (summary.last === metric) setOwn(run.data.metrics, metric.key, metric.value);
}

/** What the points of a metric come to; undefined when there is none. */
export function summaryOf(key: string, points: readonly MetricPoint[]): MetricSummary | undefined {
  let summary: MetricSummary | undefined;
  for (const point of points) {
    const metric = { key, ...point };
    if (summary === undefined) summary = firstSummary(metric);
    else extend(summary, metric);
  }
  return summary;
}

function firstSummary(metric: Metric): MetricSummary {
  return { last: metric, ...(Number.isFinite(metric.value) ? { min: metric, max: metric } : {}), count: 1 };
}

/** Adds a point to a metric's summary; its latest value among the run's is left to {@link showLatest}. */
export function extend(summary: MetricSummary, metric: Metric): void {
  summary.count++;
  if (isLater(metric, summary.last)) summary.last = metric;
  if (!Number.isFinite(metric.value)) return;
  if (summary.min === undefined || metric.value < summary.min.value) summary.min = metric;
  if (summary.max === undefined || metric.value > summary.max.value) summary.max = metric;
}

/** Sets the run's latest value of a metric from its summary. */
export function showLatest(run: Run, key: string): void {
  const summary = own(run.metricSummaries, key);
  if (summary !== undefined) setOwn(run.data.metrics, key, summary.last.value);
}

/** MLflow's rule for "latest": greatest by (step, timestamp, value). */
function isLater(a: Metric, b: Metric): boolean {
  if (a.step !== b.step) return a.step > b.step;
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  return a.value >= b.value || Number.isNaN(b.value);
}

import type { Metric, MetricPoint, MetricSummary } from "../../tracking/types.js";

/** A number as JSON that is read as the same number. */
type JsonNumber = number | string;
type JsonMetric = readonly [value: JsonNumber, step: number, timestamp: number];

/** A summary as a database keeps it: all of it as text, and beside it what searches compare. */
export function toSummaryColumns({ last, min, max, count }: MetricSummary): {
  value: number | null;
  min_value: number | null;
  max_value: number | null;
  summary: string;
} {
  const parts = [last, min, max].map((metric) => (metric === undefined ? null : toJson(metric)));
  return {
    value: Number.isNaN(last.value) ? null : last.value,
    min_value: min?.value ?? null,
    max_value: max?.value ?? null,
    summary: JSON.stringify([count, ...parts]),
  };
}

export function fromSummary(key: string, summary: string): MetricSummary {
  const [count, last, min, max] = JSON.parse(summary) as [number, JsonMetric, JsonMetric | null, JsonMetric | null];
  return {
    last: fromJson(key, last),
    ...(min === null ? {} : { min: fromJson(key, min) }),
    ...(max === null ? {} : { max: fromJson(key, max) }),
    count,
  };
}

/** `odd` holds the values that a database's number does not: NaN, and the zero with a sign, which SQLite drops. */
export function toPointValue(value: number): { value: number | null; odd: string | null } {
  if (Number.isNaN(value)) return { value: null, odd: "NaN" };
  return Object.is(value, -0) ? { value: 0, odd: "-0" } : { value, odd: null };
}

export function fromPointRow(row: {
  step: number;
  timestamp: number;
  value: number | null;
  odd: string | null;
}): MetricPoint {
  const value = row.odd === null ? (row.value ?? Number.NaN) : Number(row.odd);
  return { step: row.step, value, timestamp: row.timestamp };
}

function toJson({ value, step, timestamp }: Metric): JsonMetric {
  return [toJsonNumber(value), step, timestamp];
}

/** As itself where JSON has it, else as a text that `Number` reads. */
export function toJsonNumber(value: number): JsonNumber {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

function fromJson(key: string, [value, step, timestamp]: JsonMetric): Metric {
  return { key, value: Number(value), step, timestamp };
}

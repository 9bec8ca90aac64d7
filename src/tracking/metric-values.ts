import { TrackingError } from "../errors.js";
import type { Metric } from "./types.js";
import { checkMetric } from "./validation.js";

/** A number; an array of numbers, logged at steps `step`, `step + 1`, …; an object of numbers, logged as `key/name`. */
export type MetricValue = number | bigint | ArrayLike<number> | { readonly [name: string]: MetricValue };

export interface MetricOptions {
  /** Whole, may be negative; default 0. */
  step?: number;
  /** ms since the epoch; default now. */
  timestamp?: number;
}

/** Points of any keys, as they come from elsewhere. */
export type MetricSeries = ReadonlyArray<{ key: string; value: number; step?: number; timestamp?: number }>;

/** The points that a value means, checked. @throws {TrackingError} INVALID_PARAMETER_VALUE for what is no number */
export function toMetrics(key: string, value: MetricValue, options: MetricOptions = {}): Metric[] {
  const points: Metric[] = [];
  collect(points, key, value, options.step ?? 0, options.timestamp ?? Date.now());
  return points;
}

/** As {@link toMetrics}, for a record of keys or a series of points. */
export function toMetricList(
  metrics: Readonly<Record<string, MetricValue>> | MetricSeries,
  options: MetricOptions = {},
): Metric[] {
  const now = options.timestamp ?? Date.now();
  const points: Metric[] = [];
  if (isSeries(metrics)) {
    for (const point of metrics)
      collect(points, point.key, point.value, point.step ?? options.step ?? 0, point.timestamp ?? now);
  } else {
    for (const [key, value] of Object.entries(metrics)) collect(points, key, value, options.step ?? 0, now);
  }
  return points;
}

function collect(points: Metric[], key: string, value: MetricValue, step: number, timestamp: number): void {
  if (typeof value === "number") {
    checkMetric(key, value, timestamp, step);
    points.push({ key, value, timestamp: Math.trunc(timestamp), step });
  } else if (typeof value === "bigint") {
    collect(points, key, Number(value), step, timestamp);
  } else if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const list = value as ArrayLike<number>;
    for (let index = 0; index < list.length; index++)
      collect(points, key, list[index] as number, step + index, timestamp);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value))
      collect(points, `${key}/${name}`, part as MetricValue, step, timestamp);
  } else {
    const shown = typeof value === "string" ? `'${value}'` : String(value);
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `Got invalid value ${shown} for metric '${key}' (timestamp=${timestamp}). Please specify value as a valid double (64-bit floating point)`,
      { hint: `A metric is a number; this is ${value === null ? "null" : `a ${typeof value}`}.` },
    );
  }
}

function isSeries(metrics: Readonly<Record<string, MetricValue>> | MetricSeries): metrics is MetricSeries {
  return Array.isArray(metrics);
}

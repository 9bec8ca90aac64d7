import type { TrackingError } from "../errors.js";
import type { Metric } from "./types.js";
import { checkKey, checkMetric } from "./validation.js";
import { checkOptions, fieldsOf, isNamed, typeOf, wrongType } from "./value-type.js";

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

/**
 * The points that a value means, checked; one at least.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, naming the type, for what is not a number or has none in it
 */
export function toMetrics(key: string, value: MetricValue, options?: MetricOptions): Metric[] {
  checkMoment("logMetric", options);
  const points: Metric[] = [];
  collect(points, key, value, options?.step ?? 0, options?.timestamp ?? Date.now());
  return points;
}

/** As {@link toMetrics}, of the value that most log calls have. */
export function toMetric(key: string, value: number, options?: MetricOptions): Metric {
  checkMoment("logMetric", options);
  const step = options?.step ?? 0;
  const timestamp = options?.timestamp ?? Date.now();
  checkMetric(key, value, timestamp, step);
  return { key, value, timestamp: Math.trunc(timestamp), step };
}

/** As {@link toMetrics}, for a record of keys or a series of points. */
export function toMetricList(
  metrics: Readonly<Record<string, MetricValue>> | MetricSeries,
  options?: MetricOptions,
): Metric[] {
  checkMoment("logMetrics", options);
  const now = options?.timestamp ?? Date.now();
  const start = options?.step ?? 0;
  const points: Metric[] = [];
  if (!Array.isArray(metrics)) {
    for (const [key, value] of fieldsOf("The metrics", metrics)) collect(points, key, value, start, now);
    return points;
  }
  if (metrics.length === 0) throw wrongType("The array of metrics is empty, so there is nothing to log.", metrics);
  for (const [index, point] of metrics.entries()) {
    checkPoint(point, index);
    collect(points, point.key, point.value, point.step ?? start, point.timestamp ?? now);
  }
  return points;
}

/** In a loop that logs, the options are an object literal, which its prototype tells at once. */
function checkMoment(call: string, options: MetricOptions | null | undefined): void {
  if (options === undefined || (options !== null && Object.getPrototypeOf(options) === Object.prototype)) return;
  checkOptions(call, options, "{ step: 3 }");
}

function checkPoint(point: unknown, index: number): asserts point is MetricSeries[number] {
  if (typeof point === "object" && point !== null && "key" in point && "value" in point) return;
  throw wrongType(
    `Point ${index} of the metrics must be an object with key and value; got ${typeOf(point)}.`,
    point,
    "To log several values of one metric, use logMetric(key, numbers).",
  );
}

function collect(points: Metric[], key: string, value: unknown, step: number, timestamp: number): void {
  if (typeof value === "number") {
    checkMetric(key, value, timestamp, step);
    points.push({ key, value, timestamp: Math.trunc(timestamp), step });
    return;
  }
  checkKey("metric", key);
  if (typeof value === "bigint") {
    collect(points, key, exactNumber(key, value), step, timestamp);
  } else if (isList(value)) {
    if (value.length === 0) throw notANumber(key, value, "It is empty, so there is nothing to log.");
    for (let index = 0; index < value.length; index++) {
      const item = value[index];
      if (typeof item !== "number" && typeof item !== "bigint") throw notANumber(`${key}[${index}]`, item);
      collect(points, key, item, step + index, timestamp);
    }
  } else if (isNamed(value)) {
    for (const [name, part] of fieldsOf(`Metric '${key}'`, value))
      collect(points, `${key}/${name}`, part, step, timestamp);
  } else {
    throw notANumber(key, value);
  }
}

/** A metric is a double, which has no digits for most integers beyond 2^53. */
function exactNumber(key: string, value: bigint): number {
  const number = Number(value);
  if (Number.isFinite(number) && BigInt(number) === value) return number;
  throw notANumber(
    key,
    value,
    "A metric holds only 53 bits. Round the value with Number(…), or log it as a param or tag to keep every digit.",
  );
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** MLflow's words. */
function notANumber(
  key: string,
  value: unknown,
  hint = "Pass a number, an array of numbers, or an object of numbers.",
): TrackingError {
  return wrongType(
    `Got invalid value ${typeOf(value)} for metric '${key}'. Please specify value as a valid double (64-bit floating point).`,
    value,
    hint,
  );
}

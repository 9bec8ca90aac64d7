import { posix } from "node:path";
import { TrackingError } from "../errors.js";

/**
 * MLflow's limits, all from `mlflow/utils/validation.py` and `mlflow/environment_variables.py` of 3.17, in characters.
 * A longer param or tag value is cut, as MLFLOW_TRUNCATE_LONG_VALUES=true (MLflow's default) does.
 */
export const limits = {
  /** MAX_ENTITY_KEY_LENGTH */
  key: 250,
  /** MAX_PARAM_VAL_LENGTH */
  paramValue: 6000,
  /** MAX_TAG_VAL_LENGTH */
  tagValue: 8000,
  /** MAX_EXPERIMENT_TAG_VAL_LENGTH */
  experimentTagValue: 20_000,
  /** MAX_MODEL_REGISTRY_TAG_VALUE_LENGTH */
  registryTagValue: 100_000,
  /** MAX_EXPERIMENT_NAME_LENGTH */
  experimentName: 500,
  datasetName: 500,
  datasetDigest: 36,
  datasetSource: 65_535,
  datasetSchema: 1_048_575,
  datasetProfile: 16_777_215,
  /** SEARCH_MAX_RESULTS_THRESHOLD */
  maxResults: 50_000,
} as const;

export type KeyKind = "metric" | "param" | "tag" | "experiment tag" | "image";

// MLflow's _VALID_PARAM_AND_METRIC_NAMES, `^[/\w.\- :]*$`; Python's \w has all letters and digits of Unicode.
const validKey = /^[/\p{L}\p{N}_.\- :]*$/u;
/** Most keys are so, and need no look at what path they would make: 250 is `limits.key`. */
const plainKey = /^[\w\- :]{1,250}$/;

/** @throws {TrackingError} INVALID_PARAMETER_VALUE: empty, too long, odd characters, or no normalised relative path */
export function checkKey(kind: KeyKind, key: string): void {
  if (typeof key === "string" && plainKey.test(key)) return;
  if (typeof key !== "string" || key === "") {
    throw invalid(`The ${kind} key must be a text that is not empty; got ${JSON.stringify(key) ?? "undefined"}.`);
  }
  if (!validKey.test(key)) {
    throw invalid(
      `Invalid value ${JSON.stringify(key)} for ${kind} name: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
    );
  }
  const path = posix.normalize(key);
  if (path !== key || path === "." || path.startsWith("..") || path.startsWith("/")) {
    throw invalid(
      `Invalid value ${JSON.stringify(key)} for ${kind} name: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${path}'`,
    );
  }
  checkLength(`${kind[0]?.toUpperCase()}${kind.slice(1)} name`, key, limits.key);
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE for a text of more than `limit` characters */
export function checkLength(what: string, text: string, limit: number): void {
  if (text.length > limit) {
    throw invalid(`${what} '${text.slice(0, 80)}…' had length ${text.length}, which exceeded length limit of ${limit}`);
  }
}

/**
 * `value` as MLflow stores it: text, cut at `limit` characters. Objects become JSON, dates ISO 8601.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for undefined, functions and what refers to itself: they have no text
 */
export function toValueText(kind: "param" | "tag", key: string, value: unknown, limit: number): string {
  const text = typeof value === "object" && value !== null ? objectText(value) : plainText(value);
  if (text === undefined) {
    throw invalid(
      `The value of ${kind} '${key}' is ${typeof value}, which has no text.`,
      "Give a text, number, boolean or JSON value.",
    );
  }
  return text.length > limit ? text.slice(0, limit) : text;
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE unless a number (NaN and infinities pass) and whole, non-negative time */
export function checkMetric(key: string, value: number, timestamp: number, step: number): void {
  checkKey("metric", key);
  if (typeof value !== "number") {
    throw invalid(
      `Got invalid value ${show(value)} for metric '${key}' (timestamp=${timestamp}). Please specify value as a valid double (64-bit floating point)`,
    );
  }
  if (!(timestamp >= 0) || !Number.isFinite(timestamp)) {
    throw invalid(
      `Got invalid timestamp ${show(timestamp)} for metric '${key}' (value=${value}). Timestamp must be a nonnegative long (64-bit integer)`,
    );
  }
  if (!Number.isSafeInteger(step)) {
    throw invalid(
      `Got invalid step ${show(step)} for metric '${key}' (value=${value}). Please specify value as a valid long (64-bit integer)`,
    );
  }
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE unless 1 to 500 characters */
export function checkExperimentName(name: string): void {
  if (typeof name !== "string" || name.trim() === "") {
    throw invalid(`Invalid experiment name: ${show(name)}. It must be a text that is not empty.`);
  }
  checkLength("Experiment name", name, limits.experimentName);
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE unless 32 hex digits or another id that MLflow takes */
export function checkRunId(runId: string): void {
  if (typeof runId !== "string" || !/^[a-zA-Z0-9][\w-]{0,255}$/.test(runId))
    throw invalid(`Invalid run ID: '${show(runId)}'`);
}

/** Bytes in UTF-8; ext4, APFS and NTFS (there 255 UTF-16 units) agree. */
const longestFileName = 255;

/**
 * An artifact path, `/`-separated and relative to the run.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE when empty, absolute, not normalised, or leading out of the run
 */
export function checkArtifactPath(path: string): string {
  const shown = show(path);
  if (typeof path !== "string" || path === "")
    throw invalid(`Invalid artifact path: ${shown}. It must be a text that is not empty.`);
  const normal = posix.normalize(path).replace(/\/$/, "");
  const parts = normal.split("/");
  if (
    normal.startsWith("/") ||
    /^[A-Za-z]:/.test(path) ||
    path.includes("\\") ||
    path.includes("\0") ||
    parts.includes("..")
  ) {
    throw invalid(
      `Invalid artifact path: ${shown}. It must be relative, with '/' between its parts, and stay inside the run.`,
    );
  }
  if (normal === ".") throw invalid(`Invalid artifact path: ${shown}. It names no file.`);
  const long = parts.find((part) => Buffer.byteLength(part) > longestFileName);
  if (long !== undefined) {
    throw invalid(
      `A name in the artifact path has ${Buffer.byteLength(long)} bytes, and file systems take ${longestFileName}: ${show(long)}.`,
    );
  }
  return normal;
}

function plainText(value: unknown): string | undefined {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  return typeof value === "string" || typeof value === "boolean" || typeof value === "bigint" || value === null
    ? String(value)
    : undefined;
}

function objectText(value: object): string | undefined {
  try {
    return value instanceof Date ? value.toISOString() : JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function show(value: unknown): string {
  if (typeof value === "string") return `'${value.slice(0, 200)}'`;
  if (typeof value === "number" || typeof value === "boolean" || value === undefined || value === null)
    return String(value);
  return `${typeof value}`;
}

function invalid(message: string, hint?: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", message, hint === undefined ? {} : { hint });
}

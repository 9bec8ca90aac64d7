import { posix } from "node:path";
import { TrackingError } from "../errors.js";
import { checkWellFormed } from "./json-text.js";
import type { RunBatch } from "./store.js";
import { type Dataset, endStatuses, type ModelOutput, type RunStatus } from "./types.js";
import { checkText, isNamed, typeOf, wrongType } from "./value-type.js";

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
  checkText(`The ${kind} key`, key);
  if (key === "") throw invalid(`The ${kind} key must not be empty.`);
  if (!validKey.test(key)) {
    throw invalid(
      `Invalid value ${JSON.stringify(key)} for ${kind} name: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
    );
  }
  // Python's normpath leaves no slash at the end.
  const path = posix.normalize(key).replace(/(?<=.)\/$/, "");
  if (path !== key || path === "." || path.startsWith("..") || path.startsWith("/")) {
    throw invalid(
      `Invalid value ${JSON.stringify(key)} for ${kind} name: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${path}'`,
    );
  }
  checkLength(`${kind[0]?.toUpperCase()}${kind.slice(1)} name`, key, limits.key);
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE, in MLflow's words, for a text of more than `limit` characters */
export function checkLength(what: string, text: string, limit: number): void {
  const length = characters(text, limit);
  if (length <= limit) return;
  throw invalid(`'${what}' exceeds the maximum length of ${limit} characters: '${text.slice(0, 80)}…' has ${length}.`);
}

/**
 * A text cut at `limit` characters as MLflow cuts it, which is said; with MLFLOW_TRUNCATE_LONG_VALUES=false it is refused.
 * @param say - gets MLflow's warning
 */
export function fitLength(what: string, text: string, limit: number, say: (line: string) => void): string {
  const length = characters(text, limit);
  if (length <= limit) return text;
  if (/^(false|0)$/i.test(process.env.MLFLOW_TRUNCATE_LONG_VALUES ?? "")) checkLength(what, text, limit);
  say(
    `${what} '${text.slice(0, 100)}...' (${length} characters) is truncated to ${limit} characters to meet the length limit.`,
  );
  return [...text.slice(0, 2 * limit)].slice(0, limit).join("");
}

/** As Python counts them: a pair of surrogates is one. Not counted when there cannot be more than `limit`. */
function characters(text: string, limit: number): number {
  if (text.length <= limit) return text.length;
  let pairs = 0;
  for (let at = 0; at < text.length; at++) if ((text.codePointAt(at) ?? 0) > 0xffff) pairs++;
  return text.length - pairs;
}

/** The last ms that has a date. @see ECMA-262, time values */
const lastTime = 8.64e15;

/** @throws {TrackingError} INVALID_PARAMETER_VALUE unless a number (NaN and infinities pass) and whole, non-negative time */
export function checkMetric(key: string, value: number, timestamp: number, step: number): void {
  checkKey("metric", key);
  checkMetricPoint(key, value, timestamp, step);
}

/** {@link checkMetric} where the key has been checked, as with the many points of one metric. @throws {TrackingError} as that */
export function checkMetricPoint(key: string, value: number, timestamp: number, step: number): void {
  if (typeof timestamp !== "number" || !(timestamp >= 0 && timestamp <= lastTime)) {
    throw wrongType(
      `Got invalid timestamp ${typeOf(timestamp)} for metric '${key}' (value=${value}). Timestamp must be a nonnegative long (64-bit integer).`,
      timestamp,
      "Pass milliseconds since the epoch, as Date.now() returns.",
    );
  }
  if (!Number.isSafeInteger(step)) {
    throw wrongType(
      `Got invalid step ${typeOf(step)} for metric '${key}' (value=${value}). Please specify value as a valid long (64-bit integer).`,
      step,
    );
  }
}

/** A time as whole ms. @throws {TrackingError} INVALID_PARAMETER_VALUE for what is not a number of ms since the epoch that has a date */
export function toTime(what: string, time: unknown): number {
  if (typeof time === "number" && time >= 0 && time <= lastTime) return Math.trunc(time);
  throw wrongType(
    `${what} must be in milliseconds since the epoch; got ${typeOf(time)}.`,
    time,
    "Use Date.now() or date.getTime().",
  );
}

/** One of the words that there are. @throws {TrackingError} INVALID_PARAMETER_VALUE, listing them, for anything else */
export function checkWord<Word extends string>(what: string, word: unknown, words: readonly Word[]): Word {
  const known = words.find((one) => one === word);
  if (known !== undefined) return known;
  const meant = typeof word === "string" && words.find((one) => one.toLowerCase() === word.toLowerCase());
  throw wrongType(
    `Invalid ${what}: ${typeOf(word)}. It must be one of ${words.join(", ")}.`,
    word,
    meant ? `Write ${meant}.` : undefined,
  );
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE unless 1 to 500 characters */
export function checkExperimentName(name: string): void {
  checkText("The name of an experiment", name);
  checkWellFormed(name, "The name of an experiment");
  if (name.trim() === "") throw invalid(`Invalid experiment name: '${name}'. It must not be empty.`);
  checkLength("Experiment name", name, limits.experimentName);
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE for an empty name */
export function checkRunName(name: string): void {
  checkText("The name of a run", name);
  if (name.trim() === "") throw invalid("The name of a run must not be empty.");
  checkWellFormed(name, "The name of a run");
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE, listing them, for what a run does not end with */
export function checkEndStatus(status: RunStatus): void {
  checkWord("status of a run's end", status, endStatuses);
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE for a dataset that MLflow refuses */
export function checkDataset({ name, digest, source, schema = "", profile = "" }: Dataset): void {
  if (name === "") throw invalid("The name of a dataset must not be empty.");
  checkLength("Dataset name", name, limits.datasetName);
  checkLength("Dataset digest", digest, limits.datasetDigest);
  checkLength("Dataset source", source, limits.datasetSource);
  checkLength("Dataset schema", schema, limits.datasetSchema);
  checkLength("Dataset profile", profile, limits.datasetProfile);
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE for a key or value that no store takes; lengths of values are not looked at */
export function checkBatch({ metrics = [], params = [], tags = {} }: RunBatch): void {
  let checked: string | undefined;
  for (const { key, value, timestamp, step } of metrics) {
    if (key !== checked) checkKey("metric", key);
    checked = key;
    checkMetricPoint(key, value, timestamp, step);
  }
  for (const { key, value } of params) checkStoredText("param", key, value);
  for (const [key, value] of Object.entries(tags)) checkStoredText("tag", key, value);
}

function checkStoredText(kind: KeyKind, key: string, value: unknown): void {
  checkKey(kind, key);
  checkText(`The value of ${kind} '${key}'`, value);
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE unless a list of model ids with steps, one at least */
export function checkOutputs(outputs: readonly ModelOutput[]): void {
  if (!Array.isArray(outputs) || outputs.length === 0) {
    throw wrongType(`The outputs of a run must be an array of models; got ${typeOf(outputs)}.`, outputs);
  }
  for (const [index, output] of outputs.entries()) {
    const what = `outputs[${index}]`;
    if (!isNamed(output)) throw wrongType(`${what} must be { modelId, step }; got ${typeOf(output)}.`, output);
    checkText(`${what}.modelId`, output.modelId);
    if (!Number.isSafeInteger(output.step)) {
      throw wrongType(`${what}.step must be a whole number; got ${typeOf(output.step)}.`, output.step);
    }
  }
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE unless 32 hex digits or another id that MLflow takes */
export function checkRunId(runId: string): void {
  if (typeof runId !== "string" || !/^[a-zA-Z0-9][\w-]{0,255}$/.test(runId))
    throw wrongType(`Invalid run ID: ${typeOf(runId)}.`, runId);
}

/** Bytes in UTF-8; ext4, APFS and NTFS (there 255 UTF-16 units) agree. */
const longestFileName = 255;

/**
 * An artifact path, `/`-separated and relative to the run.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE when empty, absolute, not normalised, or leading out of the run
 */
export function checkArtifactPath(path: string): string {
  if (typeof path !== "string" || path === "")
    throw wrongType(`Invalid artifact path: ${typeOf(path)}. It must be a non-empty string.`, path);
  const shown = `'${path.slice(0, 200)}'`;
  const normal = posix.normalize(path).replace(/\/$/, "");
  const parts = normal.split("/");
  const problem = pathProblem(path, normal, parts);
  if (problem !== undefined) throw invalid(`Invalid artifact path: ${shown}. ${problem}`);
  const long = parts.find((part) => Buffer.byteLength(part) > longestFileName);
  if (long !== undefined) {
    throw invalid(
      `A name in the artifact path has ${Buffer.byteLength(long)} bytes, but file systems allow at most ${longestFileName}: '${long.slice(0, 200)}'.`,
    );
  }
  return normal;
}

function pathProblem(path: string, normal: string, parts: readonly string[]): string | undefined {
  // A disk that Windows would look at; `T:300K.csv` is a name like any other.
  if (normal.startsWith("/") || /^[A-Za-z]:[/\\]/.test(path)) {
    return "It must be relative to the run's artifacts, as in plots/loss.svg.";
  }
  if (path.includes("\\")) {
    return "A backslash means a folder on Windows and is part of a name elsewhere, so no name has one. Put '/' between folders.";
  }
  if (path.includes("\0")) return "No file's name can hold the character NUL.";
  if (parts.includes("..")) return "It must stay inside the run's artifacts.";
  return normal === "." ? "It does not name a file." : undefined;
}

function invalid(message: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", message);
}

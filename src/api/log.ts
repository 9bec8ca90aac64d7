// Log verbs go to the active run; without one they start one, as MLflow does.

import { toSignature } from "../models/signature/infer-signature.js";
import type { ModelSignature } from "../models/signature/signature.js";
import type { LogFigureOptions, LogImageOptions, LogInputOptions, TableData } from "../tracking/artifact-formats.js";
import type { Figure } from "../tracking/figure.js";
import type { MetricOptions, MetricSeries, MetricValue } from "../tracking/metric-values.js";
import { session } from "./session.js";

/**
 * A number; or an array of numbers (steps go up by one), or an object of numbers (keys `key/name`).
 * @param options - `step`: whole, default 0; `timestamp`: ms since the epoch, default now
 */
export function logMetric(key: string, value: MetricValue, options?: MetricOptions): Promise<void> {
  return session.logMetric(key, value, options);
}

/** Several metrics with one step and time, or a series of points of any keys, each with its own. */
export function logMetrics(
  metrics: Readonly<Record<string, MetricValue>> | MetricSeries,
  options?: MetricOptions,
): Promise<void> {
  return session.logMetrics(metrics, options);
}

/** Written once: the same value again is fine, another is INVALID_PARAMETER_VALUE. Kept as text, as {@link logDict} writes it, at most 6,000 characters. */
export function logParam(key: string, value: unknown): Promise<void> {
  return session.logParam(key, value);
}

/** Several params, all or none: see {@link logParam}. */
export function logParams(params: Readonly<Record<string, unknown>>): Promise<void> {
  return session.logParams(params);
}

/** The last value wins; at most 8,000 characters. */
export function setTag(key: string, value: unknown): Promise<void> {
  return session.setTag(key, value);
}

/** Several tags: see {@link setTag}. */
export function setTags(tags: Readonly<Record<string, unknown>>): Promise<void> {
  return session.setTags(tags);
}

/** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when the run has no such tag */
export function deleteTag(key: string): Promise<void> {
  return session.deleteTag(key);
}

/** Copies a file (or folder) into the run. */
export function logArtifact(localPath: string, artifactPath?: string): Promise<void> {
  return session.logArtifact(localPath, artifactPath);
}

/** Copies what is in a folder into the run. */
export function logArtifacts(localFolder: string, artifactPath?: string): Promise<void> {
  return session.logArtifacts(localFolder, artifactPath);
}

/** A text as a file of the run, which it replaces; UTF-8. `artifactFile` is relative, with `/` between its parts. */
export function logText(text: string, artifactFile: string): Promise<void> {
  return session.logText(text, artifactFile);
}

/**
 * Any value as a JSON artifact: Maps, Sets, typed arrays, BigInts and NaN too.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, with the place, for a promise, a function, and what else no text can hold
 */
export function logDict(value: unknown, artifactFile: string): Promise<void> {
  return session.logDict(value, artifactFile);
}

/** Rows or columns, as a `.json` artifact in MLflow's form; a second call with the same file adds its rows. */
export function logTable(data: TableData, artifactFile: string): Promise<void> {
  return session.logTable(data, artifactFile);
}

/**
 * A Vega-Lite spec as a `.json` artifact, or drawn as `.svg`; an SVG, as markup or as the element that Observable Plot makes, as `.svg`.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, with the place in the spec, for what Vega-Lite cannot compile and for data that is
 * not in the spec
 */
export function logFigure(figure: Figure, artifactFile: string, options?: LogFigureOptions): Promise<void> {
  return session.logFigure(figure, artifactFile, options);
}

/**
 * What a model takes and gives, as `signature.json`, where `%signature <run>` finds it.
 * @param of - a signature, or data to learn one from
 * @returns the signature
 */
export async function logSignature(of: unknown): Promise<ModelSignature> {
  const signature = toSignature(of);
  await session.logDict(signature.toJSON(), "signature.json");
  return signature;
}

/**
 * An encoded picture: its bytes, base64 text or a data URL.
 * @param target - the file's name, or `{ key, step }` for one picture of many, as MLflow has it
 */
export function logImage(image: Uint8Array | string, target: string | LogImageOptions): Promise<void> {
  return session.logImage(image, target);
}

/** A dataset that the run used, with digest and profile. */
export function logInput(options: LogInputOptions): Promise<void> {
  return session.logInput(options);
}

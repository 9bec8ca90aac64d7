/**
 * The public API: MLflow's verbs in camelCase, bound to the one tracking session of the process. In a notebook and in a plain
 * script alike. A log verb's promise resolves when the value is in the store; it need not be awaited: a failure that nobody
 * looked at is thrown at the end of the run or cell.
 */
import { type AutologOptions, autolog as logFits } from "./models/autolog.js";
import { getModelInfo as infoOf, type LoadOptions, loadModel as load } from "./models/load-model.js";
import type { LoadedModel } from "./models/loaded-model.js";
import { type LogModelOptions, logModel as log, type ModelInfo } from "./models/log-model.js";
import type { MLmodel } from "./models/mlmodel.js";
import { type RegisterOptions, registerModel as register } from "./models/register-model.js";
import type { ModelSignature } from "./models/signature.js";
import { toSignature } from "./models/to-signature.js";
import { vegaLiteSchema } from "./render/drawing.js";
import { type EvaluateOptions, type EvaluationResult, evaluateModel as evaluate } from "./reports/evaluate-model.js";
import { openStore, resolveUri } from "./stores/open.js";
import { sharedSession } from "./stores/shared-session.js";
import type { ActiveRun, EndRunOptions } from "./tracking/active-run.js";
import type { LogFigureOptions, LogImageOptions, LogInputOptions, TableData } from "./tracking/artifact-formats.js";
import { type BestRunOptions, bestRun as findBestRun } from "./tracking/best-run.js";
import { TrackingClient } from "./tracking/client.js";
import type { StartRunOptions } from "./tracking/create-run.js";
import type { MetricOptions, MetricSeries, MetricValue } from "./tracking/metric-values.js";
import type { ModelVersion } from "./tracking/registry.js";
import type { SearchRunsOptions } from "./tracking/search-runs.js";
import type { ExperimentQuery, NewExperiment } from "./tracking/store.js";
import type { Experiment, FileInfo, MetricPoint, Page, Run, RunStatus } from "./tracking/types.js";

export { type ErrorCode, KernelError, MagicError, ModelError, RunlabError, TrackingError } from "./errors.js";
export { type EnforceOptions, enforce, SignatureMismatchError } from "./models/enforce.js";
export type {
  Flavor,
  FlavorConfig,
  FlavorModel,
  LoadContext,
  SaveContext,
  SavedFlavor,
} from "./models/flavors/flavor.js";
export { registerFlavor } from "./models/flavors/flavors.js";
export { type InferOptions, inferSignature } from "./models/infer-signature.js";
export type { LoadedModel } from "./models/loaded-model.js";
export type { MLmodel } from "./models/mlmodel.js";
export type { Problem } from "./models/problems.js";
export type { ColumnSpec, ColumnType, ParamSpec, ScalarType, Schema, TensorSpec } from "./models/schema.js";
export { ModelSignature } from "./models/signature.js";
export { diffSignatures, type SignatureChange } from "./models/signature-diff.js";
export { toSignature } from "./models/to-signature.js";
export { signatureOf } from "./models/types/signature-of.js";
export type * from "./tracking/registry.js";
export type * from "./tracking/types.js";
export type {
  ActiveRun,
  BestRunOptions,
  EndRunOptions,
  ExperimentQuery,
  LoadOptions,
  LogFigureOptions,
  LogImageOptions,
  LogInputOptions,
  LogModelOptions,
  MetricOptions,
  MetricSeries,
  MetricValue,
  ModelInfo,
  NewExperiment,
  RegisterOptions,
  SearchRunsOptions,
  StartRunOptions,
  TableData,
};

const session = sharedSession();
// Loaded on first use: vega has a top-level await, which would keep `require("runlab")` from working.
session.configure({
  drawSvg: async (spec) => (await import("./render/static/svg.js")).svgOf({ $schema: vegaLiteSchema, ...spec }),
});

/**
 * The verbs by id, for scripts that work on many runs: `client.logMetric(runId, …)`.
 * @see {@link startRun} for runs that are active
 */
export class RunlabClient extends TrackingClient {
  /** @param trackingUri - default: the session's store */
  constructor(trackingUri?: string) {
    super(trackingUri === undefined ? session.store : openStore(resolveUri(trackingUri)));
  }
}

// ---- store

/**
 * Where runs go from now on: a folder (`./runlab`), `file:///…` or `memory:`.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a folder that holds other files
 */
export function setTrackingUri(uri: string): void {
  session.setTrackingUri(uri);
}

/** Where runs go: what was set, else RUNLAB_TRACKING_URI, MLFLOW_TRACKING_URI, the nearest `runlab/` folder, or `./runlab`. */
export function getTrackingUri(): string {
  return session.getTrackingUri();
}

// ---- experiments

/** Makes an experiment the current one; creates it when there is none of that name. */
export function setExperiment(name: string | { experimentId: string }): Promise<Experiment> {
  return session.setExperiment(name);
}

/** @returns the new experiment's id. @throws {TrackingError} RESOURCE_ALREADY_EXISTS */
export function createExperiment(name: string, options?: Omit<NewExperiment, "name">): Promise<string> {
  return session.createExperiment(name, options);
}

/** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
export function getExperiment(experimentId: string): Promise<Experiment> {
  return session.getExperiment(experimentId);
}

/** Also a deleted one; undefined when there is none. */
export function getExperimentByName(name: string): Promise<Experiment | undefined> {
  return session.getExperimentByName(name);
}

/** Also of experiment "0". */
export function renameExperiment(experimentId: string, newName: string): Promise<void> {
  return session.renameExperiment(experimentId, newName);
}

/** Marks it as deleted; nothing is removed from the disk. */
export function deleteExperiment(experimentId: string): Promise<void> {
  return session.deleteExperiment(experimentId);
}

export function restoreExperiment(experimentId: string): Promise<void> {
  return session.restoreExperiment(experimentId);
}

/** On the current experiment, or on the one given. */
export function setExperimentTag(key: string, value: unknown, experimentId?: string): Promise<void> {
  return session.setExperimentTag(key, value, experimentId);
}

/** Several at once, on the current experiment or on the one given. */
export async function setExperimentTags(tags: Readonly<Record<string, unknown>>, experimentId?: string): Promise<void> {
  for (const [key, value] of Object.entries(tags)) await session.setExperimentTag(key, value, experimentId);
}

/** Newest first, unless `orderBy` says otherwise. */
export function searchExperiments(query?: ExperimentQuery): Promise<Page<Experiment>> {
  return session.searchExperiments(query);
}

// ---- runs

/**
 * Starts a run. With a callback the run is active inside it and ends with it: FINISHED, or FAILED when it throws. Without,
 * it stays active until `endRun()`, or until the end of the block of `await using run = await startRun()`.
 * @throws {TrackingError} INVALID_STATE when a run is active and `nested` is not set
 */
export function startRun<T>(body: (run: ActiveRun) => T | Promise<T>): Promise<T>;
export function startRun<T>(options: StartRunOptions, body: (run: ActiveRun) => T | Promise<T>): Promise<T>;
export function startRun(options?: StartRunOptions): Promise<ActiveRun>;
export function startRun<T>(
  first: StartRunOptions | ((run: ActiveRun) => T | Promise<T>) = {},
  second?: (run: ActiveRun) => T | Promise<T>,
): Promise<T | ActiveRun> {
  if (typeof first === "function") return session.startRun(first);
  return second === undefined ? session.startRun(first) : session.startRun(first, second);
}

/** Ends the active run; does nothing when there is none. */
export function endRun(status?: RunStatus, options?: EndRunOptions): Promise<void> {
  return session.endRun(status, options);
}

/** The innermost open run of this code, if any. */
export function activeRun(): ActiveRun | undefined {
  return session.activeRun();
}

/** The active run, else the one that ended last, as the store has it now. */
export function lastActiveRun(): Promise<Run | undefined> {
  return session.lastActiveRun();
}

/** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
export function getRun(runId: string): Promise<Run> {
  return session.getRun(runId);
}

/**
 * Runs of the named experiments, else of the current one: newest first, unless `orderBy` says otherwise.
 * @param options - `filterString`: MLflow's grammar and OR, NOT, parentheses, IS NULL, `metrics.rmse.min`, `duration`, dates
 * @returns an array, with `nextPageToken` when there is more
 */
export function searchRuns(options?: SearchRunsOptions): Promise<Page<Run>> {
  return session.searchRuns(options);
}

/**
 * The run with the best last value of a metric, in the current experiment unless `experimentName` says otherwise.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when no run has the metric
 */
export function bestRun(metric: string, options?: BestRunOptions): Promise<Run> {
  return findBestRun(session, metric, options);
}

/** Marks it as deleted; nothing is removed from the disk. */
export function deleteRun(runId: string): Promise<void> {
  return session.deleteRun(runId);
}

export function restoreRun(runId: string): Promise<void> {
  return session.restoreRun(runId);
}

/** Of the active run. */
export function setRunName(name: string): Promise<void> {
  return session.setRunName(name);
}

/** The points of a metric in the order in which they were logged. */
export function getMetricHistory(runId: string, key: string): Promise<MetricPoint[]> {
  return session.getMetricHistory(runId, key);
}

// ---- log verbs: on the active run; without one they start one, as MLflow does

/**
 * A number; or an array of numbers (steps go up by one), or an object of numbers (keys `key/name`).
 * @param options - `step`: whole, default 0; `timestamp`: ms since the epoch, default now
 */
export function logMetric(key: string, value: MetricValue, options?: MetricOptions): Promise<void> {
  return session.logMetric(key, value, options);
}

export function logMetrics(
  metrics: Readonly<Record<string, MetricValue>> | MetricSeries,
  options?: MetricOptions,
): Promise<void> {
  return session.logMetrics(metrics, options);
}

/** Written once: the same value again is fine, another is INVALID_PARAMETER_VALUE. Kept as text, at most 6,000 characters. */
export function logParam(key: string, value: unknown): Promise<void> {
  return session.logParam(key, value);
}

export function logParams(params: Readonly<Record<string, unknown>>): Promise<void> {
  return session.logParams(params);
}

/** The last value wins; at most 8,000 characters. */
export function setTag(key: string, value: unknown): Promise<void> {
  return session.setTag(key, value);
}

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

export function logText(text: string, artifactFile: string): Promise<void> {
  return session.logText(text, artifactFile);
}

/** Any JSON value, as an artifact. */
export function logDict(value: unknown, artifactFile: string): Promise<void> {
  return session.logDict(value, artifactFile);
}

/** Rows or columns, as a `.json` artifact in MLflow's form; a second call with the same file adds its rows. */
export function logTable(data: TableData, artifactFile: string): Promise<void> {
  return session.logTable(data, artifactFile);
}

/** A Vega-Lite spec as a `.json` artifact, or drawn as `.svg`. */
export function logFigure(
  spec: Readonly<Record<string, unknown>>,
  artifactFile: string,
  options?: LogFigureOptions,
): Promise<void> {
  return session.logFigure(spec, artifactFile, options);
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

// ---- artifacts

/** One level of a run's artifacts. */
export function listArtifacts(runId: string, path?: string): Promise<FileInfo[]> {
  return session.listArtifacts(runId, path);
}

/** Copies an artifact (a file or folder) to `destination`. @returns the local path */
export function downloadArtifacts(runId: string, path: string, destination: string): Promise<string> {
  return session.downloadArtifacts(runId, path, destination);
}

/** Of the active run when no id is given. */
export function getArtifactUri(path?: string, runId?: string): Promise<string> {
  return session.getArtifactUri(path, runId);
}

// ---- models

/**
 * Saves a model in the active run, as an MLflow model in `artifacts/<name>/`.
 * @param model - an .onnx file, a tfjs model, an instance of a package's class with toJSON and a static load, a function
 * `(data, params) => prediction`, an object with `predict`, or `{ module: "./model.ts", state }`
 * @throws {ModelError} INVALID_STATE when it does not load again, or does not predict its example, without the notebook
 */
export function logModel(model: unknown, options?: LogModelOptions): Promise<ModelInfo> {
  return log(session, model, options);
}

/**
 * Loads a model that was logged here, or an ONNX model of Python's MLflow. Models that are code run it.
 * @param uri - `runs:/<run id>/<name>`, `models:/<name>/<version>`, `models:/<name>@<alias>`, `models:/<name>/latest`,
 * `m-<id>`, or a folder
 */
export function loadModel<Input = unknown, Output = unknown>(
  uri: string,
  options?: LoadOptions,
): Promise<LoadedModel<Input, Output>> {
  return load<Input, Output>(session, uri, options);
}

/** Makes a logged model the next version of a registered one, which is created when there is none of that name. */
export function registerModel(uri: string, name: string, options?: RegisterOptions): Promise<ModelVersion> {
  return register(session, uri, name, options);
}

/** What the MLmodel file of a model says; nothing is loaded. */
export function getModelInfo(uri: string): Promise<MLmodel> {
  return infoOf(session, uri);
}

/**
 * Predicts data with a model and compares with the true values: metrics by MLflow's names with scikit-learn's values, and
 * charts, logged on the active run.
 * @param model - a model's URI, a loaded model, or anything with `predict`
 */
export function evaluateModel(
  model: Parameters<typeof evaluate>[1],
  data: unknown,
  options: EvaluateOptions,
): Promise<EvaluationResult> {
  return evaluate(session, model, data, options);
}

/**
 * From now on every `fit` of a TensorFlow.js layers model logs its params, a metric per epoch, and the model at the end.
 * @param tf - the imported package: `import * as tf from "@tensorflow/tfjs"` @returns a function that ends it
 */
export function autolog(tf: unknown, options?: AutologOptions): () => void {
  return logFits(session, tf, options);
}

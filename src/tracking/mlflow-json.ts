import { own, setOwn } from "../own.js";
import type { LoggedModel, ModelMetric, ModelVersion, RegisteredModel } from "./registry.js";
import type { Dataset, DatasetInput, Experiment, Metric, ModelOutput, Param, Run, RunInfo } from "./types.js";

/**
 * MLflow's JSON, in one place: what a client reads and a server writes, and the parts of it that the file store's documents have.
 * As seen on the wire of 3.17: snake_case, int64 as plain numbers, ids and versions as text, NaN and infinities by name, and a
 * field left out where there is nothing. Reading is as lenient as MLflow's own clients: an int64 may be text, a list may be absent.
 */

/** A double as JSON has it; what JSON lacks is its name: NaN, Infinity, -Infinity, -0. */
export type NumberJson = number | string;
type Int64Json = number | string;

export function numberToJson(value: number): NumberJson {
  // JSON.stringify loses the sign of a zero.
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

export function numberFromJson(value: NumberJson): number {
  return Number(value);
}

export interface KeyValueJson {
  key: string;
  value: string;
}

/** Tags, params: in the order of the record. */
export function keyValuesToJson(record: Readonly<Record<string, string>>): KeyValueJson[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}

/** A value that is left out is empty, as protobuf has it. */
function keyValuesFromJson(list: ReadonlyArray<{ key: string; value?: string }> = []): Record<string, string> {
  const record: Record<string, string> = {};
  for (const { key, value = "" } of list) setOwn(record, key, value);
  return record;
}

export interface MetricJson {
  key: string;
  value: NumberJson;
  timestamp: Int64Json;
  step?: Int64Json;
}

export function metricToJson({ key, value, timestamp, step }: Metric): MetricJson {
  return { key, value: numberToJson(value), timestamp, step };
}

export function metricFromJson({ key, value, timestamp, step = 0 }: MetricJson): Metric {
  return { key, value: numberFromJson(value), timestamp: Number(timestamp), step: Number(step) };
}

export interface RunInfoJson {
  run_id: string;
  run_name: string;
  experiment_id: string;
  status: RunInfo["status"];
  start_time: number;
  end_time?: number;
  lifecycle_stage: RunInfo["lifecycleStage"];
  /** Not on MLflow's wire, but in its files. */
  deleted_time?: number;
  user_id: string;
}

/** Without the artifact root, which each place says in its own way. */
export function runInfoToJson(info: RunInfo): RunInfoJson {
  return {
    run_id: info.runId,
    run_name: info.runName,
    experiment_id: info.experimentId,
    status: info.status,
    start_time: info.startTime,
    ...(info.endTime === undefined ? {} : { end_time: info.endTime }),
    lifecycle_stage: info.lifecycleStage,
    ...(info.deletedTime === undefined ? {} : { deleted_time: info.deletedTime }),
    user_id: info.userId,
  };
}

export function runInfoFromJson(info: RunInfoJson, artifactUri: string): RunInfo {
  return {
    runId: info.run_id,
    runName: info.run_name,
    experimentId: info.experiment_id,
    status: info.status,
    startTime: info.start_time,
    ...(info.end_time === undefined ? {} : { endTime: info.end_time }),
    lifecycleStage: info.lifecycle_stage,
    ...(info.deleted_time === undefined ? {} : { deletedTime: info.deleted_time }),
    artifactUri,
    userId: info.user_id,
  };
}

export interface DatasetJson {
  name: string;
  digest: string;
  source_type: string;
  source: string;
  schema?: string;
  profile?: string;
}

export function datasetToJson({ name, digest, sourceType, source, schema, profile }: Dataset): DatasetJson {
  return { name, digest, source_type: sourceType, source, ...given({ schema, profile }) };
}

export function datasetFromJson({ name, digest, source_type, source, schema, profile }: DatasetJson): Dataset {
  return { name, digest, sourceType: source_type, source, ...given({ schema, profile }) };
}

export interface DatasetInputJson {
  dataset: DatasetJson;
  tags?: KeyValueJson[];
}

export function datasetInputToJson({ dataset, tags }: DatasetInput): DatasetInputJson {
  return { dataset: datasetToJson(dataset), ...listed({ tags: keyValuesToJson(tags) }) };
}

export function datasetInputFromJson({ dataset, tags }: DatasetInputJson): DatasetInput {
  return { dataset: datasetFromJson(dataset), tags: keyValuesFromJson(tags) };
}

export interface ModelOutputJson {
  model_id: string;
  step: number;
}

export function modelOutputToJson({ modelId, step }: ModelOutput): ModelOutputJson {
  return { model_id: modelId, step };
}

export function modelOutputFromJson({ model_id, step }: ModelOutputJson): ModelOutput {
  return { modelId: model_id, step };
}

export interface RunJson {
  /** `run_uuid` is the id once more, under its old name. */
  info: RunInfoJson & { run_uuid?: string; artifact_uri?: string };
  data?: { metrics?: MetricJson[]; params?: Param[]; tags?: KeyValueJson[] };
  inputs?: { dataset_inputs?: DatasetInputJson[]; model_inputs?: Array<{ model_id: string }> };
  outputs?: { model_outputs?: ModelOutputJson[] };
}

export function runToJson(run: Run): RunJson {
  const { deleted_time: _, ...info } = runInfoToJson(run.info);
  const metrics = Object.values(run.metricSummaries).map(({ last }) => metricToJson(last));
  return {
    info: { ...info, run_uuid: run.info.runId, artifact_uri: run.info.artifactUri },
    data: listed({ metrics, params: keyValuesToJson(run.data.params), tags: keyValuesToJson(run.data.tags) }),
    inputs: listed({ dataset_inputs: run.inputs.datasetInputs.map(datasetInputToJson) }),
    outputs: listed({ model_outputs: run.outputs.modelOutputs.map(modelOutputToJson) }),
  };
}

/** MLflow tells the latest point of a metric alone, so its summary is that of one point. */
export function runFromJson({ info, data = {}, inputs = {}, outputs = {} }: RunJson): Run {
  const metrics: Run["data"]["metrics"] = {};
  const metricSummaries: Run["metricSummaries"] = {};
  for (const last of (data.metrics ?? []).map(metricFromJson)) {
    setOwn(metrics, last.key, last.value);
    const bounds = Number.isFinite(last.value) ? { min: last, max: last } : {};
    setOwn(metricSummaries, last.key, { last, ...bounds, count: 1 });
  }
  return {
    info: runInfoFromJson(info, info.artifact_uri ?? ""),
    data: { params: keyValuesFromJson(data.params), metrics, tags: keyValuesFromJson(data.tags) },
    inputs: { datasetInputs: (inputs.dataset_inputs ?? []).map(datasetInputFromJson) },
    outputs: { modelOutputs: (outputs.model_outputs ?? []).map(modelOutputFromJson) },
    metricSummaries,
  };
}

export interface ExperimentJson {
  experiment_id: string;
  name: string;
  artifact_location?: string;
  lifecycle_stage: Experiment["lifecycleStage"];
  creation_time: number;
  last_update_time: number;
  tags?: KeyValueJson[];
}

export function experimentToJson(experiment: Experiment): ExperimentJson {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: experiment.creationTime,
    last_update_time: experiment.lastUpdateTime,
    ...listed({ tags: keyValuesToJson(experiment.tags) }),
  };
}

/** @param artifactLocation - where the JSON leaves it out */
export function experimentFromJson(json: ExperimentJson, artifactLocation = ""): Experiment {
  return {
    experimentId: json.experiment_id,
    name: json.name,
    artifactLocation: json.artifact_location ?? artifactLocation,
    lifecycleStage: json.lifecycle_stage,
    creationTime: json.creation_time,
    lastUpdateTime: json.last_update_time,
    tags: keyValuesFromJson(json.tags),
  };
}

/** What runlab knows of a model and MLflow has no field for stands in tags of these names. */
const modelTags = { path: "runlab.artifactPath", digest: "runlab.digest", signature: "runlab.signature" };

/** Tag that a tracking server sets on a logged model: a JSON list of the versions that it became. */
export const versionsTag = "mlflow.modelVersions";

const loggedModelStatuses = {
  PENDING: "LOGGED_MODEL_PENDING",
  READY: "LOGGED_MODEL_READY",
  FAILED: "LOGGED_MODEL_UPLOAD_FAILED",
} as const satisfies Record<LoggedModel["status"], string>;

export interface ModelMetricJson extends MetricJson {
  run_id: string;
  dataset_name?: string;
  dataset_digest?: string;
}

export function modelMetricToJson({ runId, datasetName, datasetDigest, ...metric }: ModelMetric): ModelMetricJson {
  return {
    ...metricToJson(metric),
    ...given({ dataset_name: datasetName, dataset_digest: datasetDigest }),
    run_id: runId,
  };
}

export function modelMetricFromJson({ run_id, dataset_name, dataset_digest, ...json }: ModelMetricJson): ModelMetric {
  return {
    ...metricFromJson(json),
    runId: run_id,
    ...given({ datasetName: dataset_name, datasetDigest: dataset_digest }),
  };
}

export interface LoggedModelJson {
  info: {
    model_id: string;
    experiment_id: string;
    name: string;
    artifact_uri?: string;
    creation_timestamp_ms: number;
    last_updated_timestamp_ms: number;
    status: (typeof loggedModelStatuses)[LoggedModel["status"]];
    model_type?: string;
    source_run_id?: string;
    tags?: KeyValueJson[];
  };
  data?: { params?: KeyValueJson[]; metrics?: Array<ModelMetricJson & { model_id?: string }> };
}

/** @param artifactUri - where its files are */
export function loggedModelToJson(model: LoggedModel, artifactUri: string): LoggedModelJson {
  const { artifactPath, digest, signature, params = {}, metrics = [] } = model;
  const ours = texts({
    [modelTags.path]: artifactPath === model.name ? undefined : artifactPath,
    [modelTags.digest]: digest,
    [modelTags.signature]: signature && JSON.stringify(signature),
  });
  return {
    info: {
      model_id: model.modelId,
      experiment_id: model.experimentId,
      name: model.name,
      artifact_uri: artifactUri,
      creation_timestamp_ms: model.creationTimestamp,
      last_updated_timestamp_ms: model.lastUpdatedTimestamp,
      status: loggedModelStatuses[model.status],
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      ...listed({ tags: keyValuesToJson({ ...model.tags, ...ours }) }),
    },
    data: listed({
      params: keyValuesToJson(params),
      metrics: metrics.map((metric) => ({ ...modelMetricToJson(metric), model_id: model.modelId })),
    }),
  };
}

export function loggedModelFromJson({ info, data = {} }: LoggedModelJson): LoggedModel {
  const tags = keyValuesFromJson(info.tags);
  const path = take(tags, modelTags.path);
  const digest = take(tags, modelTags.digest);
  const signature = signatureOf(take(tags, modelTags.signature));
  const statuses = Object.keys(loggedModelStatuses) as Array<LoggedModel["status"]>;
  return {
    modelId: info.model_id,
    name: info.name,
    experimentId: info.experiment_id,
    sourceRunId: info.source_run_id ?? "",
    artifactPath: path ?? info.name,
    creationTimestamp: info.creation_timestamp_ms,
    lastUpdatedTimestamp: info.last_updated_timestamp_ms,
    status: statuses.find((status) => loggedModelStatuses[status] === info.status) ?? "FAILED",
    modelType: info.model_type ?? "",
    ...given({ signature, digest }),
    tags,
    ...(data.params === undefined ? {} : { params: keyValuesFromJson(data.params) }),
    ...(data.metrics === undefined ? {} : { metrics: data.metrics.map(modelMetricFromJson) }),
  };
}

export interface ModelVersionJson {
  name: string;
  version: string;
  creation_timestamp: number;
  last_updated_timestamp: number;
  description?: string;
  user_id?: string;
  current_stage: ModelVersion["currentStage"];
  source: string;
  run_id?: string;
  run_link?: string;
  model_id?: string;
  status: ModelVersion["status"];
  tags?: KeyValueJson[];
  aliases?: string[];
}

export function modelVersionToJson(version: ModelVersion): ModelVersionJson {
  const { signature } = version;
  const ours = texts({ [modelTags.signature]: signature && JSON.stringify(signature) });
  return {
    name: version.name,
    version: version.version,
    creation_timestamp: version.creationTimestamp,
    last_updated_timestamp: version.lastUpdatedTimestamp,
    description: version.description,
    user_id: version.userId,
    current_stage: version.currentStage,
    source: version.source,
    run_id: version.runId,
    ...given({ run_link: version.runLink, model_id: version.modelId }),
    status: version.status,
    ...listed({ tags: keyValuesToJson({ ...version.tags, ...ours }), aliases: version.aliases }),
  };
}

export function modelVersionFromJson(json: ModelVersionJson): ModelVersion {
  const tags = keyValuesFromJson(json.tags);
  const signature = signatureOf(take(tags, modelTags.signature));
  return {
    name: json.name,
    version: json.version,
    creationTimestamp: json.creation_timestamp,
    lastUpdatedTimestamp: json.last_updated_timestamp,
    description: json.description ?? "",
    userId: json.user_id ?? "",
    currentStage: json.current_stage,
    source: json.source,
    runId: json.run_id ?? "",
    ...given({ runLink: json.run_link || undefined, modelId: json.model_id, signature }),
    status: json.status,
    tags,
    aliases: json.aliases ?? [],
  };
}

export interface RegisteredModelJson {
  name: string;
  creation_timestamp: number;
  last_updated_timestamp: number;
  description?: string;
  tags?: KeyValueJson[];
  aliases?: Array<{ alias: string; version: string }>;
  latest_versions?: ModelVersionJson[];
}

export function registeredModelToJson(model: RegisteredModel): RegisteredModelJson {
  return {
    name: model.name,
    creation_timestamp: model.creationTimestamp,
    last_updated_timestamp: model.lastUpdatedTimestamp,
    description: model.description,
    ...listed({
      tags: keyValuesToJson(model.tags),
      aliases: Object.entries(model.aliases).map(([alias, version]) => ({ alias, version })),
      latest_versions: model.latestVersions.map(modelVersionToJson),
    }),
  };
}

export function registeredModelFromJson(json: RegisteredModelJson): RegisteredModel {
  return {
    name: json.name,
    creationTimestamp: json.creation_timestamp,
    lastUpdatedTimestamp: json.last_updated_timestamp,
    description: json.description ?? "",
    tags: keyValuesFromJson(json.tags),
    aliases: keyValuesFromJson((json.aliases ?? []).map(({ alias, version }) => ({ key: alias, value: version }))),
    latestVersions: (json.latest_versions ?? []).map(modelVersionFromJson),
  };
}

/** Without the fields that are undefined. */
function given<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** As {@link given}, of names that a type does not know. */
function texts(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));
}

/** Without the lists that are empty. */
function listed<T extends Record<string, readonly unknown[]>>(lists: T): Partial<T> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as Partial<T>;
}

function take(tags: Record<string, string>, key: string): string | undefined {
  const value = own(tags, key);
  delete tags[key];
  return value;
}

/** A tag that anybody may have set: one that is no signature tells nothing. */
function signatureOf(text: string | undefined): LoggedModel["signature"] {
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const parts = Object.entries(parsed).filter(
      ([key, value]) => ["inputs", "outputs", "params"].includes(key) && typeof value === "string",
    );
    return Object.fromEntries(parts);
  } catch {
    return undefined;
  }
}

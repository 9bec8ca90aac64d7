import { setOwn } from "../own.js";
import type { Dataset, DatasetInput, Experiment, Metric, ModelOutput, Param, Run, RunInfo } from "./types.js";

/**
 * MLflow's JSON, in one place, with that of models in `mlflow-model-json.ts`: what a client reads and a server writes, and the parts of it that the file store's documents have.
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
export function keyValuesFromJson(list: ReadonlyArray<{ key: string; value?: string }> = []): Record<string, string> {
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

/** Without the fields that are undefined. */
export function given<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** Without the lists that are empty. */
export function listed<T extends Record<string, readonly unknown[]>>(lists: T): Partial<T> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as Partial<T>;
}

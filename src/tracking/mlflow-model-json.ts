import { own } from "../own.js";
import {
  given,
  type KeyValueJson,
  keyValuesFromJson,
  keyValuesToJson,
  listed,
  type MetricJson,
  metricFromJson,
  metricToJson,
} from "./mlflow-json.js";
import type { LoggedModel, ModelMetric, ModelVersion, RegisteredModel } from "./registry.js";

// MLflow's JSON of logged and registered models; see `mlflow-json.ts` for what holds of both.

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

/** As {@link given}, of names that a type does not know. */
function texts(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));
}

function take(tags: Record<string, string>, key: string): string | undefined {
  const value = own(tags, key);
  delete tags[key];
  return value;
}

/** A tag that anybody may have set: one that is not a signature tells nothing. */
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

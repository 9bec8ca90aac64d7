import { metricGoal } from "../../metric-goal.js";
import { own } from "../../own.js";
import type { LoggedModel, ModelVersion, RegisteredModel } from "../registry.js";
import type { Experiment, Run } from "../types.js";
import type {
  experimentAttributes,
  loggedModelAttributes,
  modelVersionAttributes,
  registeredModelAttributes,
  runAttributes,
} from "./fields.js";
import type { Field } from "./filter-tree.js";

/** Undefined: the row lacks the field. */
export type FieldValue = string | number | undefined;

/** How the value of one field is read from a row in memory. */
export interface ValueOf<Row> {
  (row: Row): FieldValue;
  /** Of a field of several values (datasets): a comparison matches when one of them does. */
  all?: (row: Row) => readonly string[];
}

/** How the fields of one kind of row are read. */
export type ReadField<Row> = (field: Field) => ValueOf<Row>;

export const readRun: ReadField<Run> = (field) => {
  const { entity, key } = field;
  if (entity === "metric") return metricValue(field);
  if (entity === "param") return (run) => own(run.data.params, key);
  if (entity === "tag") return (run) => own(run.data.tags, key);
  if (entity === "dataset") return datasetValue(key);
  return own(runValues, key) ?? nothing;
};

export const readExperiment: ReadField<Experiment> = ({ entity, key }) =>
  entity === "tag" ? (experiment) => own(experiment.tags, key) : (own(experimentValues, key) ?? nothing);

export const readRegisteredModel: ReadField<RegisteredModel> = ({ entity, key }) =>
  entity === "tag" ? (model) => own(model.tags, key) : (own(registeredModelValues, key) ?? nothing);

export const readModelVersion: ReadField<ModelVersion> = ({ entity, key }) =>
  entity === "tag" ? (version) => own(version.tags, key) : (own(modelVersionValues, key) ?? nothing);

export const readLoggedModel: ReadField<LoggedModel> = ({ entity, key, whole }) => {
  if (entity === "metric") return (model) => latestOf(model, whole ?? key);
  if (entity === "param") return (model) => own(model.params, key);
  if (entity === "tag") return (model) => own(model.tags, key);
  if (entity === "dataset") return modelDataset(key);
  return own(loggedModelValues, key) ?? nothing;
};

const runValues: Readonly<Record<keyof typeof runAttributes, (run: Run) => FieldValue>> = {
  run_id: ({ info }) => info.runId,
  run_name: ({ info }) => info.runName,
  user_id: ({ info }) => info.userId,
  status: ({ info }) => info.status,
  artifact_uri: ({ info }) => info.artifactUri,
  experiment_id: ({ info }) => info.experimentId,
  start_time: ({ info }) => info.startTime,
  end_time: ({ info }) => info.endTime,
  duration: ({ info }) => (info.endTime === undefined ? undefined : info.endTime - info.startTime),
};

const experimentValues: Readonly<Record<keyof typeof experimentAttributes, (row: Experiment) => FieldValue>> = {
  name: ({ name }) => name,
  experiment_id: ({ experimentId }) => experimentId,
  creation_time: ({ creationTime }) => creationTime,
  last_update_time: ({ lastUpdateTime }) => lastUpdateTime,
};

type ModelValues = Readonly<Record<keyof typeof registeredModelAttributes, (row: RegisteredModel) => FieldValue>>;
const registeredModelValues: ModelValues = {
  name: ({ name }) => name,
  creation_timestamp: ({ creationTimestamp }) => creationTimestamp,
  last_updated_timestamp: ({ lastUpdatedTimestamp }) => lastUpdatedTimestamp,
};

const modelVersionValues: Readonly<Record<keyof typeof modelVersionAttributes, (row: ModelVersion) => FieldValue>> = {
  name: ({ name }) => name,
  version_number: ({ version }) => Number(version),
  run_id: ({ runId }) => runId,
  source_path: ({ source }) => source,
  current_stage: ({ currentStage }) => currentStage,
  user_id: ({ userId }) => userId,
  creation_timestamp: ({ creationTimestamp }) => creationTimestamp,
  last_updated_timestamp: ({ lastUpdatedTimestamp }) => lastUpdatedTimestamp,
};

const loggedModelValues: Readonly<Record<keyof typeof loggedModelAttributes, (row: LoggedModel) => FieldValue>> = {
  name: ({ name }) => name,
  model_id: ({ modelId }) => modelId,
  model_type: ({ modelType }) => modelType,
  status: ({ status }) => status,
  source_run_id: ({ sourceRunId }) => sourceRunId,
  experiment_id: ({ experimentId }) => experimentId,
  creation_timestamp: ({ creationTimestamp }) => creationTimestamp,
  last_updated_timestamp: ({ lastUpdatedTimestamp }) => lastUpdatedTimestamp,
};

function metricValue({ key, aggregate, whole }: Field): ValueOf<Run> {
  if (aggregate === undefined) return (run) => own(run.data.metrics, key);
  const which = aggregate === "best" ? metricGoal(key) : aggregate;
  if (whole === undefined) return (run) => own(run.metricSummaries, key)?.[which]?.value;
  return (run) => own(run.data.metrics, whole) ?? own(run.metricSummaries, key)?.[which]?.value;
}

/** Of whichever run and dataset. */
function latestOf({ metrics = [] }: LoggedModel, key: string): number | undefined {
  const points = metrics.filter((metric) => metric.key === key);
  return points.sort((a, b) => b.timestamp - a.timestamp || b.step - a.step)[0]?.value;
}

/** Those that its metrics were measured on. */
function modelDataset(key: string): ValueOf<LoggedModel> {
  const all = ({ metrics = [] }: LoggedModel): readonly string[] =>
    metrics.flatMap(({ datasetName, datasetDigest }) => (key === "digest" ? datasetDigest : datasetName) ?? []);
  return Object.assign((model: LoggedModel) => all(model)[0], { all });
}

function datasetValue(key: string): ValueOf<Run> {
  const all = (run: Run): readonly string[] =>
    key === "context"
      ? run.inputs.datasetInputs.flatMap(({ tags }) => tags["mlflow.data.context"] ?? [])
      : run.inputs.datasetInputs.map(({ dataset }) => (key === "digest" ? dataset.digest : dataset.name));
  return Object.assign((run: Run) => all(run)[0], { all });
}

/** A field that this kind of row does not have: no parser makes it. */
function nothing(): undefined {
  return undefined;
}

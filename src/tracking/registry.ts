import type { Search } from "./filter/filter-tree.js";
import type { Metric, Page } from "./types.js";

/** The records of models, in camelCase. All times are ms since the epoch. */

/** A model as a run has logged it: `m-<32 hex>` points to the folder `artifacts/<name>/` of its run. */
export interface LoggedModel {
  modelId: string;
  name: string;
  experimentId: string;
  sourceRunId: string;
  /** Folder inside the run's artifacts. */
  artifactPath: string;
  creationTimestamp: number;
  lastUpdatedTimestamp: number;
  /** PENDING while its files are on their way. */
  status: "PENDING" | "READY" | "FAILED";
  /** The flavor it was logged with. */
  modelType: string;
  /** Its signature as JSON texts, as in the MLmodel file. */
  signature?: { inputs?: string; outputs?: string; params?: string };
  /** sha256 of the MLmodel file, in hex, which itself names the digests of the others. */
  digest?: string;
  tags: Record<string, string>;
  /** What it was made with, as MLflow's clients say it; absent where nothing was said. */
  params?: Record<string, string>;
  /** The latest point of each metric, by run and dataset; the whole history is in the run. */
  metrics?: ModelMetric[];
}

/** A metric of a run that was measured with a model, on a dataset where one is named. */
export interface ModelMetric extends Metric {
  runId: string;
  datasetName?: string;
  datasetDigest?: string;
}

/** MLflow's stages; a version has one. */
export const modelStages = ["None", "Staging", "Production", "Archived"] as const;
export type ModelStage = (typeof modelStages)[number];

export interface RegisteredModel {
  name: string;
  creationTimestamp: number;
  lastUpdatedTimestamp: number;
  description: string;
  tags: Record<string, string>;
  /** Alias to version. */
  aliases: Record<string, string>;
  /** The newest version of each stage, as MLflow's `latest_versions`. */
  latestVersions: ModelVersion[];
}

export interface ModelVersion {
  name: string;
  /** "1", "2", …; never given twice. */
  version: string;
  creationTimestamp: number;
  lastUpdatedTimestamp: number;
  description: string;
  userId: string;
  currentStage: ModelStage;
  /** The model's URI when it was registered, e.g. `models:/m-…` or `runs:/…/elastic`. */
  source: string;
  runId: string;
  /** Where a person can look at the run, as its client said. */
  runLink?: string;
  modelId?: string;
  signature?: LoggedModel["signature"];
  status: "READY";
  tags: Record<string, string>;
  /** Aliases that lead to this version. */
  aliases: string[];
}

export interface NewLoggedModel {
  modelId: string;
  name: string;
  experimentId: string;
  sourceRunId: string;
  artifactPath: string;
  modelType: string;
  signature?: LoggedModel["signature"];
  digest?: string;
  tags?: Record<string, string>;
  params?: Record<string, string>;
  /** Default: READY. */
  status?: LoggedModel["status"];
}

export interface LoggedModelChanges {
  status?: LoggedModel["status"];
  /** Another value of a param that it has is INVALID_PARAMETER_VALUE. */
  params?: Readonly<Record<string, string>>;
  metrics?: readonly ModelMetric[];
  setTags?: Readonly<Record<string, string>>;
  deleteTags?: readonly string[];
}

/** How the files of a logged model came in. */
export interface ModelEnd {
  status: "READY" | "FAILED";
  /** Of its MLmodel file, which names the id that the store has given. */
  digest?: string;
}

export interface LoggedModelSearch extends Search {
  /** Default: all. */
  readonly experimentIds?: readonly string[];
}

export interface NewRegisteredModel {
  name: string;
  description?: string;
  tags?: Record<string, string>;
}

export interface RegisteredModelChanges {
  name?: string;
  description?: string;
  setTags?: Readonly<Record<string, string>>;
  deleteTags?: readonly string[];
  /** Alias to version; null takes it away. */
  aliases?: Readonly<Record<string, string | null>>;
}

export interface NewModelVersion {
  name: string;
  source: string;
  runId: string;
  runLink?: string;
  userId: string;
  modelId?: string;
  signature?: LoggedModel["signature"];
  description?: string;
  tags?: Record<string, string>;
  /** Makes the registered model when there is none of that name. */
  createModel?: boolean;
}

export interface ModelVersionChanges {
  description?: string;
  stage?: ModelStage;
  /** With `stage`: other versions of that stage become Archived. */
  archiveExisting?: boolean;
  setTags?: Readonly<Record<string, string>>;
  deleteTags?: readonly string[];
}

/**
 * Where logged models, registered models and their versions are kept. Arguments are checked before they come here
 * (`registry-client.ts`), except for facts that only the store has. Every change is whole, also between processes.
 */
export interface ModelRegistry {
  /** A store that gives ids itself answers with another id than was wanted, and has {@link ModelRegistry.finalizeLoggedModel}. */
  createLoggedModel(model: NewLoggedModel): Promise<LoggedModel>;
  /** Of a store in which a model is PENDING until its files are in. */
  finalizeLoggedModel?(modelId: string, end: ModelEnd): Promise<LoggedModel>;
  /** @throws RESOURCE_DOES_NOT_EXIST */
  getLoggedModel(modelId: string): Promise<LoggedModel>;
  /** Ordered at last by creation_timestamp DESC; of those of one ms the one that was logged last comes first. */
  searchLoggedModels(search: LoggedModelSearch): Promise<Page<LoggedModel>>;
  setLoggedModelTags(modelId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Of a store whose logged models change after they were made: a tracking server needs one.
   * @throws RESOURCE_DOES_NOT_EXIST: the model, or a tag
   */
  updateLoggedModel?(modelId: string, changes: LoggedModelChanges): Promise<LoggedModel>;
  /** Forgets the id; the files stay in their run. */
  deleteLoggedModel(modelId: string): Promise<void>;

  /** @throws RESOURCE_ALREADY_EXISTS */
  createRegisteredModel(model: NewRegisteredModel): Promise<RegisteredModel>;
  /** @throws RESOURCE_DOES_NOT_EXIST */
  getRegisteredModel(name: string): Promise<RegisteredModel>;
  updateRegisteredModel(name: string, changes: RegisteredModelChanges): Promise<RegisteredModel>;
  /** With all its versions. */
  deleteRegisteredModel(name: string): Promise<void>;
  /** Ordered at last by name. */
  searchRegisteredModels(search: Search): Promise<Page<RegisteredModel>>;

  /** Under the next number. */
  createModelVersion(version: NewModelVersion): Promise<ModelVersion>;
  getModelVersion(name: string, version: string): Promise<ModelVersion>;
  updateModelVersion(name: string, version: string, changes: ModelVersionChanges): Promise<ModelVersion>;
  deleteModelVersion(name: string, version: string): Promise<void>;
  /** Ordered at last by last_updated_timestamp DESC, then by name, the highest version first. */
  searchModelVersions(search: Search): Promise<Page<ModelVersion>>;
}

import { dirname } from "node:path";
import type { ArtifactStore } from "../../tracking/artifact-store.js";
import type { Search } from "../../tracking/filter/filter-tree.js";
import type {
  LoggedModel,
  LoggedModelChanges,
  LoggedModelSearch,
  ModelRegistry,
  ModelVersion,
  ModelVersionChanges,
  NewLoggedModel,
  NewModelVersion,
  NewRegisteredModel,
  RegisteredModel,
  RegisteredModelChanges,
} from "../../tracking/registry.js";
import type {
  ExperimentChanges,
  ExperimentSearch,
  NewExperiment,
  NewRun,
  RunBatch,
  RunChanges,
  RunCount,
  RunSearch,
  StoreNews,
  TrackingStore,
} from "../../tracking/store.js";
import type {
  DatasetInput,
  Experiment,
  Metric,
  MetricPoint,
  ModelOutput,
  Page,
  PageRequest,
  Run,
  RunInfo,
} from "../../tracking/types.js";
import { S3Storage } from "../artifacts/s3/s3-storage.js";
import { isOnlyRead, type MlflowLocations, mlflowFiles } from "../mlflow-db/mlflow-files.js";
import { isPostgresUri, sqliteFile } from "./database-uri.js";
import { DatabaseWatch } from "./database-watch.js";
import type { SqlSettings } from "./open-sql.js";
import { filesOf } from "./sql-artifacts.js";
import type { RunEnd } from "./sql-store.js";
import { SqlThread } from "./sql-thread.js";

/**
 * The store in a database, on a thread of its own: neither a search, nor a wait for another writer, nor a training loop holds up the other.
 * Who keeps runs in a folder does not load a database's libraries, nor does this thread.
 */
export class ThreadedStore implements TrackingStore {
  readonly uri: string;
  readonly registry: ModelRegistry;
  readonly #settings: SqlSettings;
  readonly #s3 = new S3Storage();
  readonly #watch = new DatabaseWatch(
    (isFirst) => this.#started().glance("news", [isFirst]) as Promise<StoreNews | undefined>,
  );
  #thread: SqlThread | undefined;

  /** @param uri - resolved, as it is shown to people */
  constructor(uri: string, settings: SqlSettings) {
    this.uri = uri;
    this.#settings = settings;
    this.registry = new ThreadedRegistry((method, args) => this.#started().ask("registry", method, args));
  }

  createExperiment(experiment: NewExperiment): Promise<Experiment> {
    return this.#call("createExperiment", experiment);
  }

  getExperiment(experimentId: string): Promise<Experiment> {
    return this.#call("getExperiment", experimentId);
  }

  getExperimentByName(name: string): Promise<Experiment | undefined> {
    return this.#call("getExperimentByName", name);
  }

  updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void> {
    return this.#call("updateExperiment", experimentId, changes);
  }

  searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    return this.#call("searchExperiments", search);
  }

  purgeExperiment(experimentId: string): Promise<void> {
    return this.#call("purgeExperiment", experimentId);
  }

  createRun(run: NewRun): Promise<Run> {
    return this.#call("createRun", run);
  }

  getRun(runId: string): Promise<Run> {
    return this.#call("getRun", runId);
  }

  updateRun(runId: string, changes: RunChanges): Promise<void> {
    return this.#call("updateRun", runId, changes);
  }

  deleteRun(runId: string): Promise<void> {
    return this.#call("deleteRun", runId);
  }

  restoreRun(runId: string): Promise<void> {
    return this.#call("restoreRun", runId);
  }

  purgeRun(runId: string): Promise<void> {
    return this.#call("purgeRun", runId);
  }

  searchRuns(search: RunSearch): Promise<Page<Run>> {
    return this.#call("searchRuns", search);
  }

  countRuns(experimentIds: readonly string[]): Promise<Map<string, RunCount>> {
    return this.#call("countRuns", experimentIds);
  }

  logMetric(runId: string, metric: Metric): Promise<void> {
    return this.#call("logMetric", runId, metric);
  }

  logBatch(runId: string, batch: RunBatch): Promise<void> {
    return this.#call("logBatch", runId, batch);
  }

  deleteTag(runId: string, key: string): Promise<void> {
    return this.#call("deleteTag", runId, key);
  }

  logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    return this.#call("logInputs", runId, inputs);
  }

  logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    return this.#call("logOutputs", runId, outputs);
  }

  getMetricHistory(runId: string, key: string, page?: PageRequest): Promise<Page<MetricPoint>> {
    return this.#call("getMetricHistory", runId, key, page);
  }

  async artifacts(runId: string): Promise<ArtifactStore> {
    type Found = { info: RunInfo; mlflow?: MlflowLocations };
    const { info, mlflow } = (await this.#started().ask("store", "filesOf", [runId])) as Found;
    if (mlflow === undefined) return filesOf(info, this.#s3, () => this.getRun(runId));
    return mlflowFiles(mlflow, runId, {
      folder: isPostgresUri(this.uri) ? process.cwd() : dirname(sqliteFile(this.uri)),
      served: this.#settings.artifacts,
      s3: this.#s3,
      refuse: () => Promise.reject(isOnlyRead(this.uri)),
    });
  }

  watch(listener: (news: StoreNews) => void): () => void {
    return this.#watch.add(listener);
  }

  endRunNow(runId: string, end: RunEnd): void {
    this.#thread?.endNow(runId, end, this.uri);
  }

  async close(): Promise<void> {
    this.#watch.close();
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.close();
    await this.#s3.close();
  }

  #call<T>(method: keyof TrackingStore, ...args: unknown[]): Promise<T> {
    return this.#started().ask("store", method, args) as Promise<T>;
  }

  #started(): SqlThread {
    // A thread that has ended on its own is replaced.
    if (this.#thread === undefined || this.#thread.isLost) this.#thread = new SqlThread(this.uri, this.#settings);
    return this.#thread;
  }
}

type Asking = (method: keyof ModelRegistry, args: readonly unknown[]) => Promise<unknown>;

class ThreadedRegistry implements ModelRegistry {
  readonly #ask: Asking;

  constructor(ask: Asking) {
    this.#ask = ask;
  }

  createLoggedModel(model: NewLoggedModel): Promise<LoggedModel> {
    return this.#call("createLoggedModel", model);
  }

  getLoggedModel(modelId: string): Promise<LoggedModel> {
    return this.#call("getLoggedModel", modelId);
  }

  searchLoggedModels(search: LoggedModelSearch): Promise<Page<LoggedModel>> {
    return this.#call("searchLoggedModels", search);
  }

  setLoggedModelTags(modelId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    return this.#call("setLoggedModelTags", modelId, tags);
  }

  updateLoggedModel(modelId: string, changes: LoggedModelChanges): Promise<LoggedModel> {
    return this.#call("updateLoggedModel", modelId, changes);
  }

  deleteLoggedModel(modelId: string): Promise<void> {
    return this.#call("deleteLoggedModel", modelId);
  }

  createRegisteredModel(model: NewRegisteredModel): Promise<RegisteredModel> {
    return this.#call("createRegisteredModel", model);
  }

  getRegisteredModel(name: string): Promise<RegisteredModel> {
    return this.#call("getRegisteredModel", name);
  }

  updateRegisteredModel(name: string, changes: RegisteredModelChanges): Promise<RegisteredModel> {
    return this.#call("updateRegisteredModel", name, changes);
  }

  deleteRegisteredModel(name: string): Promise<void> {
    return this.#call("deleteRegisteredModel", name);
  }

  searchRegisteredModels(search: Search): Promise<Page<RegisteredModel>> {
    return this.#call("searchRegisteredModels", search);
  }

  createModelVersion(version: NewModelVersion): Promise<ModelVersion> {
    return this.#call("createModelVersion", version);
  }

  getModelVersion(name: string, version: string): Promise<ModelVersion> {
    return this.#call("getModelVersion", name, version);
  }

  updateModelVersion(name: string, version: string, changes: ModelVersionChanges): Promise<ModelVersion> {
    return this.#call("updateModelVersion", name, version, changes);
  }

  deleteModelVersion(name: string, version: string): Promise<void> {
    return this.#call("deleteModelVersion", name, version);
  }

  searchModelVersions(search: Search): Promise<Page<ModelVersion>> {
    return this.#call("searchModelVersions", search);
  }

  #call<T>(method: keyof ModelRegistry, ...args: unknown[]): Promise<T> {
    return this.#ask(method, args) as Promise<T>;
  }
}

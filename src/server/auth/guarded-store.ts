import type { ArtifactContent, ArtifactStore } from "../../tracking/artifact-store.js";
import { allOf, type Filter, joined } from "../../tracking/filter/filter-tree.js";
import type { ModelRegistry } from "../../tracking/registry.js";
import type {
  ExperimentChanges,
  ExperimentSearch,
  NewExperiment,
  NewRun,
  RunBatch,
  RunChanges,
  RunSearch,
  TrackingStore,
} from "../../tracking/store.js";
import type {
  DatasetInput,
  Experiment,
  FileInfo,
  Metric,
  MetricPoint,
  ModelOutput,
  Page,
  PageRequest,
  Run,
} from "../../tracking/types.js";
import { guardedRegistry } from "./guarded-registry.js";
import { ownerTag, type Permissions } from "./permissions.js";
import { includes } from "./user.js";
import { grantedLevel } from "./users-file.js";

/**
 * A store that does for the user of the current request what that user may do. Every way to the data leads through a store, so that a new
 * route needs no thought of its own.
 */
export class GuardedStore implements TrackingStore {
  readonly uri: string;
  readonly registry: ModelRegistry;
  /** News name runs and nothing of what is in them. */
  readonly watch: TrackingStore["watch"];
  readonly countRuns: TrackingStore["countRuns"];
  readonly #store: TrackingStore;
  readonly #permissions: Permissions;

  constructor(store: TrackingStore, permissions: Permissions) {
    this.uri = store.uri;
    this.#store = store;
    this.watch = store.watch?.bind(store);
    const count = store.countRuns?.bind(store);
    if (count !== undefined) this.countRuns = async (ids) => count(await permissions.readable(ids));
    this.#permissions = permissions;
    this.registry = guardedRegistry(store.registry, permissions);
  }

  /** Its creator is its admin. */
  async createExperiment(experiment: NewExperiment): Promise<Experiment> {
    const { name } = this.#permissions.user;
    return this.#store.createExperiment({ ...experiment, tags: { ...experiment.tags, [ownerTag]: name } });
  }

  async getExperiment(experimentId: string): Promise<Experiment> {
    await this.#permissions.check(experimentId, "read");
    return this.#store.getExperiment(experimentId);
  }

  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    const found = await this.#store.getExperimentByName(name);
    if (found !== undefined) await this.#permissions.check(found.experimentId, "read");
    return found;
  }

  async updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void> {
    const { setTags = {}, deleteTags = [], ...rest } = changes;
    // Who is the admin is an admin's to say.
    const ofOwner = Object.hasOwn(setTags, ownerTag) || deleteTags.includes(ownerTag);
    await this.#permissions.check(experimentId, ofOwner || Object.keys(rest).length > 0 ? "admin" : "write");
    await this.#store.updateExperiment(experimentId, changes);
  }

  async searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    return this.#store.searchExperiments({ ...search, filter: this.#readable(search.filter) });
  }

  async createRun(run: NewRun): Promise<Run> {
    await this.#permissions.check(run.experimentId, "write");
    return this.#store.createRun(run);
  }

  async getRun(runId: string): Promise<Run> {
    await this.#permissions.checkRun(runId, "read");
    return this.#store.getRun(runId);
  }

  async updateRun(runId: string, changes: RunChanges): Promise<void> {
    await this.#permissions.checkRun(runId, "write");
    await this.#store.updateRun(runId, changes);
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#permissions.checkRun(runId, "write");
    await this.#store.deleteRun(runId);
  }

  async restoreRun(runId: string): Promise<void> {
    await this.#permissions.checkRun(runId, "write");
    await this.#store.restoreRun(runId);
  }

  /** Experiments that the user cannot read have no runs. */
  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    const experimentIds = await this.#permissions.readable(search.experimentIds);
    return this.#store.searchRuns({ ...search, experimentIds });
  }

  async logMetric(runId: string, metric: Metric): Promise<void> {
    await this.#permissions.checkRun(runId, "write");
    await this.#store.logMetric(runId, metric);
  }

  async logBatch(runId: string, batch: RunBatch): Promise<void> {
    await this.#permissions.checkRun(runId, "write");
    await this.#store.logBatch(runId, batch);
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    await this.#permissions.checkRun(runId, "write");
    await this.#store.deleteTag(runId, key);
  }

  async logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    await this.#permissions.checkRun(runId, "write");
    await this.#store.logInputs(runId, inputs);
  }

  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    await this.#permissions.checkRun(runId, "write");
    await this.#store.logOutputs(runId, outputs);
  }

  async getMetricHistory(runId: string, key: string, page?: PageRequest): Promise<Page<MetricPoint>> {
    await this.#permissions.checkRun(runId, "read");
    return this.#store.getMetricHistory(runId, key, page);
  }

  async artifacts(runId: string): Promise<ArtifactStore> {
    await this.#permissions.checkRun(runId, "read");
    return new GuardedArtifacts(await this.#store.artifacts(runId), () => this.#permissions.checkRun(runId, "write"));
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #readable(filter: Filter | undefined): Filter | undefined {
    const { user, defaultLevel } = this.#permissions;
    if (user.admin) return filter;
    const open = includes(defaultLevel, "read");
    const exceptions = Object.keys(user.permissions).filter(
      (scope) => includes(grantedLevel(user, scope) ?? "none", "read") !== open,
    );
    if (open && exceptions.length === 0) return filter;
    const byId: Filter = {
      kind: "list",
      field: { entity: "attribute", key: "experiment_id" },
      comparator: open ? "NOT IN" : "IN",
      value: exceptions,
    };
    const owned: Filter = { kind: "text", field: { entity: "tag", key: ownerTag }, comparator: "=", value: user.name };
    return allOf([...(filter === undefined ? [] : [filter]), joined("or", [byId, owned])]);
  }
}

/** The files of a run that the user may read. */
class GuardedArtifacts implements ArtifactStore {
  readonly #files: ArtifactStore;
  readonly #checkWrite: () => Promise<void>;

  constructor(files: ArtifactStore, checkWrite: () => Promise<void>) {
    this.#files = files;
    this.#checkWrite = checkWrite;
  }

  async put(path: string, content: ArtifactContent): Promise<void> {
    await this.#checkWrite();
    await this.#files.put(path, content);
  }

  get remove(): ((path: string) => Promise<void>) | undefined {
    const remove = this.#files.remove?.bind(this.#files);
    if (remove === undefined) return undefined;
    return async (path) => {
      await this.#checkWrite();
      await remove(path);
    };
  }

  read(path: string): Promise<Uint8Array> {
    return this.#files.read(path);
  }

  get stream(): ArtifactStore["stream"] {
    return this.#files.stream?.bind(this.#files);
  }

  list(path?: string): Promise<FileInfo[]> {
    return this.#files.list(path);
  }

  download(path: string, folder: string): Promise<string> {
    return this.#files.download(path, folder);
  }

  get locate(): ((path: string) => Promise<string>) | undefined {
    return this.#files.locate?.bind(this.#files);
  }
}

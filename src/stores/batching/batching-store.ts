import type { ArtifactStore } from "../../tracking/artifact-store.js";
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
  Metric,
  MetricPoint,
  ModelOutput,
  Page,
  PageRequest,
  Run,
} from "../../tracking/types.js";
import { LogQueue } from "./log-queue.js";

/**
 * Puts the log calls of a store that is far away together to requests within MLflow's limits: 100,000 points logged in a loop are
 * 100 requests. Everything else that has to do with a run waits until its log calls are in the store, so a run that has ended is
 * whole, and reading a run finds what was logged before.
 */
export class BatchingStore implements TrackingStore {
  readonly uri: string;
  readonly registry: ModelRegistry;
  readonly differences: TrackingStore["differences"];
  readonly purgeRun: TrackingStore["purgeRun"];
  readonly purgeExperiment: TrackingStore["purgeExperiment"];
  readonly endRunNow: TrackingStore["endRunNow"];
  readonly watch: TrackingStore["watch"];
  readonly countRuns: TrackingStore["countRuns"];
  readonly completeSummaries: TrackingStore["completeSummaries"];
  readonly #store: TrackingStore;
  readonly #queues = new Map<string, LogQueue>();

  /** The store itself, when it puts log calls together already: so does one that keeps them until its server has them. */
  static over(store: TrackingStore): TrackingStore {
    return store instanceof BatchingStore || store.outbox !== undefined ? store : new BatchingStore(store);
  }

  constructor(store: TrackingStore) {
    this.#store = store;
    this.uri = store.uri;
    this.registry = store.registry;
    this.differences = store.differences;
    this.watch = store.watch?.bind(store);
    this.endRunNow = store.endRunNow?.bind(store);
    this.purgeExperiment = store.purgeExperiment?.bind(store);
    // No log call makes or ends a run.
    this.countRuns = store.countRuns?.bind(store);
    this.completeSummaries = store.completeSummaries?.bind(store);
    const purgeRun = store.purgeRun?.bind(store);
    if (purgeRun !== undefined) this.purgeRun = (runId) => this.#after(runId, () => purgeRun(runId));
  }

  logMetric(runId: string, metric: Metric): Promise<void> {
    return this.#queue(runId).add({ metrics: [metric] });
  }

  logBatch(runId: string, batch: RunBatch): Promise<void> {
    return this.#queue(runId).add(batch);
  }

  createExperiment(experiment: NewExperiment): Promise<Experiment> {
    return this.#store.createExperiment(experiment);
  }

  getExperiment(experimentId: string): Promise<Experiment> {
    return this.#store.getExperiment(experimentId);
  }

  getExperimentByName(name: string): Promise<Experiment | undefined> {
    return this.#store.getExperimentByName(name);
  }

  updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void> {
    return this.#store.updateExperiment(experimentId, changes);
  }

  searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    return this.#store.searchExperiments(search);
  }

  createRun(run: NewRun): Promise<Run> {
    return this.#store.createRun(run);
  }

  getRun(runId: string): Promise<Run> {
    return this.#after(runId, () => this.#store.getRun(runId));
  }

  updateRun(runId: string, changes: RunChanges): Promise<void> {
    return this.#after(runId, () => this.#store.updateRun(runId, changes));
  }

  deleteRun(runId: string): Promise<void> {
    return this.#after(runId, () => this.#store.deleteRun(runId));
  }

  restoreRun(runId: string): Promise<void> {
    return this.#after(runId, () => this.#store.restoreRun(runId));
  }

  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    await this.#flush();
    return this.#store.searchRuns(search);
  }

  deleteTag(runId: string, key: string): Promise<void> {
    return this.#after(runId, () => this.#store.deleteTag(runId, key));
  }

  logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    return this.#after(runId, () => this.#store.logInputs(runId, inputs));
  }

  logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    return this.#after(runId, () => this.#store.logOutputs(runId, outputs));
  }

  getMetricHistory(runId: string, key: string, page?: PageRequest): Promise<Page<MetricPoint>> {
    return this.#after(runId, () => this.#store.getMetricHistory(runId, key, page));
  }

  artifacts(runId: string): Promise<ArtifactStore> {
    return this.#store.artifacts(runId);
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#store.close();
  }

  #queue(runId: string): LogQueue {
    const known = this.#queues.get(runId);
    if (known !== undefined) return known;
    const queue = new LogQueue((batch) => this.#store.logBatch(runId, batch));
    this.#queues.set(runId, queue);
    return queue;
  }

  /** Does `work` when the run's log calls are in the store. */
  async #after<T>(runId: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(runId);
    await queue?.flush();
    if (queue?.isIdle) this.#queues.delete(runId);
    return work();
  }

  async #flush(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.flush()));
  }
}

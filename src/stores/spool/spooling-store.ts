import { randomUUID } from "node:crypto";
import { isUnanswered } from "../../errors.js";
import type { ArtifactStore } from "../../tracking/artifact-store.js";
import type { Outbox } from "../../tracking/outbox.js";
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
import {
  type DatasetInput,
  type Experiment,
  hasEnded,
  type Metric,
  type MetricPoint,
  type ModelOutput,
  type Page,
  type PageRequest,
  type Run,
  type RunStatus,
} from "../../tracking/types.js";
import { cloneRun } from "../copies.js";
import { toRunChange } from "../run-change.js";
import { inTime, Reach, silent, timeouts } from "./reach.js";
import type { RemoteStore } from "./remote-store.js";
import type { SpoolFolder } from "./spool-folder.js";
import { SpooledArtifacts } from "./spooled-artifacts.js";
import { SpooledRuns } from "./spooled-runs.js";

/**
 * The store of a tracking server, which keeps working while the server cannot be reached. A log call's promise resolves once its
 * values are in a file on this machine; they are then sent in order, in large batches. Every other change of a run is written to
 * that file too, but its promise waits for the server unless the server is away. Reading a run sees everything logged before.
 */
export class SpoolingStore implements TrackingStore {
  readonly uri: string;
  readonly registry: ModelRegistry;
  readonly differences: TrackingStore["differences"];
  readonly #remote: RemoteStore;
  readonly #reach: Reach;
  readonly #runs: SpooledRuns;
  readonly #experiments = new Map<string, Experiment>();

  constructor(remote: RemoteStore, folder: SpoolFolder) {
    this.uri = remote.uri;
    this.registry = remote.registry;
    this.differences = remote.differences;
    this.#remote = remote;
    this.#reach = new Reach(() => this.#runs.tryAgain());
    this.#runs = new SpooledRuns(remote, folder, this.#reach);
    // It is tried again now and then anyway, and nobody should wait for it meanwhile.
    remote.tryOnceWhile(() => this.#reach.isAway);
  }

  get outbox(): Outbox {
    return this.#runs;
  }

  // ---- experiments

  async createExperiment(wanted: NewExperiment): Promise<Experiment> {
    return this.#keep(await this.#reach.ask(() => this.#remote.createExperiment(wanted)));
  }

  getExperiment(experimentId: string): Promise<Experiment> {
    return this.#reach.read(
      async () => this.#keep(await this.#remote.getExperiment(experimentId)),
      () => this.#experiments.get(experimentId),
    );
  }

  getExperimentByName(name: string): Promise<Experiment | undefined> {
    return this.#reach.read<Experiment | undefined>(
      async () => {
        const found = await this.#remote.getExperimentByName(name);
        return found && this.#keep(found);
      },
      () => [...this.#experiments.values()].find((experiment) => experiment.name === name),
    );
  }

  updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void> {
    this.#experiments.delete(experimentId);
    return this.#reach.ask(() => this.#remote.updateExperiment(experimentId, changes));
  }

  searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    return this.#reach.read(() => this.#remote.searchExperiments(search));
  }

  // ---- runs

  logMetric(runId: string, metric: Metric): Promise<void> {
    return this.#runs.log(runId, { metrics: [metric] });
  }

  logBatch(runId: string, batch: RunBatch): Promise<void> {
    return this.#runs.log(runId, batch);
  }

  async createRun(wanted: NewRun): Promise<Run> {
    if (wanted.runId !== undefined) return this.#remote.createRun(wanted);
    const requestId = randomUUID().replaceAll("-", "");
    if (!this.#reach.isAway) {
      try {
        const made = this.#remote.createRunOnce(wanted, requestId, false);
        const run = await inTime(made, timeouts.usual, () => silent(this.uri));
        this.#runs.add(run);
        return cloneRun(run);
      } catch (error) {
        if (!isUnanswered(error)) throw error;
        this.#reach.lost(error);
      }
    }
    return cloneRun(this.#runs.begin(wanted, requestId));
  }

  async getRun(runId: string): Promise<Run> {
    await this.#runs.sent(runId);
    return this.#reach.read(
      () => this.#remote.getRun(this.#runs.runIdOf(runId)),
      () => {
        const run = this.#runs.get(runId);
        return run && cloneRun(run);
      },
    );
  }

  async updateRun(runId: string, changes: RunChanges): Promise<void> {
    await this.#runs.change(runId, { kind: "update", changes }, toRunChange(changes), (id) =>
      this.#remote.updateRun(id, changes),
    );
    // The next log call to an ended run asks the server again whether the run still exists.
    if (changes.status !== undefined && hasEnded(changes.status) && !this.#reach.isAway) this.#runs.forget(runId);
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    await this.#runs.change(runId, { kind: "deleteTag", key }, { deleteTags: [key] }, (id) =>
      this.#remote.deleteTag(id, key),
    );
  }

  async logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    await this.#runs.change(runId, { kind: "inputs", inputs }, { inputs }, (id) => this.#remote.logInputs(id, inputs));
  }

  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    await this.#runs.change(runId, { kind: "outputs", outputs }, { outputs }, (id) =>
      this.#remote.logOutputs(id, outputs),
    );
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#runs.sent(runId);
    const id = this.#runs.runIdOf(runId);
    this.#runs.forget(id);
    await this.#reach.ask(() => this.#remote.deleteRun(id));
  }

  async restoreRun(runId: string): Promise<void> {
    await this.#reach.ask(() => this.#remote.restoreRun(this.#runs.runIdOf(runId)));
  }

  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    await this.#runs.sent();
    return this.#reach.read(() => this.#remote.searchRuns(search));
  }

  async getMetricHistory(runId: string, key: string, page?: PageRequest): Promise<Page<MetricPoint>> {
    await this.#runs.sent(runId);
    return this.#reach.read(() => this.#remote.getMetricHistory(this.#runs.runIdOf(runId), key, page));
  }

  async completeSummaries(runs: readonly Run[], keys: readonly string[]): Promise<void> {
    await this.#reach.read(async () => this.#remote.completeSummaries?.(runs, keys));
  }

  async artifacts(runId: string): Promise<ArtifactStore> {
    const remote = async () => {
      await this.#runs.sent(runId);
      return this.#reach.read(() => this.#remote.artifacts(this.#runs.runIdOf(runId)));
    };
    if (this.#runs.get(runId) === undefined) return remote();
    const reach = this.#reach;
    return new SpooledArtifacts({
      remote,
      keep: (path, content) => this.#runs.keepFile(runId, path, content),
      kept: (path) => this.#runs.keptFile(runId, path),
      get isAway() {
        return reach.isAway;
      },
    });
  }

  /** For a process that is exiting: the end of the run stays on disk until the next `sync`. */
  endRunNow(runId: string, end: { status: RunStatus; endTime: number; reason?: string }): void {
    this.#runs.endNow(runId, end);
  }

  async close(): Promise<void> {
    await this.#runs.close();
    this.#reach.stop();
    await this.#remote.close();
  }

  #keep(experiment: Experiment): Experiment {
    this.#experiments.set(experiment.experimentId, { ...experiment, tags: { ...experiment.tags } });
    return experiment;
  }
}

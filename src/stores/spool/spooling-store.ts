import { randomUUID } from "node:crypto";
import { copyFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isUnanswered, TrackingError } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";
import type { ArtifactContent, ArtifactStore } from "../../tracking/artifact-store.js";
import type { Outbox, SyncResult, Waiting } from "../../tracking/outbox.js";
import type { ModelRegistry } from "../../tracking/registry.js";
import {
  type ExperimentChanges,
  type ExperimentSearch,
  type NewExperiment,
  type NewRun,
  type RunBatch,
  type RunChanges,
  type RunSearch,
  stored,
  type TrackingStore,
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
  RunStatus,
} from "../../tracking/types.js";
import { cloneRun } from "../copies.js";
import { addMetric } from "../metric-summary.js";
import { newRun } from "../new-run.js";
import { applyChange, checkActive, checkParams, checkTag, type RunChange, toRunChange } from "../run-change.js";
import { inTime, Reach, silent, timeouts } from "./reach.js";
import type { RemoteStore } from "./remote-store.js";
import { RunSpool, type SpoolContext } from "./run-spool.js";
import type { SpoolEntry } from "./spool-entry.js";
import type { SpoolFolder } from "./spool-folder.js";
import { SpooledArtifacts } from "./spooled-artifacts.js";

/**
 * The store of a tracking server, which keeps working while the server cannot be reached. A log call's promise resolves once its
 * values are in a file on this machine; they are then sent in order, in large batches. Every other change of a run is written to
 * that file too, but its promise waits for the server unless the server is away. Reading a run sees everything logged before.
 */
export class SpoolingStore implements TrackingStore, Outbox {
  readonly uri: string;
  readonly registry: ModelRegistry;
  readonly outbox: Outbox = this;
  readonly differences: TrackingStore["differences"];
  readonly #remote: RemoteStore;
  readonly #folder: SpoolFolder;
  readonly #reach = new Reach(() => this.#tryAgain());
  readonly #context: SpoolContext;
  readonly #spools = new Map<string, RunSpool>();
  /** Runs that this process logs to, as they will be once everything is sent, so that a wrong value is refused at once. */
  readonly #known = new Map<string, Run>();
  readonly #learning = new Map<string, Promise<Run>>();
  readonly #experiments = new Map<string, Experiment>();
  /** From the id of a run that was started while the server was away to the id that the server has given it. */
  readonly #ids = new Map<string, string>();

  constructor(remote: RemoteStore, folder: SpoolFolder) {
    this.uri = remote.uri;
    this.registry = remote.registry;
    this.differences = remote.differences;
    this.#remote = remote;
    // It is tried again now and then anyway, and nobody should wait for it meanwhile.
    remote.tryOnceWhile(() => this.#reach.isAway);
    this.#folder = folder;
    this.#context = {
      remote,
      reach: this.#reach,
      resolveParent: async (experimentId, runId) =>
        this.#ids.get(runId) ?? (await remote.runOfRequest(experimentId, runId))?.info.runId ?? runId,
      created: (runId, remoteId) => this.#rename(runId, remoteId),
      idle: (spool) => this.#tidy(spool),
    };
  }

  // ---- log calls

  logMetric(runId: string, metric: Metric): Promise<void> {
    return this.#log(runId, { metrics: [metric] });
  }

  logBatch(runId: string, batch: RunBatch): Promise<void> {
    return this.#log(runId, batch);
  }

  #log(runId: string, batch: RunBatch): Promise<void> {
    try {
      const id = this.runIdOf(runId);
      const run = this.#known.get(id);
      if (run === undefined) return this.#learn(id).then(() => this.#log(id, batch));
      const { metrics = [], params = [], tags } = batch;
      checkActive(run);
      checkParams(run, params);
      this.#spoolOf(id).log(batch);
      for (const metric of metrics) addMetric(run, metric);
      applyChange(run, { params, ...(tags && { tags }) });
      return stored;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  // ---- experiments

  async createExperiment(wanted: NewExperiment): Promise<Experiment> {
    return this.#keep(await this.#ask(() => this.#remote.createExperiment(wanted)));
  }

  getExperiment(experimentId: string): Promise<Experiment> {
    return this.#read(
      async () => this.#keep(await this.#remote.getExperiment(experimentId)),
      () => this.#experiments.get(experimentId),
    );
  }

  getExperimentByName(name: string): Promise<Experiment | undefined> {
    return this.#read<Experiment | undefined>(
      async () => {
        const found = await this.#remote.getExperimentByName(name);
        return found && this.#keep(found);
      },
      () => [...this.#experiments.values()].find((experiment) => experiment.name === name),
    );
  }

  updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void> {
    this.#experiments.delete(experimentId);
    return this.#ask(() => this.#remote.updateExperiment(experimentId, changes));
  }

  searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    return this.#read(() => this.#remote.searchExperiments(search));
  }

  // ---- runs

  async createRun(wanted: NewRun): Promise<Run> {
    if (wanted.runId !== undefined) return this.#remote.createRun(wanted);
    const requestId = randomUUID().replaceAll("-", "");
    if (!this.#reach.isAway) {
      try {
        const made = this.#remote.createRunOnce(wanted, requestId, false);
        const run = await inTime(made, timeouts.usual, () => silent(this.uri));
        this.#known.set(run.info.runId, run);
        return cloneRun(run);
      } catch (error) {
        if (!isUnanswered(error)) throw error;
        this.#reach.lost(error);
      }
    }
    // The server gives it an id when it is back; until then the id of the request stands in for it.
    const file = this.#folder.create({ runId: requestId, create: wanted });
    this.#spools.set(requestId, new RunSpool(file, this.#context));
    const run = newRun({ ...wanted, runId: requestId }, () => "");
    this.#known.set(requestId, run);
    return cloneRun(run);
  }

  async getRun(runId: string): Promise<Run> {
    await this.#sent(runId);
    return this.#read(
      () => this.#remote.getRun(this.runIdOf(runId)),
      () => {
        const run = this.#known.get(this.runIdOf(runId));
        return run && cloneRun(run);
      },
    );
  }

  async updateRun(runId: string, changes: RunChanges): Promise<void> {
    await this.#change(runId, { kind: "update", changes }, toRunChange(changes), (id) =>
      this.#remote.updateRun(id, changes),
    );
    // The next log call to an ended run asks the server again whether the run still exists.
    if (isEnd(changes.status) && !this.#reach.isAway) this.#known.delete(this.runIdOf(runId));
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    const run = this.#known.get(this.runIdOf(runId));
    if (run !== undefined && this.#reach.isAway) checkTag(run, key);
    await this.#change(runId, { kind: "deleteTag", key }, { deleteTags: [key] }, (id) =>
      this.#remote.deleteTag(id, key),
    );
  }

  async logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    await this.#change(runId, { kind: "inputs", inputs }, { inputs }, (id) => this.#remote.logInputs(id, inputs));
  }

  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    await this.#change(runId, { kind: "outputs", outputs }, { outputs }, (id) => this.#remote.logOutputs(id, outputs));
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#sent(runId);
    const id = this.runIdOf(runId);
    this.#known.delete(id);
    await this.#ask(() => this.#remote.deleteRun(id));
  }

  async restoreRun(runId: string): Promise<void> {
    await this.#ask(() => this.#remote.restoreRun(this.runIdOf(runId)));
  }

  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    await this.#sent();
    return this.#read(() => this.#remote.searchRuns(search));
  }

  async getMetricHistory(runId: string, key: string, page?: PageRequest): Promise<Page<MetricPoint>> {
    await this.#sent(runId);
    return this.#read(() => this.#remote.getMetricHistory(this.runIdOf(runId), key, page));
  }

  async completeSummaries(runs: readonly Run[], keys: readonly string[]): Promise<void> {
    await this.#read(async () => this.#remote.completeSummaries?.(runs, keys));
  }

  async artifacts(runId: string): Promise<ArtifactStore> {
    const remote = async () => {
      await this.#sent(runId);
      return this.#read(() => this.#remote.artifacts(this.runIdOf(runId)));
    };
    if (!this.#known.has(this.runIdOf(runId))) return remote();
    const reach = this.#reach;
    return new SpooledArtifacts({
      remote,
      keep: (path, content) => this.#keepFile(runId, path, content),
      kept: (path) => this.#keptFile(runId, path),
      get isAway() {
        return reach.isAway;
      },
    });
  }

  // ---- what waits

  get waiting(): Waiting {
    const changes = [...this.#spools.values()].reduce((sum, spool) => sum + spool.waiting, 0);
    const { error } = this.#reach;
    return { changes, folder: this.#folder.path, ...(error !== undefined && { reason: error.message }) };
  }

  runIdOf(runId: string): string {
    return this.#ids.get(runId) ?? runId;
  }

  leftBehind(): number {
    const open = new Set([...this.#spools.values()].map(({ file }) => file.id));
    return this.#folder.countLeft((id) => open.has(id));
  }

  async settle(runId?: string): Promise<unknown[]> {
    const spools = this.#spoolsFor(runId);
    await Promise.all(spools.map((spool) => spool.flush()));
    return spools.flatMap((spool) => this.#collect(spool));
  }

  async sync({ force = false } = {}): Promise<SyncResult> {
    const sent: SyncResult["sent"] = [];
    const failures: unknown[] = [];
    const send = async (spool: RunSpool) => {
      const before = spool.sentCount;
      await spool.flush({ force: true });
      failures.push(...this.#collect(spool));
      const changes = spool.sentCount - before;
      if (changes > 0) sent.push({ runId: spool.file.remoteId ?? spool.runId, changes });
    };
    for (const spool of [...this.#spools.values()]) {
      await send(spool);
      if (this.#reach.isAway) break;
    }
    const open = new Set([...this.#spools.values()].map(({ file }) => file.id));
    if (!this.#reach.isAway) {
      for (const file of this.#folder.takeLeft((id) => open.has(id), force)) {
        const spool = new RunSpool(file, this.#context);
        await send(spool);
        spool.close();
        if (this.#reach.isAway) break;
      }
    }
    const left = this.#folder.countLeft((id) => open.has(id));
    const { changes, ...waiting } = this.waiting;
    return {
      sent,
      failures,
      waiting: { ...waiting, changes: changes + left },
      elsewhere: this.#folder.countElsewhere(),
    };
  }

  /** For a process that is exiting: the end of the run stays on disk until the next `sync`. */
  endRunNow(runId: string, end: { status: RunStatus; endTime: number; reason?: string }): void {
    const id = this.runIdOf(runId);
    if (this.#known.has(id)) this.#spoolOf(id).leave({ kind: "update", changes: end });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#spools.values()].map((spool) => spool.flush()));
    for (const spool of this.#spools.values()) spool.close();
    this.#spools.clear();
    this.#known.clear();
    this.#reach.stop();
    await this.#remote.close();
  }

  // ---- inside

  /** Waits until the server has the changes of one run, or of all; returns at once while the server is away. */
  async #sent(runId?: string): Promise<void> {
    const spools = this.#spoolsFor(runId);
    await Promise.all(spools.map((spool) => spool.flush()));
  }

  /** @param direct - for a run that this process does not log to */
  async #change(
    runId: string,
    entry: SpoolEntry,
    change: RunChange,
    direct: (id: string) => Promise<void>,
  ): Promise<void> {
    const id = this.runIdOf(runId);
    const run = this.#known.get(id);
    if (run === undefined) {
      await this.#sent(id);
      return this.#ask(() => direct(id));
    }
    const done = this.#spoolOf(id).change(entry);
    applyChange(run, change);
    try {
      await done;
    } catch (error) {
      // The change was applied to the known run above, but never took place.
      this.#known.delete(this.runIdOf(id));
      throw error;
    }
  }

  /** @returns false for a run of which this process knows nothing */
  async #keepFile(runId: string, path: string, content: ArtifactContent): Promise<boolean> {
    const id = this.runIdOf(runId);
    if (!this.#known.has(id)) return false;
    const { name, path: copy } = this.#spoolOf(id).file.newFile();
    makeFolder(dirname(copy), { mode: 0o700 });
    await (content instanceof Uint8Array ? writeFile(copy, content) : copyFile(content.file, copy));
    await this.#spoolOf(this.runIdOf(id)).change({ kind: "artifact", path, file: name });
    return true;
  }

  /** The copy of a file that waits. @throws RESOURCE_DOES_NOT_EXIST when a run has no such file, since the server does not have it yet */
  #keptFile(runId: string, path: string): string | undefined {
    const id = this.runIdOf(runId);
    const spool = this.#spools.get(id);
    const copy = spool?.keptFile(path);
    if (copy !== undefined || !spool?.isNewRun) return copy;
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `Run ${id} has no file '${path}'.`);
  }

  #learn(runId: string): Promise<Run> {
    const learning =
      this.#learning.get(runId) ??
      this.#read(() => this.#remote.getRun(runId)).then((run) => {
        this.#known.set(runId, run);
        return run;
      });
    this.#learning.set(runId, learning);
    const done = () => this.#learning.delete(runId);
    learning.then(done, done);
    return learning;
  }

  #spoolOf(runId: string): RunSpool {
    const known = this.#spools.get(runId);
    if (known !== undefined) return known;
    const spool = new RunSpool(this.#folder.create({ runId }), this.#context);
    this.#spools.set(runId, spool);
    return spool;
  }

  #spoolsFor(runId: string | undefined): RunSpool[] {
    if (runId === undefined) return [...this.#spools.values()];
    const spool = this.#spools.get(this.runIdOf(runId));
    return spool === undefined ? [] : [spool];
  }

  #collect(spool: RunSpool): unknown[] {
    const failures = spool.takeFailures();
    // The known run holds what was refused: the next call reads it from the server again.
    if (failures.length > 0) this.#known.delete(this.runIdOf(spool.runId));
    this.#tidy(spool);
    return spool.stuck === undefined ? failures : [...failures, spool.stuck];
  }

  /** Closes a spool that has nothing left to send. */
  #tidy(spool: RunSpool): void {
    if (!spool.isIdle || spool.hasFailed) return;
    for (const [id, one] of this.#spools) {
      if (one !== spool) continue;
      this.#spools.delete(id);
      spool.close();
    }
  }

  #rename(runId: string, remoteId: string): void {
    this.#ids.set(runId, remoteId);
    const spool = this.#spools.get(runId);
    const run = this.#known.get(runId);
    if (spool !== undefined) this.#spools.set(remoteId, spool);
    if (run !== undefined) {
      run.info.runId = remoteId;
      this.#known.set(remoteId, run);
    }
    this.#spools.delete(runId);
    this.#known.delete(runId);
  }

  #keep(experiment: Experiment): Experiment {
    this.#experiments.set(experiment.experimentId, { ...experiment, tags: { ...experiment.tags } });
    return experiment;
  }

  /** Asks the server for what it has; while it is away, one that takes the question and says nothing is not waited for either. */
  #read<T>(work: () => Promise<T>, otherwise?: () => T | undefined): Promise<T> {
    return this.#ask(() => {
      const { error } = this.#reach;
      if (error === undefined) return work();
      const late = work().then((answer) => {
        this.#reach.found();
        return answer;
      });
      return inTime(late, timeouts.away, () => error);
    }, otherwise);
  }

  /**
   * Asks the server.
   * @param otherwise - the answer that this process knows itself, used while the server is away
   * @throws what `work` throws, unless the server is away and `otherwise` has an answer
   */
  async #ask<T>(work: () => Promise<T>, otherwise?: () => T | undefined): Promise<T> {
    const known = this.#reach.isAway ? otherwise?.() : undefined;
    if (known !== undefined) return known;
    try {
      const answer = await work();
      this.#reach.found();
      return answer;
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      this.#reach.lost(error);
      const instead = otherwise?.();
      if (instead === undefined) throw error;
      return instead;
    }
  }

  #tryAgain(): void {
    for (const spool of this.#spools.values()) void spool.flush({ force: true });
  }
}

function isEnd(status: RunStatus | undefined): boolean {
  return status === "FINISHED" || status === "FAILED" || status === "KILLED";
}

import type { ArtifactStore } from "../../tracking/artifact-store.js";
import { searchExperimentsIn } from "../../tracking/filter/search.js";
import type { ModelRegistry } from "../../tracking/registry.js";
import {
  type ExperimentChanges,
  type ExperimentSearch,
  type NewExperiment,
  type NewRun,
  type RunBatch,
  type RunChanges,
  type RunCount,
  type RunSearch,
  type StoreNews,
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
import { cloneRun, copyPage } from "../copies.js";
import { addExperiment, changeExperiment, checkOpenForRuns, hasRuns, removeExperiment } from "../experiment-table.js";
import { newRun } from "../new-run.js";
import { pageOfList } from "../page-of-list.js";
import { DocumentRegistry } from "../registry/document-registry.js";
import { checkDeleted, checkTag, deletion, restoration, runExists, toRunChange } from "../run-change.js";
import { watchStore } from "./change-log.js";
import { damageReport, type Report } from "./damage-report.js";
import type { Disk } from "./disk.js";
import { ExperimentsFile } from "./experiments-file.js";
import type { LockContext, LockLimits } from "./folder-lock.js";
import { HandlePool } from "./handle-pool.js";
import { Heartbeat } from "./heartbeat.js";
import { StoreLayout } from "./layout.js";
import { readPoints } from "./metric-lines.js";
import { ModelsFile } from "./models-file.js";
import { nodeDisk } from "./node-disk.js";
import { nameOfProcess, type ProcessIdentity, thisProcess } from "./owner.js";
import { OwnerStates, type SilenceLimits } from "./owner-states.js";
import { storeDisk } from "./store-disk.js";
import { StoredRuns } from "./stored-runs.js";

export interface FileStoreOptions {
  /** `process` (default): survives the end of the process; `fsync`: survives a power cut. */
  durability?: "process" | "fsync";
  /** Stands in for the file system. */
  disk?: Disk;
  /** Stands in for this process: another host or namespace. */
  self?: ProcessIdentity;
  /** How long others are waited for, and how often this process gives them a sign of life. */
  limits?: Partial<LockLimits & SilenceLimits & { beatMs: number }>;
  /** Signs of life come from a thread of their own, see `heartbeat.ts`; default false. */
  heartbeatThread?: boolean;
}

/** Open files of all runs together; far below the usual limit of 1,024 a process. */
const handleLimit = 256;

/**
 * The default store: a folder of lowdb documents and append-only lines, see `layout.ts`. Several processes may use it at once.
 * What was acknowledged is with the operating system: it outlives a kill of the process.
 */
export class FileStore implements TrackingStore {
  readonly uri: string;
  readonly registry: ModelRegistry;
  readonly #layout: StoreLayout;
  readonly #disk: Disk;
  readonly #experiments: ExperimentsFile;
  readonly #models: ModelsFile;
  readonly #runs: StoredRuns;
  readonly #report: Report;

  constructor(folder: string, options: FileStoreOptions = {}) {
    const layout = new StoreLayout(folder);
    const disk = storeDisk(layout.root, options.disk ?? nodeDisk({ fsync: options.durability === "fsync" }));
    const { self = thisProcess(), limits = {} } = options;
    const context: LockContext = { disk, self, limits };
    this.uri = folder;
    this.#layout = layout;
    this.#disk = disk;
    const report = damageReport();
    this.#report = report;
    this.#experiments = new ExperimentsFile(layout, context, report);
    this.#models = new ModelsFile(layout, context, this.#experiments, report);
    this.registry = new DocumentRegistry(this.#models);
    const pool = new HandlePool(disk, handleLimit);
    this.#runs = new StoredRuns(
      layout,
      {
        ...context,
        pool,
        unwritten: { points: 0 },
        owners: new OwnerStates(layout, self, limits),
        heartbeat: new Heartbeat({
          folder: layout.owners,
          file: layout.signOfLife(nameOfProcess(self)),
          beatMs: limits.beatMs,
          thread: options.heartbeatThread,
        }),
      },
      report,
    );
  }

  async createExperiment(experiment: NewExperiment): Promise<Experiment> {
    return this.#experiments.change((list, lastId) =>
      addExperiment(list, experiment, (id) => this.#layout.experiment(id), Date.now(), lastId),
    );
  }

  async getExperiment(experimentId: string): Promise<Experiment> {
    return structuredClone(this.#experiments.find(experimentId));
  }

  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    return structuredClone(this.#experiments.read().find((experiment) => experiment.name === name));
  }

  async updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void> {
    await this.#experiments.change((list) => changeExperiment(list, experimentId, changes, Date.now()));
  }

  async searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    return copyPage(searchExperimentsIn(this.#experiments.read(), search), structuredClone);
  }

  async createRun(wanted: NewRun): Promise<Run> {
    await this.#experiments.create();
    const { experimentId } = wanted;
    checkOpenForRuns(this.#experiments.find(experimentId));
    const run = newRun(wanted, (runId) => this.#layout.run(experimentId, runId).artifacts);
    const { runId } = run.info;
    if (wanted.runId !== undefined && this.#disk.exists(this.#layout.run(experimentId, runId).document)) {
      throw runExists(runId);
    }
    await this.#runs.open.create(run, wanted.owned ?? true);
    return cloneRun(run);
  }

  async getRun(runId: string): Promise<Run> {
    return cloneRun(this.#runs.find(runId));
  }

  async updateRun(runId: string, changes: RunChanges): Promise<void> {
    // The process that resumes a run owns it from now on.
    if (changes.status === "RUNNING") this.#runs.open.takeUp(runId);
    this.#runs.open.change(runId, toRunChange(changes));
    if (changes.status !== undefined && changes.status !== "RUNNING") await this.#runs.open.rest(runId);
  }

  async deleteRun(runId: string): Promise<void> {
    this.#runs.open.change(runId, deletion(Date.now()));
    await this.#runs.open.rest(runId);
  }

  async restoreRun(runId: string): Promise<void> {
    this.#runs.open.change(runId, restoration);
    await this.#runs.open.rest(runId);
  }

  async purgeRun(runId: string): Promise<void> {
    checkDeleted(this.#runs.find(runId));
    // A version of a registered model may come from the run, and what cannot be read does not tell.
    const [problem] = this.#models.problems();
    if (problem !== undefined) throw problem;
    await this.#disk.removeFolder(await this.#runs.takeOut(runId));
  }

  async purgeExperiment(experimentId: string): Promise<void> {
    const folder = this.#layout.experiment(experimentId);
    if (this.#runs.count(experimentId) > 0) throw hasRuns(experimentId);
    const unreadable = this.#runs.unreadable(experimentId);
    if (unreadable !== undefined) throw unreadable;
    await this.#experiments.change((list) => removeExperiment(list, experimentId));
    await this.#disk.removeFolder(folder);
  }

  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    const page = this.#runs.search(search);
    await this.#runs.buryOrphans();
    return page;
  }

  async countRuns(experimentIds: readonly string[]): Promise<Map<string, RunCount>> {
    return this.#runs.counts(experimentIds);
  }

  logMetric(runId: string, metric: Metric): Promise<void> {
    try {
      this.#runs.open.logMetric(runId, metric);
      return stored;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  logBatch(runId: string, { metrics = [], params = [], tags }: RunBatch): Promise<void> {
    const anyTags = tags !== undefined && Object.keys(tags).length > 0;
    try {
      this.#runs.open.log(runId, (writer, now) => {
        if (params.length === 0 && !anyTags) writer.addMetrics(metrics, now);
        else writer.addBatch({ ...(params.length > 0 && { params }), ...(anyTags && { tags }) }, metrics, now);
      });
      return stored;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    checkTag(this.#runs.find(runId), key);
    this.#runs.open.change(runId, { deleteTags: [key] });
  }

  async logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    this.#runs.open.change(runId, { inputs: structuredClone(inputs) });
  }

  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    this.#runs.open.change(runId, { outputs: structuredClone(outputs) });
  }

  async getMetricHistory(runId: string, key: string, page: PageRequest = {}): Promise<Page<MetricPoint>> {
    const { points, problem } = readPoints(this.#runs.locate(runId).metric(key), this.#disk);
    if (problem !== undefined) this.#report(problem);
    return pageOfList(points, page, `${runId}/${key}`);
  }

  async artifacts(runId: string): Promise<ArtifactStore> {
    return this.#runs.artifacts(runId);
  }

  endRunNow(runId: string, end: { status: RunStatus; endTime: number; reason?: string }): void {
    this.#runs.open.endNow(runId, toRunChange(end));
  }

  watch(listener: (news: StoreNews) => void): () => void {
    return watchStore(this.#layout, this.#disk, listener);
  }

  close(): Promise<void> {
    return this.#runs.close();
  }
}

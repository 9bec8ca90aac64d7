import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { RunlabError } from "../../errors.js";
import { searchExperimentsIn, searchRunsIn } from "../../tracking/filter/search.js";
import type { ModelRegistry } from "../../tracking/registry.js";
import type {
  ArtifactContent,
  ExperimentChanges,
  ExperimentQuery,
  NewExperiment,
  NewRun,
  RunBatch,
  RunChanges,
  RunQuery,
  StoreNews,
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
  Run,
  RunStatus,
} from "../../tracking/types.js";
import { cloneRun } from "../clone-run.js";
import {
  addExperiment,
  changeExperiment,
  checkOpenForRuns,
  findExperiment,
  hasRuns,
  removeExperiment,
} from "../experiment-table.js";
import { newRun } from "../new-run.js";
import { DocumentRegistry } from "../registry/document-registry.js";
import {
  checkActive,
  checkDeleted,
  checkTag,
  deletion,
  noRun,
  type RunChange,
  restoration,
  runExists,
} from "../run-change.js";
import { ArtifactFolder } from "./artifact-folder.js";
import { ChangeAnnouncer } from "./change-announcer.js";
import { ChangeLog } from "./change-log.js";
import { type Disk, diskError, nodeDisk } from "./disk.js";
import { ExperimentsFile } from "./experiments-file.js";
import { HandlePool } from "./handle-pool.js";
import { type RunLayout, StoreLayout } from "./layout.js";
import { readPoints } from "./metric-lines.js";
import { ModelsFile } from "./models-file.js";
import { thisProcess } from "./owner.js";
import { isRunId, RunCatalog } from "./run-catalog.js";
import { foldRun, killIfOrphan, loadRun } from "./run-files.js";
import { RunIndex, stampOf } from "./run-index.js";
import { RunWriter, type WriterContext } from "./run-writer.js";
import { watchStore } from "./store-watch.js";

export interface FileStoreOptions {
  /** `process` (default): survives the end of the process; `fsync`: survives a power cut. */
  durability?: "process" | "fsync";
  /** Stands in for the file system. */
  disk?: Disk;
}

/** Open files of all runs together; far below the usual limit of 1,024 a process. */
const handleLimit = 256;

/** How often points that the disk refused are tried again, ms. */
const retryMs = 500;

/** A run that this process does not own goes back to rest so long after the last change, ms. */
const restAfterMs = 500;

/**
 * The default store: a folder of lowdb documents and append-only lines, see `layout.ts`. Several processes may use it at once.
 * What was acknowledged is with the operating system: it outlives a kill of the process.
 */
export class FileStore implements TrackingStore {
  readonly uri: string;
  readonly registry: ModelRegistry;
  readonly #layout: StoreLayout;
  readonly #context: WriterContext;
  readonly #experiments: ExperimentsFile;
  readonly #changes: ChangeLog;
  readonly #announcer: ChangeAnnouncer;
  readonly #index: RunIndex;
  readonly #catalog: RunCatalog;
  readonly #writers = new Map<string, RunWriter>();
  readonly #resting = new Map<string, NodeJS.Timeout>();
  /** Runs with points that the disk has refused. */
  readonly #retrying = new Map<string, NodeJS.Timeout>();
  readonly #orphans = new Map<string, RunLayout>();

  constructor(folder: string, options: FileStoreOptions = {}) {
    const disk = options.disk ?? nodeDisk({ fsync: options.durability === "fsync" });
    const self = thisProcess();
    this.uri = folder;
    this.#layout = new StoreLayout(folder);
    this.#context = { disk, self, pool: new HandlePool(disk, handleLimit), unwritten: { points: 0 } };
    this.#experiments = new ExperimentsFile(this.#layout, disk, self);
    this.registry = new DocumentRegistry(new ModelsFile(this.#layout, disk, self, this.#experiments));
    this.#changes = new ChangeLog(this.#layout.changes, disk);
    this.#announcer = new ChangeAnnouncer(this.#changes, (runId) => this.#writers.has(runId));
    this.#index = new RunIndex(this.#layout, disk, this.#context.pool);
    this.#catalog = new RunCatalog(this.#layout, disk, this.#changes, this.#index, {
      writing: (runId) => this.#writers.get(runId)?.read(),
      orphan: (experimentId, runId) => this.#orphans.set(runId, this.#layout.run(experimentId, runId)),
      damaged: (problem) => warn(problem),
    });
  }

  async createExperiment(experiment: NewExperiment): Promise<Experiment> {
    return this.#experiments.change((list, lastId) =>
      addExperiment(list, experiment, (id) => this.#layout.experiment(id), Date.now(), lastId),
    );
  }

  async getExperiment(experimentId: string): Promise<Experiment> {
    return structuredClone(findExperiment(this.#experiments.read(), experimentId));
  }

  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    return structuredClone(this.#experiments.read().find((experiment) => experiment.name === name));
  }

  async updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void> {
    await this.#experiments.change((list) => changeExperiment(list, experimentId, changes, Date.now()));
  }

  async searchExperiments(query: ExperimentQuery): Promise<Page<Experiment>> {
    return structuredCopy(searchExperimentsIn(this.#experiments.read(), query), (experiment) =>
      structuredClone(experiment),
    );
  }

  async createRun(wanted: NewRun): Promise<Run> {
    if (!this.#experiments.exists) await this.#experiments.create();
    const { experimentId } = wanted;
    checkOpenForRuns(findExperiment(this.#experiments.read(), experimentId));
    const run = newRun(wanted, (runId) => this.#layout.run(experimentId, runId).artifacts);
    const { runId } = run.info;
    const layout = this.#layout.run(experimentId, runId);
    if (wanted.runId !== undefined && existsSync(layout.document)) throw runExists(runId);
    try {
      this.#context.disk.makeFolder(layout.folder);
      this.#writers.set(runId, RunWriter.create(this.#context, layout, run, wanted.owned ?? true));
      this.#changes.announce(experimentId, runId);
    } catch (error) {
      this.#writers.get(runId)?.close();
      this.#writers.delete(runId);
      // Nobody knows of the run yet.
      await rm(layout.folder, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
    return cloneRun(run);
  }

  async getRun(runId: string): Promise<Run> {
    return cloneRun(this.#run(runId));
  }

  async updateRun(runId: string, changes: RunChanges): Promise<void> {
    // Whoever takes a run up again owns it from now on.
    const writer = changes.status === "RUNNING" ? this.#takeUp(runId) : this.#writer(runId);
    writer.change(toChange(changes));
    if (changes.status !== undefined && changes.status !== "RUNNING") await this.#rest(runId);
  }

  async deleteRun(runId: string): Promise<void> {
    this.#writer(runId).change(deletion(Date.now()));
    await this.#rest(runId);
  }

  async restoreRun(runId: string): Promise<void> {
    this.#writer(runId).change(restoration);
    await this.#rest(runId);
  }

  async purgeRun(runId: string): Promise<void> {
    checkDeleted(this.#run(runId));
    await this.#rest(runId);
    const experimentId = this.#experimentOf(runId);
    const doomed = this.#layout.doomed(experimentId, runId);
    // Out of sight in one step: a run that is half removed is never seen.
    this.#context.disk.rename(this.#layout.run(experimentId, runId).folder, doomed);
    this.#index.forget(experimentId, runId);
    await this.#removeFolder(doomed);
  }

  async purgeExperiment(experimentId: string): Promise<void> {
    const folder = this.#layout.experiment(experimentId);
    if (this.#catalog.runs(experimentId).length > 0) throw hasRuns(experimentId);
    await this.#experiments.change((list) => removeExperiment(list, experimentId));
    await this.#removeFolder(folder);
  }

  async searchRuns(query: RunQuery): Promise<Page<Run>> {
    const ids = [...new Set(query.experimentIds)];
    const page = structuredCopy(
      searchRunsIn(
        ids.flatMap((id) => this.#catalog.runs(id)),
        query,
      ),
      cloneRun,
    );
    await this.#buryOrphans();
    return page;
  }

  logMetric(runId: string, metric: Metric): void {
    const writer = this.#writers.get(runId) ?? this.#writer(runId);
    try {
      writer.addMetric(metric);
      this.#announcer.note(runId, writer.state.run.info.experimentId);
    } catch (error) {
      this.#retryLater(runId);
      throw error;
    }
  }

  logBatch(runId: string, { metrics = [], params = [], tags }: RunBatch): void {
    const writer = this.#writer(runId);
    const anyTags = tags !== undefined && Object.keys(tags).length > 0;
    if (params.length > 0 || anyTags) writer.change({ ...(params.length > 0 && { params }), ...(anyTags && { tags }) });
    try {
      writer.addMetrics(metrics);
      this.#announcer.note(runId, writer.state.run.info.experimentId);
    } catch (error) {
      this.#retryLater(runId);
      throw error;
    }
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    checkTag(this.#writer(runId).read(), key);
    this.#change(runId, { deleteTags: [key] });
  }

  async logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    this.#change(runId, { inputs: structuredClone(inputs) });
  }

  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    this.#change(runId, { outputs: structuredClone(outputs) });
  }

  async getMetricHistory(runId: string, key: string): Promise<MetricPoint[]> {
    return readPoints(this.#locate(runId).metric(key)).points;
  }

  async putArtifact(runId: string, path: string, content: ArtifactContent): Promise<void> {
    checkActive(this.#run(runId));
    await this.#artifacts(runId).put(path, content);
  }

  async readArtifact(runId: string, path: string): Promise<Uint8Array> {
    return this.#artifacts(runId).read(path);
  }

  async listArtifacts(runId: string, path?: string): Promise<FileInfo[]> {
    return this.#artifacts(runId).list(path);
  }

  async downloadArtifact(runId: string, path: string, folder: string): Promise<string> {
    return this.#artifacts(runId).download(path, folder);
  }

  async localArtifactPath(runId: string, path: string): Promise<string> {
    return this.#artifacts(runId).locate(path);
  }

  endRunNow(runId: string, end: { status: RunStatus; endTime: number; reason?: string }): void {
    const writer = this.#writer(runId);
    writer.change(toChange(end));
    // When others write to it too, the next reader puts it into the document.
    if (writer.fold()) this.#forget(runId);
  }

  watch(listener: (news: StoreNews) => void): () => void {
    return watchStore(this.#layout, listener);
  }

  async close(): Promise<void> {
    this.#announcer.flush();
    await this.#buryOrphans();
    const lost: unknown[] = [];
    for (const [runId, writer] of [...this.#writers]) {
      const { status } = writer.state.run.info;
      try {
        writer.writeUnwritten();
      } catch (error) {
        // The run stays open, so a later call may still write them.
        lost.push(error);
        continue;
      }
      if (status === "RUNNING" && writer.owns) writer.close();
      else await this.#rest(runId);
    }
    this.#changes.close();
    this.#index.close();
    if (lost.length > 0) throw lost[0];
  }

  async #removeFolder(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true }).catch((cause: unknown) => {
      throw diskError("remove", folder, cause);
    });
  }

  #change(runId: string, change: RunChange): void {
    const writer = this.#writer(runId);
    writer.change(change);
    this.#announcer.note(runId, writer.state.run.info.experimentId);
  }

  #writer(runId: string, owns = false): RunWriter {
    const known = this.#writers.get(runId);
    if (known !== undefined) {
      this.#resting.get(runId)?.refresh();
      return known;
    }
    const experimentId = this.#experimentOf(runId);
    const writer = RunWriter.open(this.#context, this.#layout.run(experimentId, runId), owns);
    this.#index.forget(experimentId, runId);
    this.#writers.set(runId, writer);
    this.#changes.announce(experimentId, runId);
    if (!owns) this.#restLater(runId);
    return writer;
  }

  #takeUp(runId: string): RunWriter {
    const known = this.#writers.get(runId);
    if (known?.owns) return known;
    known?.close();
    this.#forget(runId);
    return this.#writer(runId, true);
  }

  #restLater(runId: string): void {
    const timer = setTimeout(() => {
      this.#rest(runId).catch((error: unknown) => warn(error as Error));
    }, restAfterMs);
    this.#resting.set(runId, timer.unref());
  }

  /** The timer does not keep a process alive: at its end `close` tries once more and says what is lost. */
  #retryLater(runId: string): void {
    const writer = this.#writers.get(runId);
    if (this.#retrying.has(runId) || writer === undefined || writer.unwritten === 0) return;
    const timer = setTimeout(() => {
      this.#retrying.delete(runId);
      try {
        writer.writeUnwritten();
        // The run may have ended meanwhile.
        if (writer.state.run.info.status !== "RUNNING") this.#restLater(runId);
      } catch {
        this.#retryLater(runId);
      }
    }, retryMs);
    this.#retrying.set(runId, timer.unref());
  }

  /**
   * Puts a run's changes into its document. They are in its journal already, so a full disk or a lost lock here loses
   * nothing: the next who reads the run does it.
   */
  async #rest(runId: string): Promise<void> {
    const writer = this.#writers.get(runId);
    if (writer === undefined) return;
    try {
      writer.writeUnwritten();
    } catch (error) {
      this.#retryLater(runId);
      warn(error as Error);
      return;
    }
    this.#forget(runId);
    try {
      if (writer.fold()) this.#note(writer);
      else await writer.foldShared();
    } catch (error) {
      writer.close();
      warn(error as Error);
    }
  }

  /** A run that has come to rest is in the index at once, so that one more run costs the next search nothing. */
  #note({ state }: RunWriter): void {
    const { experimentId, runId } = state.run.info;
    const layout = this.#layout.run(experimentId, runId);
    this.#index.note(experimentId, [{ state, stamp: stampOf(layout) }]);
    // Another process may have taken it up in between: it forgets the run once its journal is there.
    if (existsSync(layout.journal)) this.#index.forget(experimentId, runId);
  }

  #forget(runId: string): void {
    clearTimeout(this.#resting.get(runId));
    this.#resting.delete(runId);
    this.#writers.delete(runId);
  }

  /** Not to be changed. */
  #run(runId: string): Run {
    const writing = this.#writers.get(runId)?.read();
    if (writing !== undefined) return writing;
    const layout = this.#locate(runId);
    const loaded = loadRun(layout, this.#context.disk);
    killIfOrphan(loaded, layout);
    return loaded.run;
  }

  #artifacts(runId: string): ArtifactFolder {
    return new ArtifactFolder(this.#locate(runId).artifacts, runId, this.#context.disk);
  }

  #locate(runId: string): RunLayout {
    return this.#layout.run(this.#experimentOf(runId), runId);
  }

  #experimentOf(runId: string): string {
    const experimentId =
      this.#writers.get(runId)?.read().info.experimentId ??
      (isRunId(runId) ? this.#catalog.experimentOf(runId) : undefined);
    if (experimentId === undefined) throw noRun(runId);
    return experimentId;
  }

  /** Writes down that runs were killed; a store that cannot be written to still shows them so. */
  async #buryOrphans(): Promise<void> {
    const orphans = [...this.#orphans.values()];
    this.#orphans.clear();
    for (const layout of orphans) {
      await foldRun(layout, this.#context.disk, this.#context.self, false).catch(() => undefined);
    }
  }
}

function toChange({ reason, ...change }: RunChanges): RunChange {
  return { ...change, ...(reason === undefined ? {} : { tags: { "runlab.end_reason": reason } }) };
}

function structuredCopy<T>(page: Page<T>, copy: (row: T) => T): Page<T> {
  const copies: Page<T> = page.map(copy);
  if (page.nextPageToken !== undefined) copies.nextPageToken = page.nextPageToken;
  return copies;
}

function warn(problem: RunlabError | Error): void {
  process.emitWarning(problem.message, "RunlabWarning");
}

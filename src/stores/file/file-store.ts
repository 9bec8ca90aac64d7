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
import { ChangeLog } from "./change-log.js";
import { type Disk, diskError, nodeDisk } from "./disk.js";
import { ExperimentsFile } from "./experiments-file.js";
import { HandlePool } from "./handle-pool.js";
import { type RunLayout, StoreLayout } from "./layout.js";
import { readPoints } from "./metric-lines.js";
import { ModelsFile } from "./models-file.js";
import { OpenRuns } from "./open-runs.js";
import { thisProcess } from "./owner.js";
import { isRunId, RunCatalog } from "./run-catalog.js";
import { foldRun, killIfOrphan, loadRun } from "./run-files.js";
import { RunIndex } from "./run-index.js";
import { watchStore } from "./store-watch.js";
import type { WriterContext } from "./writer-context.js";

export interface FileStoreOptions {
  /** `process` (default): survives the end of the process; `fsync`: survives a power cut. */
  durability?: "process" | "fsync";
  /** Stands in for the file system. */
  disk?: Disk;
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
  readonly #context: WriterContext;
  readonly #experiments: ExperimentsFile;
  readonly #changes: ChangeLog;
  readonly #index: RunIndex;
  readonly #catalog: RunCatalog;
  readonly #open: OpenRuns;
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
    this.#index = new RunIndex(this.#layout, disk, this.#context.pool);
    this.#catalog = new RunCatalog(this.#layout, disk, this.#changes, this.#index, {
      writing: (runId) => this.#open.read(runId),
      orphan: (experimentId, runId) => this.#orphans.set(runId, this.#layout.run(experimentId, runId)),
      damaged: warn,
    });
    this.#open = new OpenRuns({
      layout: this.#layout,
      context: this.#context,
      index: this.#index,
      changes: this.#changes,
      experimentOf: (runId) => this.#experimentOf(runId),
      warn,
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
    if (wanted.runId !== undefined && existsSync(this.#layout.run(experimentId, runId).document)) {
      throw runExists(runId);
    }
    await this.#open.create(run, wanted.owned ?? true);
    return cloneRun(run);
  }

  async getRun(runId: string): Promise<Run> {
    return cloneRun(this.#run(runId));
  }

  async updateRun(runId: string, changes: RunChanges): Promise<void> {
    // Whoever takes a run up again owns it from now on.
    if (changes.status === "RUNNING") this.#open.takeUp(runId);
    this.#open.change(runId, toChange(changes));
    if (changes.status !== undefined && changes.status !== "RUNNING") await this.#open.rest(runId);
  }

  async deleteRun(runId: string): Promise<void> {
    this.#open.change(runId, deletion(Date.now()));
    await this.#open.rest(runId);
  }

  async restoreRun(runId: string): Promise<void> {
    this.#open.change(runId, restoration);
    await this.#open.rest(runId);
  }

  async purgeRun(runId: string): Promise<void> {
    checkDeleted(this.#run(runId));
    await this.#open.rest(runId);
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
    this.#open.log(runId, (writer) => writer.addMetric(metric));
  }

  logBatch(runId: string, { metrics = [], params = [], tags }: RunBatch): void {
    const anyTags = tags !== undefined && Object.keys(tags).length > 0;
    this.#open.log(runId, (writer) => {
      if (params.length > 0 || anyTags) {
        writer.change({ ...(params.length > 0 && { params }), ...(anyTags && { tags }) });
      }
      writer.addMetrics(metrics);
    });
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    checkTag(this.#run(runId), key);
    this.#open.change(runId, { deleteTags: [key] });
  }

  async logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    this.#open.change(runId, { inputs: structuredClone(inputs) });
  }

  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    this.#open.change(runId, { outputs: structuredClone(outputs) });
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
    this.#open.endNow(runId, toChange(end));
  }

  watch(listener: (news: StoreNews) => void): () => void {
    return watchStore(this.#layout, listener);
  }

  async close(): Promise<void> {
    await this.#buryOrphans();
    try {
      await this.#open.close();
    } finally {
      this.#changes.close();
      this.#index.close();
    }
  }

  async #removeFolder(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true }).catch((cause: unknown) => {
      throw diskError("remove", folder, cause);
    });
  }

  /** Not to be changed. */
  #run(runId: string): Run {
    const writing = this.#open.read(runId);
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
      this.#open.read(runId)?.info.experimentId ?? (isRunId(runId) ? this.#catalog.experimentOf(runId) : undefined);
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

import type { ArtifactStore } from "../../tracking/artifact-store.js";
import { searchExperimentsIn } from "../../tracking/filter/search.js";
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
  RunStatus,
} from "../../tracking/types.js";
import { S3Storage } from "../artifacts/s3/s3-storage.js";
import { checkOpenForRuns } from "../experiment-table.js";
import { newRun } from "../new-run.js";
import { checkActive, checkDeleted, runExists } from "../run-change.js";
import type { SqlDatabase } from "./database.js";
import { DatabaseNews } from "./database-news.js";
import { addExperiment, changeExperiment, experimentRows, getExperiment, purgeExperiment } from "./experiment-rows.js";
import { addPoints, metricHistory } from "./metric-points.js";
import { prepare } from "./migrations.js";
import { type OwnerOptions, Owners, showEnd } from "./owners.js";
import {
  addInputs,
  addOutputs,
  addParams,
  changeInfo,
  deleteRows,
  insertRun,
  lockActiveRun,
  lockRun,
  removeTag,
  setDeleted,
  setTags,
} from "./run-changes.js";
import { findRun } from "./run-rows.js";
import { countRuns, searchRuns } from "./run-search.js";
import { filesOf } from "./sql-artifacts.js";
import { SqlRegistry } from "./sql-registry.js";

export interface SqlStoreOptions extends OwnerOptions {
  /** Where new experiments keep the files of their runs: an absolute folder, or `s3://bucket/…`. */
  artifacts: string;
}

/** How a run ends whose process is exiting. */
export interface RunEnd {
  status: RunStatus;
  endTime: number;
  reason?: string;
}

/** A store in a relational database. Any number of processes may use it at once; each change is one transaction. */
export class SqlStore implements TrackingStore {
  readonly uri: string;
  readonly registry: SqlRegistry;
  readonly #database: SqlDatabase;
  readonly #artifacts: string;
  readonly #s3 = new S3Storage();
  readonly #owners: Owners;
  readonly #news: DatabaseNews;
  /** With the database's schema. */
  #ready: Promise<number> | undefined;

  constructor(database: SqlDatabase, { artifacts, ...owner }: SqlStoreOptions) {
    this.uri = database.uri;
    this.#database = database;
    this.#artifacts = artifacts;
    this.#owners = new Owners(owner, () => this.#change((database) => this.#owners.beat(database)));
    this.#news = new DatabaseNews(() => this.#open(), this.#owners);
    this.registry = new SqlRegistry(
      () => this.#open(),
      (work) => this.#change(work),
    );
  }

  createExperiment(experiment: NewExperiment): Promise<Experiment> {
    return this.#change((database) => addExperiment(database, experiment, (id) => this.#folder(id)));
  }

  async getExperiment(experimentId: string): Promise<Experiment> {
    return getExperiment(await this.#open(), experimentId);
  }

  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    const [found] = await experimentRows(await this.#open(), { name });
    return found;
  }

  updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void> {
    return this.#change((database) => changeExperiment(database, experimentId, changes));
  }

  async searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    return searchExperimentsIn(await experimentRows(await this.#open()), search);
  }

  purgeExperiment(experimentId: string): Promise<void> {
    return this.#change((database) => purgeExperiment(database, experimentId));
  }

  createRun(wanted: NewRun): Promise<Run> {
    const isOwned = wanted.owned ?? true;
    return this.#change(async (database) => {
      const experiment = await getExperiment(database, wanted.experimentId);
      checkOpenForRuns(experiment);
      const made = newRun(wanted, (runId) => `${experiment.artifactLocation}/${runId}/artifacts`);
      const isNew = await insertRun(database, made, isOwned ? this.#owners.self : null);
      if (!isNew) throw runExists(made.info.runId);
      if (isOwned) {
        this.#owners.begin(made.info.runId);
        await this.#owners.buryDead(database);
      }
      return made;
    });
  }

  async getRun(runId: string): Promise<Run> {
    const database = await this.#open();
    const stored = await findRun(database, runId);
    const { run, owner } = stored;
    if (run.info.status === "RUNNING" && owner !== null && owner !== this.#owners.self) {
      showEnd(stored, await this.#owners.gone(database, owner));
    }
    return run;
  }

  async updateRun(runId: string, changes: RunChanges): Promise<void> {
    await this.#change(async (database) => {
      const run = await lockActiveRun(database, runId);
      // The process that resumes a run owns it from now on.
      await changeInfo(database, run, changes, this.#owners.self);
      if (changes.status === "RUNNING") this.#owners.begin(runId);
    });
    if (changes.status !== undefined && changes.status !== "RUNNING") this.#owners.end(runId);
  }

  deleteRun(runId: string): Promise<void> {
    return this.#change(async (database) => setDeleted(database, (await lockRun(database, runId)).id, Date.now()));
  }

  restoreRun(runId: string): Promise<void> {
    return this.#change(async (database) => setDeleted(database, (await lockRun(database, runId)).id, null));
  }

  async purgeRun(runId: string): Promise<void> {
    const { info } = await this.#change(async (database) => {
      const locked = await lockRun(database, runId);
      checkDeleted(locked);
      const { run } = await findRun(database, runId);
      await deleteRows(database, locked.id);
      return run;
    });
    this.#owners.end(runId);
    await this.#filesOf(info).removeAll();
  }

  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    const database = await this.#open();
    return searchRuns(database, search, await this.#owners.gone(database));
  }

  async countRuns(experimentIds: readonly string[]): Promise<Map<string, RunCount>> {
    const database = await this.#open();
    return countRuns(database, experimentIds, await this.#owners.gone(database));
  }

  logMetric(runId: string, metric: Metric): Promise<void> {
    return this.logBatch(runId, { metrics: [metric] });
  }

  logBatch(runId: string, { metrics = [], params = [], tags = {} }: RunBatch): Promise<void> {
    return this.#change(async (database) => {
      const run = await lockActiveRun(database, runId);
      await addParams(database, run, params);
      await setTags(database, run.id, tags);
      await addPoints(database, run.id, metrics);
    });
  }

  deleteTag(runId: string, key: string): Promise<void> {
    return this.#change(async (database) => {
      const run = await lockRun(database, runId);
      await removeTag(database, run, key);
      checkActive(run);
    });
  }

  logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    return this.#change(async (database) => addInputs(database, (await lockActiveRun(database, runId)).id, inputs));
  }

  logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    return this.#change(async (database) => addOutputs(database, (await lockActiveRun(database, runId)).id, outputs));
  }

  async getMetricHistory(runId: string, key: string, page: PageRequest = {}): Promise<Page<MetricPoint>> {
    return metricHistory(await this.#open(), runId, key, page);
  }

  async artifacts(runId: string): Promise<ArtifactStore> {
    return this.#filesOf((await this.filesOf(runId)).info);
  }

  /** What says where its files are: opened on the thread that reads them. */
  async filesOf(runId: string): Promise<{ info: RunInfo }> {
    return { info: (await findRun(await this.#open(), runId)).run.info };
  }

  /** What has changed since the last time; see {@link DatabaseNews.look}. */
  news(isFirst: boolean): Promise<StoreNews | undefined> {
    return this.#news.look(isFirst);
  }

  /** Ends a run that has not ended yet: of a process that is exiting. */
  endRunning(runId: string, { status, endTime, reason }: RunEnd): Promise<void> {
    return this.#change(async (database) => {
      const run = await lockRun(database, runId);
      if ((await findRun(database, runId)).run.info.status !== "RUNNING") return;
      await changeInfo(database, run, { status, endTime, ...(reason === undefined ? {} : { reason }) }, "");
    });
  }

  async close(): Promise<void> {
    if (this.#ready === undefined) return;
    await this.#owners.close();
    await this.#ready?.catch(() => undefined);
    this.#ready = undefined;
    this.#news.forget();
    await this.#database.close();
    await this.#s3.close();
  }

  async #open(): Promise<SqlDatabase> {
    this.#ready ??= prepare(this.#database, this.#folder("0"));
    try {
      this.#owners.prepare(await this.#ready);
    } catch (error) {
      // A database that cannot be reached now may be there the next time.
      this.#ready = undefined;
      throw error;
    }
    return this.#database;
  }

  async #change<T>(work: (database: SqlDatabase) => Promise<T>): Promise<T> {
    const database = await this.#open();
    return database.change(async (db) => {
      const transaction = { ...database, db };
      const result = await work(transaction);
      if (this.#owners.isDue) await this.#owners.beat(transaction);
      return result;
    });
  }

  #folder(experimentId: string): string {
    return `${this.#artifacts}/${experimentId}`;
  }

  #filesOf(info: RunInfo): ReturnType<typeof filesOf> {
    return filesOf(info, this.#s3, () => this.getRun(info.runId));
  }
}

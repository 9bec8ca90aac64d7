import type { Search } from "../../tracking/filter/filter-tree.js";
import { countRunsIn, searchExperimentsIn, searchRunsIn } from "../../tracking/filter/search.js";
import type { ExperimentSearch, RunCount, RunSearch, StoreNews, TrackingStore } from "../../tracking/store.js";
import type { Experiment, MetricPoint, Page, PageRequest, Run, RunInfo } from "../../tracking/types.js";
import { findExperiment } from "../experiment-table.js";
import { pageOfList } from "../page-of-list.js";
import { noRun } from "../run-change.js";
import type { SqlDatabase } from "../sql/database.js";
import { DatabaseNews } from "../sql/database-news.js";
import { MlflowDbRegistry } from "./mlflow-db-registry.js";
import { isOnlyRead, type MlflowLocations } from "./mlflow-files.js";
import { MlflowRows } from "./mlflow-rows.js";

/** A run, and where it has its files. */
export interface RunFiles {
  info: RunInfo;
  mlflow: MlflowLocations;
}

/** A database with MLflow's own schema, on its thread. It is only read: MLflow ties it to one version of itself. */
export class MlflowDbStore implements Omit<TrackingStore, "artifacts"> {
  readonly uri: string;
  readonly registry: MlflowDbRegistry;
  readonly #database: SqlDatabase;
  readonly #rows: MlflowRows;
  readonly #news: DatabaseNews;
  readonly #refuse: () => Promise<never>;

  constructor(database: SqlDatabase, tables: readonly string[]) {
    this.uri = database.uri;
    this.#database = database;
    this.#rows = new MlflowRows(database, tables);
    this.#news = new DatabaseNews(async () => database);
    this.#refuse = () => Promise.reject(isOnlyRead(database.uri));
    this.registry = new MlflowDbRegistry(this.#rows, this.#refuse);
  }

  createExperiment = (): Promise<never> => this.#refuse();
  updateExperiment = (): Promise<never> => this.#refuse();
  purgeExperiment = (): Promise<never> => this.#refuse();
  createRun = (): Promise<never> => this.#refuse();
  updateRun = (): Promise<never> => this.#refuse();
  deleteRun = (): Promise<never> => this.#refuse();
  restoreRun = (): Promise<never> => this.#refuse();
  purgeRun = (): Promise<never> => this.#refuse();
  logMetric = (): Promise<never> => this.#refuse();
  logBatch = (): Promise<never> => this.#refuse();
  endRunning = (): Promise<never> => this.#refuse();
  deleteTag = (): Promise<never> => this.#refuse();
  logInputs = (): Promise<never> => this.#refuse();
  logOutputs = (): Promise<never> => this.#refuse();

  async getExperiment(experimentId: string): Promise<Experiment> {
    return findExperiment(await this.#rows.experiments(), experimentId);
  }

  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    return (await this.#rows.experiments()).find((experiment) => experiment.name === name);
  }

  async searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    return searchExperimentsIn(await this.#rows.experiments(), search);
  }

  async getRun(runId: string): Promise<Run> {
    const run = await this.#rows.run(runId);
    if (run === undefined) throw noRun(runId);
    await this.#rows.fill([run]);
    return run;
  }

  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    const runs = await this.#rows.runsOf([...new Set(search.experimentIds)]);
    if (asksForValues(search)) await this.#rows.fill(runs);
    const page = searchRunsIn(runs, search);
    if (!asksForValues(search)) await this.#rows.fill(page);
    return page;
  }

  async countRuns(experimentIds: readonly string[]): Promise<Map<string, RunCount>> {
    return countRunsIn(await this.#rows.runsOf([...new Set(experimentIds)]));
  }

  async getMetricHistory(runId: string, key: string, page: PageRequest = {}): Promise<Page<MetricPoint>> {
    if ((await this.#rows.run(runId)) === undefined) throw noRun(runId);
    return pageOfList(await this.#rows.points(runId, key), page, `${runId}/${key}`);
  }

  /** Where its files are: opened on the thread that reads them. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  async filesOf(runId: string): Promise<RunFiles> {
    const run = await this.#rows.run(runId);
    if (run === undefined) throw noRun(runId);
    const models = (await this.#rows.models()).filter(({ model }) => model.sourceRunId === runId);
    return {
      info: run.info,
      mlflow: {
        uri: run.info.artifactUri,
        models: models.map(({ model, location }) => ({ path: model.artifactPath, uri: location })),
      },
    };
  }

  /** What has changed since the last time; see {@link DatabaseNews.look}. */
  news(isFirst: boolean): Promise<StoreNews | undefined> {
    return this.#news.look(isFirst);
  }

  async close(): Promise<void> {
    this.#news.forget();
    await this.#database.close();
  }
}

/** Whether a search needs more of a run than its own row. */
function asksForValues({ filter, orderBy = [] }: Search): boolean {
  return filter !== undefined || orderBy.some(({ field }) => field.entity !== "attribute");
}

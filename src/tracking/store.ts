import type { ArtifactStore } from "./artifact-store.js";
import type { Search } from "./filter/filter-tree.js";
import type { Outbox } from "./outbox.js";
import type { ModelRegistry } from "./registry.js";
import type {
  DatasetInput,
  Experiment,
  Metric,
  MetricPoint,
  ModelOutput,
  Page,
  PageRequest,
  Param,
  Run,
  RunStatus,
  ViewType,
} from "./types.js";

/**
 * What a store gives for a change that it has made when the call returns: nobody need wait for it or keep it in mind, which a loop
 * that logs half a million points a second would notice.
 */
export const stored: Promise<void> = Promise.resolve();

/**
 * Where experiments and runs are kept. Arguments are checked before they come here (`client.ts`), except for facts that only
 * the store has: does it exist, is it deleted, has the param another value. Every method but the two that say otherwise gives a
 * promise, which resolves when the change is in the store and rejects with a {@link TrackingError} of one of MLflow's codes; none throws.
 */
export interface TrackingStore {
  /** What opens this store again, shown to people: a folder, `memory:`, or an address. */
  readonly uri: string;
  /** Logged and registered models. */
  readonly registry: ModelRegistry;
  /** What it cannot keep as it is given, or does in its own way, each with a sentence for a person; see `mlflowDifferences`. */
  readonly differences?: Readonly<Record<string, string>>;
  /** Of a store that takes changes before its server has them. */
  readonly outbox?: Outbox;

  createExperiment(experiment: NewExperiment): Promise<Experiment>;
  /** @throws RESOURCE_DOES_NOT_EXIST */
  getExperiment(experimentId: string): Promise<Experiment>;
  /** Deleted ones too; undefined when there is none of that name. */
  getExperimentByName(name: string): Promise<Experiment | undefined>;
  updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void>;
  /** Ordered at last by creation_time DESC, experiment_id ASC. */
  searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>>;

  createRun(run: NewRun): Promise<Run>;
  /** @throws RESOURCE_DOES_NOT_EXIST */
  getRun(runId: string): Promise<Run>;
  /** @throws INVALID_PARAMETER_VALUE on a deleted run */
  updateRun(runId: string, changes: RunChanges): Promise<void>;
  deleteRun(runId: string): Promise<void>;
  restoreRun(runId: string): Promise<void>;
  /** Removes a deleted run for good, with its files. @throws INVALID_STATE when it is not deleted */
  purgeRun?(runId: string): Promise<void>;
  /** Removes a deleted experiment that has no runs. @throws INVALID_STATE when it is not deleted, or has runs */
  purgeExperiment?(experimentId: string): Promise<void>;
  /** Ordered at last by start_time DESC, run_id ASC. */
  searchRuns(search: RunSearch): Promise<Page<Run>>;
  /** The runs of each experiment that has any, without those that are deleted. A store without this is searched by who counts. */
  countRuns?(experimentIds: readonly string[]): Promise<ReadonlyMap<string, RunCount>>;

  /** The hot path: a store that has the value when the call returns gives {@link stored}. */
  logMetric(runId: string, metric: Metric): Promise<void>;
  /**
   * All of it or nothing. A param that has another value: INVALID_PARAMETER_VALUE. A store may keep points that its disk refuses and
   * write them later; its error says so, and then the rest of the batch is stored.
   */
  logBatch(runId: string, batch: RunBatch): Promise<void>;
  /** @throws RESOURCE_DOES_NOT_EXIST when the run has no such tag */
  deleteTag(runId: string, key: string): Promise<void>;
  logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void>;
  logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void>;
  /** In the order they were logged; empty for a metric that the run does not have. Without `maxResults` as many as it gives at once. */
  getMetricHistory(runId: string, key: string, page?: PageRequest): Promise<Page<MetricPoint>>;

  /** Of a store whose runs tell the latest point of a metric only: completes the summaries of these metrics, in place. */
  completeSummaries?(runs: readonly Run[], keys: readonly string[]): Promise<void>;

  /** The files of a run, where its artifact URI says. @throws RESOURCE_DOES_NOT_EXIST */
  artifacts(runId: string): Promise<ArtifactStore>;

  /**
   * Calls `listener` within a second or two of a change, whichever process made it. One call may stand for many changes. A database
   * tells of an ended run that changes in the same second as others 30 s later.
   * @returns ends it
   */
  watch?(listener: (news: StoreNews) => void): () => void;

  /** For a process that is exiting and can wait for nothing: writes the end of a run before it returns. */
  endRunNow?(runId: string, end: { status: RunStatus; endTime: number; reason?: string }): void;
  /** What is only in memory (summaries, caches) is written; files are closed. The store can be used again afterwards. */
  close(): Promise<void>;
}

/** What has changed in a store since the last time. */
export interface StoreNews {
  /** Runs with something new: points, params, tags, status. Absent: any run may have. */
  runIds?: readonly string[];
  /** An experiment was made, renamed, tagged, deleted or restored. */
  experiments: boolean;
  /** A model was logged or registered, or the registry changed. */
  models: boolean;
}

/** The runs of an experiment. */
export interface RunCount {
  runs: number;
  /** Of them. */
  running: number;
  /** Start of the newest, ms since the epoch. */
  newest: number;
}

export interface NewExperiment {
  name: string;
  artifactLocation?: string;
  tags?: Record<string, string>;
}

export interface ExperimentChanges {
  name?: string;
  lifecycleStage?: "active" | "deleted";
  setTags?: Record<string, string>;
  deleteTags?: readonly string[];
}

export interface NewRun {
  /** 32 hex digits; made by the store when absent. */
  runId?: string;
  experimentId: string;
  runName: string;
  userId: string;
  startTime: number;
  tags: Record<string, string>;
  /** Default true: the run belongs to this process and is shown as KILLED when the process has died. */
  owned?: boolean;
}

export interface RunChanges {
  status?: RunStatus;
  /** null takes it away: the run goes on. */
  endTime?: number | null;
  runName?: string;
  /** Why the run ended, for a person; kept as tag `runlab.end_reason`. */
  reason?: string;
}

export interface RunBatch {
  metrics?: readonly Metric[];
  params?: readonly Param[];
  tags?: Record<string, string>;
}

export interface RunSearch extends Search {
  readonly experimentIds: readonly string[];
  /** Default ACTIVE_ONLY. */
  readonly viewType?: ViewType;
}

export interface ExperimentSearch extends Search {
  readonly viewType?: ViewType;
}

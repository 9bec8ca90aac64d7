/** The records of tracking, in camelCase; MLflow's snake_case stays on disk and wire. All times are ms since the epoch. */

export type LifecycleStage = "active" | "deleted";
/** MLflow's words, in upper case as there. */
export const runStatuses = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] as const;
export type RunStatus = (typeof runStatuses)[number];
/** Those that a run may end with. */
export const endStatuses = ["FINISHED", "FAILED", "KILLED"] as const;

export function hasEnded(status: RunStatus): status is (typeof endStatuses)[number] {
  return status !== "RUNNING" && status !== "SCHEDULED";
}

export const viewTypes = ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"] as const;
export type ViewType = (typeof viewTypes)[number];

export interface Experiment {
  experimentId: string;
  name: string;
  artifactLocation: string;
  lifecycleStage: LifecycleStage;
  creationTime: number;
  lastUpdateTime: number;
  tags: Record<string, string>;
}

export interface RunInfo {
  /** 32 hex digits. */
  runId: string;
  runName: string;
  experimentId: string;
  status: RunStatus;
  startTime: number;
  endTime?: number;
  lifecycleStage: LifecycleStage;
  /** When it was deleted; only of a deleted run. */
  deletedTime?: number;
  artifactUri: string;
  userId: string;
}

/** Latest and extreme values of one metric, kept beside the run so that no history need be read. */
export interface MetricSummary {
  /** Greatest by (step, timestamp, value), as MLflow defines "latest". */
  last: Metric;
  /** Of finite values only; undefined when there was none. */
  min?: Metric;
  max?: Metric;
  count: number;
}

export interface Metric {
  key: string;
  value: number;
  timestamp: number;
  step: number;
}

export interface MetricPoint {
  step: number;
  value: number;
  timestamp: number;
}

export interface Param {
  key: string;
  value: string;
}

export interface Dataset {
  name: string;
  digest: string;
  sourceType: string;
  source: string;
  schema?: string;
  profile?: string;
}

export interface DatasetInput {
  dataset: Dataset;
  tags: Record<string, string>;
}

export interface ModelOutput {
  modelId: string;
  step: number;
}

export interface Run {
  info: RunInfo;
  /**
   * Plain objects, which print, spread and compare as literals do. A name may be any, `constructor` too: look up one that comes
   * from elsewhere with `Object.hasOwn`.
   */
  data: {
    params: Record<string, string>;
    /** Latest value per key. */
    metrics: Record<string, number>;
    tags: Record<string, string>;
  };
  inputs: { datasetInputs: DatasetInput[] };
  outputs: { modelOutputs: ModelOutput[] };
  /** Per metric key: last, min, max, count. */
  metricSummaries: Record<string, MetricSummary>;
}

export interface FileInfo {
  /** Relative to the run's artifact root, `/`-separated. */
  path: string;
  isDir: boolean;
  /** Bytes; absent for a folder. */
  fileSize?: number;
}

/** A page of results; iterate it as the array it is. */
export type Page<T> = T[] & { nextPageToken?: string };

export interface PageRequest {
  readonly maxResults?: number;
  /** `nextPageToken` of the page before. */
  readonly pageToken?: string;
}

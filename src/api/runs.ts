import { type BestRunOptions, bestRun as findBestRun } from "../queries/best-run.js";
import type { ActiveRun, EndRunOptions } from "../tracking/active-run.js";
import type { StartRunOptions } from "../tracking/create-run.js";
import type { SearchRunsOptions } from "../tracking/search-runs.js";
import type { FileInfo, MetricPoint, Page, Run, RunStatus } from "../tracking/types.js";
import { session } from "./session.js";

/**
 * Starts a run. With a callback the run is active inside it and ends with it: FINISHED, or FAILED when it throws. Without,
 * it stays active until `endRun()`, or until the end of the block of `await using run = await startRun()`.
 * @throws {TrackingError} INVALID_STATE when a run is active and `nested` is not set
 */
export function startRun<T>(body: (run: ActiveRun) => T | Promise<T>): Promise<T>;
export function startRun<T>(options: StartRunOptions, body: (run: ActiveRun) => T | Promise<T>): Promise<T>;
export function startRun(options?: StartRunOptions): Promise<ActiveRun>;
export function startRun<T>(
  first: StartRunOptions | ((run: ActiveRun) => T | Promise<T>) = {},
  second?: (run: ActiveRun) => T | Promise<T>,
): Promise<T | ActiveRun> {
  if (typeof first === "function") return session.startRun(first);
  return second === undefined ? session.startRun(first) : session.startRun(first, second);
}

/** Ends the active run; does nothing when there is none. */
export function endRun(status?: RunStatus, options?: EndRunOptions): Promise<void> {
  return session.endRun(status, options);
}

/** The innermost open run of this code, if any. */
export function activeRun(): ActiveRun | undefined {
  return session.activeRun();
}

/** The active run, else the one that ended last, as the store has it now. */
export function lastActiveRun(): Promise<Run | undefined> {
  return session.lastActiveRun();
}

/** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
export function getRun(runId: string): Promise<Run> {
  return session.getRun(runId);
}

/**
 * Runs of the named experiments, else of the current one: newest first, unless `orderBy` says otherwise.
 * @param options - `filterString`: MLflow's grammar and OR, NOT, parentheses, IS NULL, `metrics.rmse.min`, `duration`, dates
 * @returns an array, with `nextPageToken` when there is more
 */
export function searchRuns(options?: SearchRunsOptions): Promise<Page<Run>> {
  return session.searchRuns(options);
}

/**
 * The run with the best last value of a metric, in the current experiment unless `experimentName` says otherwise.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when no run has the metric
 */
export function bestRun(metric: string, options?: BestRunOptions): Promise<Run> {
  return findBestRun(session, metric, options);
}

/** Marks it as deleted; nothing is removed from the disk. */
export function deleteRun(runId: string): Promise<void> {
  return session.deleteRun(runId);
}

/** Brings a deleted run back. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
export function restoreRun(runId: string): Promise<void> {
  return session.restoreRun(runId);
}

/** Of the active run. */
export function setRunName(name: string): Promise<void> {
  return session.setRunName(name);
}

/** The points of a metric in the order in which they were logged. */
export function getMetricHistory(runId: string, key: string): Promise<MetricPoint[]> {
  return session.getMetricHistory(runId, key);
}

/** One level of a run's artifacts. */
export function listArtifacts(runId: string, path?: string): Promise<FileInfo[]> {
  return session.listArtifacts(runId, path);
}

/** Copies an artifact (a file or folder) to `destination`. @returns the local path */
export function downloadArtifacts(runId: string, path: string, destination: string): Promise<string> {
  return session.downloadArtifacts(runId, path, destination);
}

/** Of the active run when no id is given. */
export function getArtifactUri(path?: string, runId?: string): Promise<string> {
  return session.getArtifactUri(path, runId);
}

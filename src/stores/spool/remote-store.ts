import type { NewRun, RunBatch, TrackingStore } from "../../tracking/store.js";
import type { Run } from "../../tracking/types.js";

/** A store behind a network, as the spool sends to it: a request that is sent twice takes effect once. */
export interface RemoteStore extends TrackingStore {
  /**
   * Creates a run, which carries `requestId` as a tag.
   * @param mayExist - an earlier request may have created it: it is looked for first
   */
  createRunOnce(run: NewRun, requestId: string, mayExist: boolean): Promise<Run>;
  /** The run that a request has created; undefined when there is none. */
  runOfRequest(experimentId: string, requestId: string): Promise<Run | undefined>;
  /** Stores a batch together with a mark that identifies it; does nothing when the run has that mark already. */
  logBatchOnce(runId: string, batch: RunBatch, mark: string): Promise<void>;
  /** A request that gets no answer is not sent a second time while `isAway` says so. */
  tryOnceWhile(isAway: () => boolean): void;
  /** The mark of the batch that a run was given last; undefined when it has none. */
  lastMark(runId: string): Promise<string | undefined>;
}

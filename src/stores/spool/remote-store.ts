import type { NewRun, RunBatch, TrackingStore } from "../../tracking/store.js";
import type { Run } from "../../tracking/types.js";

/** A store behind a network, as the spool sends to it: what is sent a second time is done once. */
export interface RemoteStore extends TrackingStore {
  /**
   * Creates a run, which carries `requestId` as a tag.
   * @param mayExist - an earlier request may have created it: it is looked for first
   */
  createRunOnce(run: NewRun, requestId: string, mayExist: boolean): Promise<Run>;
  /** The run that a request has created; undefined when there is none. */
  runOfRequest(experimentId: string, requestId: string): Promise<Run | undefined>;
  /** Stores a batch with a mark of it, and not a second time when the run has this mark already. */
  logBatchOnce(runId: string, batch: RunBatch, mark: string): Promise<void>;
  /** A request that gets no answer is not sent a second time while `isAway` says so. */
  tryOnceWhile(isAway: () => boolean): void;
  /** The mark of the last batch of a run. */
  lastMark(runId: string): Promise<string | undefined>;
}

import type { TrackingSession } from "../tracking/session.js";

/** Where queries look: a store's verbs, and the experiment that is meant when none is named. */
export type QuerySource = Pick<TrackingSession, "client" | "currentExperiment">;

/** How whoever asks words the way out: as magics in a notebook, as commands in a terminal. */
export interface QueryHints {
  /** Says what lists runs, or the deleted ones. */
  listRuns(view: "active" | "deleted"): string;
  /** Says what brings a deleted run back. @param run - its name or id, as the user wrote it */
  restoreRun(run: string): string;
}

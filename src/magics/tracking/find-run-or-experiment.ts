import { isNotFound, TrackingError } from "../../errors.js";
import { experimentOf, findExperiment } from "../../queries/find-experiment.js";
import { findRun } from "../../queries/find-run.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Experiment, Run } from "../../tracking/types.js";
import type { MagicArg } from "../magic.js";
import { magicHints, restoreExperiment } from "../runtime/say.js";

/** What a magic that changes runs or experiments is to change. */
export interface Target {
  kind: "run" | "experiment";
  id: string;
  /** How it is called in messages. */
  label: string;
}

export const kindArg = {
  name: "experiment",
  type: "boolean",
  doc: "The name is that of an experiment; needed if a run has the same name",
} as const satisfies MagicArg;

/**
 * The run or the experiment of a name or id. A name that is both needs the flag `experiment`.
 * @param isExperiment - the experiment of that name is meant
 * @param view - whether active or deleted ones are meant
 * @throws {TrackingError} when there is none, more than one, or it is in the other state
 */
export async function findRunOrExperiment(
  session: TrackingSession,
  word: string,
  isExperiment: boolean,
  view: "ACTIVE_ONLY" | "DELETED_ONLY",
): Promise<Target> {
  if (isExperiment) return experimentTarget(await findExperiment(session, word), view);
  const experiment = await experimentOf(session, word);
  const fits = experiment !== undefined && isDeleted(experiment) === (view === "DELETED_ONLY");
  try {
    const run = await findRun(session, word, { several: "error", viewType: view, hints: magicHints });
    // An id such as "0" is never a run's; a name can be both.
    if (fits && experiment.name === word) throw both(word);
    return runTarget(run);
  } catch (error) {
    if (!isNotFound(error) || experiment === undefined) throw error;
    return experimentTarget(experiment, view);
  }
}

function runTarget({ info }: Run): Target {
  return { kind: "run", id: info.runId, label: `run '${info.runName}' (${info.runId.slice(0, 8)})` };
}

function experimentTarget(experiment: Experiment, view: "ACTIVE_ONLY" | "DELETED_ONLY"): Target {
  const label = `experiment '${experiment.name}' (id ${experiment.experimentId})`;
  if (isDeleted(experiment) !== (view === "DELETED_ONLY")) {
    const state = isDeleted(experiment) ? "is deleted" : "is not deleted";
    throw new TrackingError("INVALID_STATE", `The ${label} ${state}.`, {
      hint: isDeleted(experiment) ? restoreExperiment(experiment) : "There is nothing to restore.",
    });
  }
  return { kind: "experiment", id: experiment.experimentId, label };
}

function isDeleted({ lifecycleStage }: Experiment): boolean {
  return lifecycleStage === "deleted";
}

function both(word: string): TrackingError {
  return new TrackingError("RESOURCE_CONFLICT", `'${word}' is the name of a run and of an experiment.`, {
    hint: `For the experiment, add the word experiment; for the run, use its id, which %runs shows.`,
  });
}

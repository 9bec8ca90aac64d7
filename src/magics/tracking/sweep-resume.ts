import { own } from "../../own.js";
import { experimentMeant, findExperiment } from "../../queries/find-experiment.js";
import { filterText, searchPages } from "../../queries/run-search.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Run } from "../../tracking/types.js";
import type { SweepArgs } from "./sweep-args.js";
import type { SweepPlan } from "./sweep-plan.js";

/** On the parent: the header's params, and what is the same for the same trials. */
export const sweepTag = "runlab.sweep";
export const sweepIdTag = "runlab.sweep.id";
/** On a trial: its number, from 0; whether it was pruned. */
export const trialTag = "runlab.trial";
export const prunedTag = "runlab.pruned";

/** The newest sweep of the same trials, by name when one is given; undefined when there is none to go on with. */
export async function findSweep(
  session: TrackingSession,
  { id }: SweepPlan,
  args: SweepArgs,
): Promise<Run | undefined> {
  const experiment =
    args.experiment === undefined
      ? await experimentMeant(session, undefined)
      : await findExperiment(session, args.experiment).catch(() => undefined);
  if (experiment === undefined) return undefined;
  const named = args.name === undefined ? "" : ` AND attributes.run_name = ${filterText(args.name)}`;
  const filterString = `tags.\`${sweepIdTag}\` = ${filterText(id)}${named}`;
  const { runs } = await searchPages(session, { experimentIds: [experiment.experimentId], filterString }, 1);
  if (runs[0] === undefined) session.say("runlab: there is no sweep of these trials to resume, so a new one starts");
  return runs[0];
}

/** The trials of a sweep, newest run first. */
export async function trialRuns(session: TrackingSession, parent: Pick<Run, "info">): Promise<Run[]> {
  const { runId, experimentId } = parent.info;
  const filterString = `tags.\`mlflow.parentRunId\` = ${filterText(runId)}`;
  const { runs } = await searchPages(session, { experimentIds: [experimentId], filterString });
  return runs.filter(({ data }) => own(data.tags, trialTag) !== undefined);
}

/** Trials of a sweep that need not run again: they finished, or were pruned. */
export async function earlierTrials(
  session: TrackingSession,
  parent: Run,
): Promise<Array<{ trial: number; runId: string; pruned: boolean }>> {
  const done = new Map<number, { trial: number; runId: string; pruned: boolean }>();
  for (const { info, data } of await trialRuns(session, parent)) {
    const trial = Number(own(data.tags, trialTag));
    const pruned = own(data.tags, prunedTag) === "true";
    if (info.status === "FINISHED" || pruned) done.set(trial, { trial, runId: info.runId, pruned });
  }
  return [...done.values()];
}

import { isUnanswered } from "../../errors.js";
import { modelLine, modelsOfRun } from "../../queries/run-tables.js";
import { runCard } from "../../render/run-card.js";
import { type ActiveRun, describe } from "../../tracking/active-run.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Run } from "../../tracking/types.js";
import type { MagicContext } from "../magic.js";
import { say } from "../runtime/say.js";

/** What the header of a cell says of its run. */
export interface CellRunOptions {
  readonly name?: string | undefined;
  readonly experiment?: string | undefined;
  readonly description?: string | undefined;
  readonly tag?: Readonly<Record<string, unknown>>;
  readonly nested?: boolean;
  readonly keep_open?: boolean;
  readonly system_metrics?: boolean;
  /** Continues this run instead of starting a new one. */
  readonly runId?: string | undefined;
}

/** Most models that a card lists. */
const maxModels = 5;

/** What the end of a run threw: a log call that nobody awaited has failed, or the store has. */
export async function endFailure(end: () => Promise<void>): Promise<{ error: unknown; reason: string } | undefined> {
  try {
    await end();
    return undefined;
  } catch (error) {
    return { error, reason: describe(error) };
  }
}

/**
 * Starts the run of a `%%run` or `%%sweep` cell and runs `body` with it active.
 * A run that is still open from earlier (started by a log call, by `startRun`, or kept open) ends first, unless `nested`.
 * @param tags - where the cell comes from; the header's own tags go over them
 */
export async function startCellRun<T>(
  args: CellRunOptions,
  { session }: MagicContext,
  tags: Record<string, string>,
  body: (run: ActiveRun, notes: readonly string[]) => Promise<T>,
): Promise<T> {
  const { nested = false, description, experiment: experimentName } = args;
  const open = session.activeRun();
  const notes = open === undefined || nested ? [] : [await endOpenRun(open)];
  // What the next cells look at (`%runs`, `%compare`) is what was worked on last.
  if (experimentName !== undefined) await session.setExperiment(experimentName);
  const options = {
    runName: args.name,
    ...(args.runId === undefined ? {} : { runId: args.runId }),
    experimentName,
    nested,
    ...(args.system_metrics ? { logSystemMetrics: true } : {}),
    tags: {
      ...tags,
      ...(description === undefined ? {} : { "mlflow.note.content": description }),
      ...args.tag,
    },
  };
  if (args.keep_open) return body(await session.startRun(options), notes);
  return session.startRun(options, (run) => body(run, notes));
}

/** @returns a sentence for the new run's card */
async function endOpenRun(run: ActiveRun): Promise<string> {
  const name = `Run ${run.info.runName} (${run.runId.slice(0, 8)})`;
  try {
    await run.end();
    return `${name} was still open and has been ended.`;
  } catch (error) {
    return `${name} was still open and has been ended; ${describe(error)}`;
  }
}

/** The compact card under a run's cell: what is in the store now. Never rejects: the cell's own outcome comes after it. */
export async function showRunCard(
  run: ActiveRun,
  { output, session }: MagicContext,
  options: { error?: string; notes: readonly string[] },
): Promise<void> {
  try {
    const kept = await session.getRun(run.runId);
    const experimentName = await experimentNameOf(kept, session);
    const models = (await modelsOfRun(session, kept)).map(modelLine);
    const more = models.length > maxModels ? [`${models.length - maxModels} more models`] : [];
    const notes = [...models.slice(0, maxModels), ...more, ...options.notes];
    output.display(runCard(kept, { ...(experimentName !== undefined && { experimentName }), ...options, notes }));
  } catch (error) {
    const lines = [`Run ${run.info.runName} (${run.runId}) can't be read back: ${describe(error)}`, ...options.notes];
    say(output, `${lines.join("\n")}`, "stderr");
  }
}

/** Undefined while the server is away, and has not been asked before. */
async function experimentNameOf({ info }: Run, session: TrackingSession): Promise<string | undefined> {
  try {
    return (await session.getExperiment(info.experimentId)).name;
  } catch (error) {
    if (isUnanswered(error)) return undefined;
    throw error;
  }
}

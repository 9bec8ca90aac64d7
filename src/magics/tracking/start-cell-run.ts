import { type ActiveRun, describe } from "../../tracking/active-run.js";
import type { MagicArgs, MagicContext } from "../magic.js";
import { flag, optionalText, record } from "../runtime/read-args.js";

/**
 * Starts the run of a `%%run` cell and runs `body` with it active.
 * A run that is still open from earlier (started by a log call, by `startRun`, or kept open) ends first, unless `nested`.
 * @param tags - where the cell comes from; the header's own tags go over them
 */
export async function startCellRun<T>(
  args: MagicArgs,
  { session }: MagicContext,
  tags: Record<string, string>,
  body: (run: ActiveRun, notes: readonly string[]) => Promise<T>,
): Promise<T> {
  const nested = flag(args, "nested");
  const open = session.activeRun();
  const notes = open === undefined || nested ? [] : [await endOpenRun(open)];
  const description = optionalText(args, "description");
  const experimentName = optionalText(args, "experiment");
  // What the next cells look at (`%runs`, `%compare`) is what was worked on last.
  if (experimentName !== undefined) await session.setExperiment(experimentName);
  const options = {
    runName: optionalText(args, "name"),
    experimentName,
    nested,
    ...(flag(args, "system_metrics") ? { logSystemMetrics: true } : {}),
    tags: {
      ...tags,
      ...(description === undefined ? {} : { "mlflow.note.content": description }),
      ...record(args, "tag"),
    },
  };
  if (flag(args, "keep_open")) return body(await session.startRun(options), notes);
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

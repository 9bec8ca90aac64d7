import { TrackingError } from "../../errors.js";
import type { Run } from "../../tracking/types.js";
import type { MagicArg, MagicArgs, MagicContext } from "../magic.js";
import { optionalNumber, optionalText } from "../runtime/read-args.js";
import { findExperiment } from "./find-experiment.js";
import { findRuns, sayIn } from "./find-run.js";

/** Arguments of magics that draw runs: by name, or all of an experiment. */
export const runChoiceArgs: readonly MagicArg[] = [
  { name: "experiment", type: "string", doc: "Name or id; the active one when left out", complete: "experiment" },
  { name: "where", type: "string", doc: "A filter, when no run is named", complete: "run_filter" },
  { name: "limit", type: "number", doc: "Most runs shown; 30 when left out" },
];

const defaultLimit = 30;

/**
 * The runs named, else the newest of the experiment that have one of the metrics (any run when there are none), oldest first.
 * @throws {TrackingError} when a named run has none of the metrics
 */
export async function chooseRuns(
  context: MagicContext,
  args: MagicArgs,
  names: readonly string[],
  metrics: readonly string[],
): Promise<Run[]> {
  const { session } = context;
  const word = optionalText(args, "experiment");
  const experiment = word === undefined ? undefined : await findExperiment(session, word);
  const has = (run: Run) => metrics.length === 0 || metrics.some((key) => Object.hasOwn(run.data.metrics, key));
  if (names.length > 0) {
    const runs = await findRuns(session, names, {
      experimentId: experiment?.experimentId,
      viewType: "ALL",
      say: sayIn(context),
    });
    const without = runs.find((run) => !has(run));
    if (without !== undefined) throw lacks(without, metrics);
    return runs;
  }
  const { experimentId } = experiment ?? (await session.currentExperiment());
  const found = await session.searchRuns({ experimentIds: [experimentId], filterString: optionalText(args, "where") });
  return found
    .filter(has)
    .slice(0, optionalNumber(args, "limit") ?? defaultLimit)
    .reverse();
}

function lacks({ info, data }: Run, metrics: readonly string[]): TrackingError {
  const keys = Object.keys(data.metrics);
  const message = `Run '${info.runName}' (${info.runId.slice(0, 8)}) has no metric ${metrics.map((key) => `'${key}'`).join(" or ")}.`;
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", message, {
    hint: keys.length === 0 ? "It has logged no metric." : `It has: ${keys.slice(0, 10).join(", ")}.`,
  });
}

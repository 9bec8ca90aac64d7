import { type ChosenRuns, chooseRuns, defaultLimit, leftOut } from "../../queries/choose-runs.js";
import type { MagicArg, MagicArgs, MagicContext } from "../magic.js";
import { magicHints } from "../runtime/magic-hints.js";
import { optionalNumber, optionalText, textList } from "../runtime/read-args.js";
import { sayIn } from "../runtime/say.js";

/** Arguments of magics that draw runs: by name, or the best of an experiment. */
export const runChoiceArgs: readonly MagicArg[] = [
  {
    name: "goal",
    type: "string",
    doc: "Which way is better; guessed from each metric's name when left out",
    complete: ["min", "max"],
  },
  { name: "experiment", type: "string", doc: "Name or id; the active one when left out", complete: "experiment" },
  { name: "where", type: "string", doc: "A filter, when no run is named", complete: "run_filter" },
  {
    name: "limit",
    type: "number",
    doc: `Most runs shown, the best by the metric; ${defaultLimit} when left out, all of those named`,
  },
];

/** Which way is better, when it is said. */
export function goalOf(args: MagicArgs): "min" | "max" | undefined {
  return optionalText(args, "goal") as "min" | "max" | undefined;
}

/** The runs that a magic's arguments choose, and what to say of those left out. */
export async function chosenRuns(
  context: MagicContext,
  args: MagicArgs,
  metrics: readonly string[],
): Promise<ChosenRuns & { notes: string[] }> {
  const goal = goalOf(args);
  const chosen = await chooseRuns(
    context.session,
    {
      names: textList(args, "runs"),
      experiment: optionalText(args, "experiment"),
      where: optionalText(args, "where"),
      metrics,
      goal,
      limit: optionalNumber(args, "limit"),
    },
    { hints: magicHints, say: sayIn(context) },
  );
  const note = leftOut(chosen, metrics[0], goal);
  return { ...chosen, notes: note === undefined ? [] : [`${note} Raise limit= to see more.`] };
}

import { type ChosenRuns, chooseRuns, defaultLimit, leftOut } from "../../queries/choose-runs.js";
import type { ArgsOf } from "../define-magic.js";
import type { MagicArg, MagicContext } from "../magic.js";
import { magicHints, sayIn } from "../runtime/say.js";

/** Arguments of magics that draw runs: by name, or the best of an experiment. */
export const runChoiceArgs = [
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
] as const satisfies readonly MagicArg[];

type RunChoice = ArgsOf<typeof runChoiceArgs> & { readonly runs: readonly string[] };

/** The runs that a magic's arguments choose, and what to say of those left out. */
export async function chosenRuns(
  context: MagicContext,
  { runs: names, goal, experiment, where, limit }: RunChoice,
  metrics: readonly string[],
): Promise<ChosenRuns & { notes: string[] }> {
  const chosen = await chooseRuns(
    context.session,
    {
      names,
      experiment,
      where,
      metrics,
      goal,
      limit,
    },
    { hints: magicHints, say: sayIn(context) },
  );
  const note = leftOut(chosen, metrics[0], goal);
  return { ...chosen, notes: note === undefined ? [] : [`${note} Raise limit= to see more.`] };
}

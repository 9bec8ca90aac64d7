import { type ChosenRuns, chooseRuns, defaultLimit, leftOut } from "../../queries/choose-runs.js";
import type { ArgsOf } from "../define-magic.js";
import type { MagicArg, MagicContext } from "../magic.js";
import { magicHints, sayIn } from "../runtime/say.js";

/** Arguments of magics that draw runs: by name, or the best of an experiment. */
export const runChoiceArgs = [
  {
    name: "goal",
    type: "string",
    doc: "Whether lower or higher is better; default: guessed from each metric's name",
    complete: ["min", "max"],
  },
  {
    name: "experiment",
    type: "list",
    doc: "One experiment or several, by name or id; default: the active one",
    complete: "experiment",
  },
  { name: "where", type: "string", doc: "A filter, if no runs are named", complete: "run_filter" },
  {
    name: "limit",
    type: "number",
    doc: `The maximum number of runs, best first; default: ${defaultLimit}, or all named runs`,
  },
] as const satisfies readonly MagicArg[];

type RunChoice = ArgsOf<typeof runChoiceArgs> & { readonly runs: readonly string[] };

/** The runs that a magic's arguments choose, and what to say of those left out. */
export async function chosenRuns(
  context: MagicContext,
  { runs: names, goal, experiment: experiments, where, limit }: RunChoice,
  metrics: readonly string[],
  rankBy?: string,
): Promise<ChosenRuns & { notes: string[] }> {
  const chosen = await chooseRuns(
    context.session,
    {
      names,
      experiments,
      where,
      metrics,
      rankBy,
      goal,
      limit,
    },
    { hints: magicHints, say: sayIn(context) },
  );
  const note = leftOut(chosen, names.length > 0 ? metrics[0] : (metrics[0] ?? rankBy), goal);
  return { ...chosen, notes: note === undefined ? [] : [`${note} Raise limit= to see more.`] };
}

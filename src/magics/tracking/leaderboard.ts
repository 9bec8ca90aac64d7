import { leaderboardLimit, leaderboard as ranked } from "../../queries/leaderboard.js";
import { tableBundle } from "../../render/table.js";
import { defineMagic } from "../define-magic.js";

/** `%leaderboard rmse`: the best runs of all experiments. */
export const leaderboard = defineMagic({
  name: "leaderboard",
  kind: "line",
  summary: "Rank the runs of all experiments by the last value of a metric",
  input: "args",
  args: [
    {
      name: "metric",
      type: "string",
      doc: "The metric that ranks; default: the one that most runs have",
      positional: true,
      complete: "metric",
    },
    {
      name: "goal",
      type: "string",
      doc: "Whether lower or higher is better; default: guessed from the metric's name (loss: min, accuracy: max)",
      positional: true,
      complete: ["min", "max"],
    },
    {
      name: "experiment",
      type: "list",
      doc: "One experiment or several, by name or id; default: all",
      complete: "experiment",
    },
    { name: "where", type: "string", doc: "A filter on the runs", complete: "run_filter" },
    { name: "limit", type: "number", doc: `The maximum number of runs, best first; default: ${leaderboardLimit}` },
  ],
  lowering: "await",
  returns: "Run[]",
  draws: true,
  examples: [
    "%leaderboard",
    "%leaderboard metric=rmse",
    "%leaderboard accuracy max experiment=[cars, trucks] limit=10",
    "const top = %leaderboard rmse limit=3",
  ],
  async run({ experiment: experiments, ...request }, { session, output, assigned }) {
    const found = await ranked(session, { ...request, experiments });
    if (!assigned) {
      output.display(tableBundle(await found.table("There are more runs: limit= shows more of them.")));
    }
    return found.runs;
  },
});

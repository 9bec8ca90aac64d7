import type { ArgsOf } from "../define-magic.js";
import type { MagicArg } from "../magic.js";

/** The options of `%%sweep`; any other name is a param. */
export const sweepArgs = [
  { name: "name", type: "string", doc: "The name of the parent run; default: a random one", complete: "run" },
  {
    name: "experiment",
    type: "string",
    doc: "Experiment of this sweep and of later runs; created if needed",
    complete: "experiment",
  },
  {
    name: "metric",
    type: "string",
    doc: "What trials are compared by; default: the first metric that they share",
    complete: "metric",
  },
  {
    name: "goal",
    type: "string",
    doc: "Whether lower or higher is better; default: guessed from the metric's name",
    complete: ["min", "max"],
  },
  {
    name: "mode",
    type: "string",
    doc: "How trials are chosen; default: grid when every param is a list, else random",
    complete: ["grid", "random", "latin"],
  },
  {
    name: "max",
    type: "number",
    doc: "Most trials; default: all of a grid, else 20",
    elsewhere: ["trials", "n_trials", "max_trials", "num_samples", "n_iter", "max_evals", "count"],
  },
  {
    name: "seed",
    type: "number",
    doc: "Of random choices; default: 0, so that a sweep can be repeated and resumed",
    elsewhere: ["random_state"],
  },
  {
    name: "parallel",
    type: "number",
    doc: "How many trials run at once, for bodies that await; default: 1",
    elsewhere: ["n_jobs", "jobs", "workers", "max_concurrent"],
  },
  {
    name: "prune",
    type: "string",
    doc: "Stop trials that do worse than the median of the finished ones at the same step; needs metric",
    complete: ["median"],
  },
  {
    name: "resume",
    type: "boolean",
    doc: "Go on with the newest sweep of the same trials: only those that did not finish run",
  },
  {
    name: "live",
    type: "list",
    doc: "Draw the curve of a metric, or of a list of metrics, with a line per trial",
    complete: "metric",
  },
] as const satisfies readonly MagicArg[];

export type SweepArgs = ArgsOf<typeof sweepArgs> & { readonly extra: Readonly<Record<string, unknown>> | undefined };

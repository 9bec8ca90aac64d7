import { createHash } from "node:crypto";
import { MagicError } from "../../errors.js";
import { type MetricGoal, metricGoal } from "../../metric-goal.js";
import { setOwn } from "../../own.js";
import { type Pruner, pruners } from "../../sweeps/pruners.js";
import { combinations, sampleTrials, usualMode } from "../../sweeps/samplers.js";
import { isRange, type Space } from "../../sweeps/space.js";
import type { Trial } from "../../sweeps/trial-queue.js";
import { jsonText } from "../../tracking/json-text.js";
import { typeOf } from "../../tracking/value-type.js";
import { quoted } from "../runtime/say.js";
import type { SweepArgs } from "./sweep-args.js";

/** What a sweep is going to do, before any of it is done. */
export interface SweepPlan {
  trials: readonly Trial[];
  /** The same for the same trials: what `resume` looks for. */
  id: string;
  /** The header's params, for a person. */
  text: string;
  /** On which scale the numbers of a range lie, by its param. */
  scales: Readonly<Record<string, "linear" | "log">>;
  metric: string | undefined;
  goal: MetricGoal | undefined;
  parallel: number;
  pruner: Pruner | undefined;
  /** What a person should know of the choice, one sentence each. */
  notes: readonly string[];
}

/** @throws {MagicError} INVALID_PARAMETER_VALUE for a param that is not a space, and options that do not fit */
export function planSweep(args: SweepArgs): SweepPlan {
  const spaces = spacesOf(args.extra ?? {});
  const max = whole("max", args.max);
  const seed = whole("seed", args.seed, 0) ?? 0;
  const mode = args.mode ?? usualMode(spaces);
  const trials = sampleTrials(spaces, { mode, max, seed }).map((params, number) => ({ number, params }));
  const all = combinations(spaces);
  const cut = mode === "grid" && trials.length < all;
  const { metric, goal = metric === undefined ? undefined : metricGoal(metric) } = args;
  return {
    trials,
    id: createHash("sha256").update(jsonText(trials, "The sweep's params")).digest("hex").slice(0, 16),
    text: Object.entries(spaces)
      .map(([name, space]) => `${name}=${spaceText(space)}`)
      .join(" "),
    scales: scalesOf(spaces),
    metric,
    goal,
    parallel: whole("parallel", args.parallel) ?? 1,
    pruner: prunerOf(args),
    notes: cut ? [`Ran the first ${trials.length} of ${all.toLocaleString("en-US")} combinations.`] : [],
  };
}

function scalesOf(spaces: Readonly<Record<string, Space>>): SweepPlan["scales"] {
  const scales: Record<string, "linear" | "log"> = {};
  for (const [name, space] of Object.entries(spaces)) {
    if (isRange(space)) setOwn(scales, name, space.range === "logUniform" ? "log" : "linear");
  }
  return scales;
}

function spacesOf(given: Readonly<Record<string, unknown>>): Record<string, Space> {
  const spaces: Record<string, Space> = {};
  for (const [name, space] of Object.entries(given)) {
    if (isRange(space) || (Array.isArray(space) && space.length > 0)) setOwn(spaces, name, space);
    else if (Array.isArray(space))
      throw invalid(`The list of '${name}' is empty.`, `Write ${quoted(name)}=[0.1, 0.2].`);
    else throw invalid(`'${name}' is ${typeOf(space)}; a sweep needs a list of choices or a range.`, spaceHint(name));
  }
  if (Object.keys(spaces).length > 0) return spaces;
  throw invalid(
    "%%sweep needs at least one param.",
    "Write %%sweep alpha=[0.2, 0.8], or a range: alpha={uniform(0, 1)}.",
  );
}

function spaceHint(name: string): string {
  return `Write ${quoted(name)}=[0.1, 0.2], or ${quoted(name)}={uniform(0, 1)}.`;
}

function prunerOf({ prune, metric, goal }: SweepArgs): Pruner | undefined {
  if (prune === undefined) return undefined;
  if (metric === undefined)
    throw invalid("prune=median compares trials by a metric.", "Name it: prune=median metric=loss.");
  return pruners[prune](goal ?? metricGoal(metric));
}

function whole(name: string, value: number | undefined, least = 1): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return value;
  throw invalid(
    `${name} must be a whole number of ${least} or more; got ${value}.`,
    `If ${name} is a param of the sweep, put its name in quotes: "${name}"=[…].`,
  );
}

function spaceText(space: Space): string {
  if (isRange(space)) return `${space.range}(${space.low}, ${space.high})`;
  return `[${space.map((choice) => jsonText(choice, "A choice")).join(", ")}]`;
}

function invalid(message: string, hint: string): MagicError {
  return new MagicError("INVALID_PARAMETER_VALUE", message, { hint });
}

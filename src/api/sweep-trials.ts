import { TrackingError } from "../errors.js";
import { samplers, sampleTrials } from "../sweeps/samplers.js";
import { isRange, type Range, ranges, type Space } from "../sweeps/space.js";

export { trialName } from "../sweeps/trial-name.js";

/** What each param of a sweep may be: choices, or one of the ranges that a function of them is given. */
export type SweepSpaces = Readonly<Record<string, readonly unknown[] | Range>>;

/** A trial's params: numbers are numbers, texts are the ones listed. */
export type TrialOf<S extends SweepSpaces> = { [K in keyof S]: ValueOf<S[K]> };

type ValueOf<Space> = Space extends readonly (infer Choice)[] ? (Choice extends number ? number : Choice) : number;

export interface SweepOptions {
  /** Default: grid when every param is a list of choices, else random. */
  mode?: "grid" | "random" | "latin";
  /** Most trials. Default: all of a grid, else 20. */
  max?: number;
  /** Of random choices. With the same seed the trials are the same on every machine; default 0. */
  seed?: number;
}

/**
 * The trials of a sweep, the same that `%%sweep` runs in a notebook.
 * @param spaces - by the names of the params; ranges come from the function's argument:
 *   `({ logUniform }) => ({ lr: logUniform(1e-4, 1), solver: ["adam", "sgd"] })`
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for what is neither choices nor a range, for an unknown mode, and for more than 10,000
 */
export function sweepTrials<const S extends SweepSpaces>(
  spaces: S | ((from: typeof ranges) => S),
  options: SweepOptions = {},
): TrialOf<S>[] {
  const given: SweepSpaces = typeof spaces === "function" ? spaces(ranges) : spaces;
  const entries = Object.entries(Object(given) as Record<string, Space>);
  const wrong = entries.find(([, space]) => !isRange(space) && !(Array.isArray(space) && space.length > 0));
  if (entries.length === 0 || wrong !== undefined) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      wrong === undefined
        ? "sweepTrials needs at least one param."
        : `'${wrong[0]}' is no list of choices, and no range.`,
      {
        hint: "Write sweepTrials({ alpha: [0.2, 0.8] }), or sweepTrials(({ uniform }) => ({ alpha: uniform(0, 1) })).",
      },
    );
  }
  const { mode, max, seed } = options;
  if (mode !== undefined && !samplers.some(({ name }) => name === mode)) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `sweepTrials: there is no mode '${mode}'.`, {
      hint: `Use ${samplers.map(({ name }) => name).join(", ")}.`,
    });
  }
  for (const [name, value, least] of [
    ["max", max, 1],
    ["seed", seed, 0],
  ] as const) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue;
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `sweepTrials: ${name} must be a whole number of ${least} or more.`,
    );
  }
  return sampleTrials(given, { mode, max, seed }).map((trial) => ({ ...trial })) as TrialOf<S>[];
}

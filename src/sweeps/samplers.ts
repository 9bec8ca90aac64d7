import { RunlabError } from "../errors.js";
import { setOwn } from "../own.js";
import { seededRandom, shuffled } from "./seeded-random.js";
import { isRange, type Space, sizeOf, valueAt } from "./space.js";

/** The values of one trial, by the names of the params. */
export type TrialParams = Readonly<Record<string, unknown>>;

/** How the trials of a sweep are chosen. A new way is one of these, and its line in {@link samplers}. */
export interface Sampler {
  readonly name: string;
  /** @param count - most trials wanted; undefined: as many as are usual */
  sample(spaces: Readonly<Record<string, Space>>, options: { count: number | undefined; seed: number }): TrialParams[];
}

/** Trials of a random sweep unless `max=` says otherwise. */
const usualCount = 20;

/** Most trials of one sweep: more are a mistake, or work for several sweeps. */
const mostTrials = 10_000;

/** Every combination, the last param going fastest. */
const grid: Sampler = {
  name: "grid",
  sample(spaces, { count }) {
    const entries = Object.entries(spaces);
    const endless = entries.find(([, space]) => isRange(space) && space.range !== "int");
    if (endless !== undefined) {
      throw new RunlabError(
        "INVALID_PARAMETER_VALUE",
        `A grid cannot try every value of the range of '${endless[0]}'.`,
        {
          hint: "Use mode=random or mode=latin, or give a list of choices.",
        },
      );
    }
    const sizes = entries.map(([, space]) => sizeOf(space));
    const all = sizes.reduce((product, size) => product * size, 1);
    const wanted = count ?? all;
    if (wanted > mostTrials) throw tooMany(wanted);
    return Array.from({ length: Math.min(wanted, all) }, (_, trial) => {
      let rest = trial;
      const shares = sizes.map(() => 0);
      for (let at = sizes.length - 1; at >= 0; at--) {
        const size = sizes[at] ?? 1;
        shares[at] = ((rest % size) + 0.5) / size;
        rest = Math.floor(rest / size);
      }
      return paramsAt(spaces, shares);
    });
  },
};

/** Each value on its own. Combinations that are few enough to repeat come once each. */
const random: Sampler = {
  name: "random",
  sample(spaces, { count = usualCount, seed }) {
    const next = seededRandom(seed);
    const all = combinations(spaces);
    const wanted = Math.min(checkCount(count), all);
    const dimensions = Object.keys(spaces).length;
    if (all <= mostTrials) {
      const every = grid.sample(spaces, { count: undefined, seed });
      return shuffled(all, next)
        .slice(0, wanted)
        .map((at) => every[at] ?? {});
    }
    return Array.from({ length: wanted }, () => paramsAt(spaces, Array.from({ length: dimensions }, next)));
  },
};

/** Latin hypercube: each param's space is cut into as many slices as there are trials, and each slice is used once. */
const latin: Sampler = {
  name: "latin",
  sample(spaces, { count = usualCount, seed }) {
    const next = seededRandom(seed);
    const wanted = checkCount(count);
    const columns = Object.keys(spaces).map(() => shuffled(wanted, next).map((slice) => (slice + next()) / wanted));
    return Array.from({ length: wanted }, (_, trial) =>
      paramsAt(
        spaces,
        columns.map((column) => column[trial] ?? 0),
      ),
    );
  },
};

export const samplers: readonly Sampler[] = [grid, random, latin];

/** How trials are chosen where that is left open: all of a grid when every param is a list, else at random. */
export function usualMode(spaces: Readonly<Record<string, Space>>): string {
  return Object.values(spaces).some(isRange) ? "random" : "grid";
}

export function sampleTrials(
  spaces: Readonly<Record<string, Space>>,
  options: { mode?: string | undefined; max?: number | undefined; seed?: number | undefined },
): TrialParams[] {
  const { mode = usualMode(spaces), max, seed = 0 } = options;
  return samplers.find(({ name }) => name === mode)?.sample(spaces, { count: max, seed }) ?? [];
}

/** How many different trials there are; Infinity for real numbers. */
export function combinations(spaces: Readonly<Record<string, Space>>): number {
  return Object.values(spaces).reduce((product, space) => product * sizeOf(space), 1);
}

function paramsAt(spaces: Readonly<Record<string, Space>>, shares: readonly number[]): TrialParams {
  const params: Record<string, unknown> = {};
  for (const [at, [name, space]] of Object.entries(spaces).entries())
    setOwn(params, name, valueAt(space, shares[at] ?? 0));
  return params;
}

function checkCount(count: number): number {
  if (count > mostTrials) throw tooMany(count);
  return count;
}

function tooMany(count: number): RunlabError {
  const all = count.toLocaleString("en-US");
  return new RunlabError(
    "INVALID_PARAMETER_VALUE",
    `A sweep of ${all} trials is more than ${mostTrials.toLocaleString("en-US")}.`,
    {
      hint: "Limit it with max=100, or choose some of the combinations with mode=random.",
    },
  );
}

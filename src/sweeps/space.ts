import { RunlabError } from "../errors.js";

/** The kinds of ranges, which a sweep's header calls by these names. */
export const rangeNames = ["uniform", "logUniform", "int"] as const;

/** Numbers between two ends. `int` includes both; `logUniform` is uniform in the logarithm. */
export interface Range {
  readonly range: (typeof rangeNames)[number];
  readonly low: number;
  readonly high: number;
}

/** What a param may be: one of some choices, or a number of a range. */
export type Space = readonly unknown[] | Range;

/** Real numbers from `low` to below `high`. @throws {RunlabError} INVALID_PARAMETER_VALUE unless low < high, both finite */
export function uniform(low: number, high: number): Range {
  return checked({ range: "uniform", low, high });
}

/** The same for numbers above 0 of very different size, such as a learning rate. */
export function logUniform(low: number, high: number): Range {
  const range = checked({ range: "logUniform", low, high });
  if (low > 0) return range;
  throw new RunlabError("INVALID_PARAMETER_VALUE", `logUniform(${low}, ${high}) must begin above 0.`, {
    hint: `Write uniform(${low}, ${high}), or a small number instead of ${low}.`,
  });
}

/** Whole numbers from `low` to `high`, both included. */
export function int(low: number, high: number): Range {
  const range = checked({ range: "int", low, high });
  if (Number.isSafeInteger(low) && Number.isSafeInteger(high)) return range;
  throw new RunlabError("INVALID_PARAMETER_VALUE", `int(${low}, ${high}) takes whole numbers.`, {
    hint: "For real numbers, write uniform(low, high).",
  });
}

/** The ranges by their names, as a sweep's header knows them. */
export const ranges = { uniform, logUniform, int } as const satisfies Record<Range["range"], unknown>;

export function isRange(space: unknown): space is Range {
  const kind: unknown = Object(space).range;
  return rangeNames.some((name) => name === kind);
}

/** The value at a share of a space. @param at - from 0 to below 1 */
export function valueAt(space: Space, at: number): unknown {
  if (!isRange(space)) return space[Math.min(space.length - 1, Math.floor(at * space.length))];
  const { range, low, high } = space;
  if (range === "int") return low + Math.min(high - low, Math.floor(at * (high - low + 1)));
  if (range === "uniform") return low + at * (high - low);
  return Math.min(high, Math.max(low, Math.exp(Math.log(low) + at * (Math.log(high) - Math.log(low)))));
}

/** How many values a space has; Infinity for real numbers. */
export function sizeOf(space: Space): number {
  if (!isRange(space)) return space.length;
  return space.range === "int" ? space.high - space.low + 1 : Number.POSITIVE_INFINITY;
}

function checked(range: Range): Range {
  const { low, high } = range;
  if (Number.isFinite(low) && Number.isFinite(high) && low < high) return range;
  throw new RunlabError(
    "INVALID_PARAMETER_VALUE",
    `${range.range}(${low}, ${high}) must be two finite numbers, the lower one first.`,
  );
}

import { isTypedArray } from "../data/typed-array.js";
import type { ColumnType } from "./schema.js";

/** Deeper than any model's lists. */
const deepest = 64;

/** How many lists a value is nested in, where it is deepest: 2 for `[null, [1], []]`, 0 for what is no list; at most 64. */
export function listDepth(value: unknown, above = 0): number {
  if (isTypedArray(value)) return 1;
  if (!Array.isArray(value) || above === deepest) return 0;
  return 1 + value.reduce((most: number, item: unknown) => Math.max(most, listDepth(item, above + 1)), 0);
}

/** How many lists a column's type says: 2 for an array of arrays, 0 for what is no array. */
export function typeDepth(type: ColumnType): number {
  return type.type === "array" ? 1 + typeDepth(type.items) : 0;
}

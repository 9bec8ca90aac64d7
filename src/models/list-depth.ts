import { isTypedArray } from "./data/typed-array.js";
import { isMissing } from "./infer-type.js";
import type { ColumnType } from "./schema.js";

/** How many lists a value is nested in, by the first that is there: 2 for `[null, [1]]`, 0 for what is no list. */
export function listDepth(value: unknown): number {
  if (isTypedArray(value)) return 1;
  return Array.isArray(value) ? 1 + listDepth(value.find((item) => !isMissing(item))) : 0;
}

/** How many lists a column's type says: 2 for an array of arrays, 0 for what is no array. */
export function typeDepth(type: ColumnType): number {
  return type.type === "array" ? 1 + typeDepth(type.items) : 0;
}

import { arrow } from "./arrow.js";
import { arquero, danfo, polars } from "./data-frames.js";
import type { DataReader, ModelData, ReadOptions } from "./model-data.js";
import { nestedArray } from "./nested-array.js";
import { columnLists, list, namedTensors, records, singleRecord } from "./plain-values.js";
import { tensorLike } from "./tensor-like.js";
import { isBytes } from "./typed-array.js";

/** In order: the first reader that knows the value reads it. Libraries' objects come before plain ones. */
const dataReaders: readonly DataReader[] = [
  arrow,
  arquero,
  polars,
  danfo,
  tensorLike,
  nestedArray,
  records,
  list,
  namedTensors,
  columnLists,
  singleRecord,
];

/**
 * Any data that a model is given or gives, as columns or tensors.
 * @returns undefined for a function, a symbol, or an object that no reader knows
 */
export function readData(value: unknown, options: ReadOptions = {}): ModelData | undefined {
  if (typeof value === "function" || typeof value === "symbol" || value === undefined) return undefined;
  // A Buffer is bytes; a plain Uint8Array is an array of small numbers, as in numpy.
  const bytes = isBytes(value) && value.constructor !== Uint8Array;
  if (typeof value !== "object" || value === null || value instanceof Date || bytes) {
    return { kind: "columns", rows: 1, columns: [{ name: undefined, at: () => value }], single: true };
  }
  for (const reader of dataReaders) {
    const data = reader.read(value, options);
    if (data) return data;
  }
  return undefined;
}

import type { DataReader, ReadOptions } from "./model-data.js";
import { dtypeOf, isTypedArray, type TypedArray } from "./typed-array.js";

/** Lists in lists as numpy sees them: a tensor, when asked for and when the lists are of equal length. */
export const nestedArray: DataReader = {
  name: "nested-array",
  read(value, options) {
    if (options.arrays !== "tensor" || !Array.isArray(value) || value.length === 0) return undefined;
    const shape = shapeOf(value);
    if (!shape) return undefined;
    const values: unknown[] = [];
    flatten(value, shape.length, values);
    const dtype = elementDtype(value, values, options);
    return dtype === undefined ? undefined : { kind: "tensors", tensors: [{ name: undefined, dtype, shape, values }] };
  },
};

/** numpy's: more axes than any tensor has. */
const mostAxes = 64;

/** @returns the length of every axis; undefined when lists on one level differ in length or depth, and beyond 64 axes */
export function shapeOf(value: readonly unknown[] | TypedArray, above = 0): number[] | undefined {
  const isList = (item: unknown) => Array.isArray(item) || isTypedArray(item);
  if (isTypedArray(value) || !value.some(isList)) return [value.length];
  if (above === mostAxes) return undefined;
  let first: number[] | undefined;
  for (const item of value) {
    const shape = Array.isArray(item) || isTypedArray(item) ? shapeOf(item, above + 1) : undefined;
    first ??= shape;
    if (!first || shape?.length !== first.length || shape.some((axis, at) => axis !== first?.[at])) return undefined;
  }
  return first && [value.length, ...first];
}

function flatten(value: ArrayLike<unknown>, depth: number, into: unknown[]): void {
  for (let at = 0; at < value.length; at++) {
    if (depth === 1) into.push(value[at]);
    else flatten(value[at] as ArrayLike<unknown>, depth - 1, into);
  }
}

function elementDtype(value: readonly unknown[], flat: readonly unknown[], options: ReadOptions): string | undefined {
  if (isTypedArray(value[0])) return dtypeOf(value[0]);
  if (flat.length > 0 && flat.every((item) => typeof item === "number")) {
    return options.integers === "long" && flat.every(Number.isSafeInteger) ? "int64" : "float64";
  }
  if (flat.every((item) => typeof item === "boolean")) return "bool";
  if (flat.every((item) => typeof item === "string")) return "str";
  return flat.some((item) => typeof item === "bigint") ? wholeDtype(flat) : undefined;
}

/** Of BigInts, alone or beside whole numbers. */
function wholeDtype(flat: readonly unknown[]): string | undefined {
  if (!flat.every((item) => typeof item === "bigint" || Number.isSafeInteger(item))) return undefined;
  const all = flat as ReadonlyArray<number | bigint>;
  if (all.every((item) => BigInt.asIntN(64, BigInt(item)) === BigInt(item))) return "int64";
  return all.every((item) => BigInt.asUintN(64, BigInt(item)) === BigInt(item)) ? "uint64" : undefined;
}

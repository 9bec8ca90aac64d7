import type { DataReader, ReadOptions } from "./model-data.js";
import { dtypeOf, isTypedArray } from "./typed-array.js";

/** Lists in lists as numpy sees them: a tensor, when asked for and when the lists are of equal length. */
export const nestedArray: DataReader = {
  name: "nested-array",
  read(value, options) {
    if (options.arrays !== "tensor" || !Array.isArray(value) || value.length === 0) return undefined;
    const shape = shapeOf(value);
    if (!shape) return undefined;
    const values = shape
      .slice(1)
      .reduce<unknown[]>((flat) => flat.flatMap((item) => Array.from(item as ArrayLike<unknown>)), value);
    const dtype = elementDtype(value, values, options);
    return dtype === undefined ? undefined : { kind: "tensors", tensors: [{ name: undefined, dtype, shape, values }] };
  },
};

/** @returns the length of every axis; undefined when lists on one level differ in length */
export function shapeOf(value: unknown): number[] | undefined {
  if (isTypedArray(value)) return [value.length];
  if (!Array.isArray(value)) return [];
  const first = shapeOf(value[0]);
  if (!first) return undefined;
  const same = value.every((item) => {
    const other = shapeOf(item);
    return other?.length === first.length && other.every((axis, at) => axis === first[at]);
  });
  return same ? [value.length, ...first] : undefined;
}

function elementDtype(value: readonly unknown[], flat: readonly unknown[], options: ReadOptions): string | undefined {
  if (isTypedArray(value[0])) return dtypeOf(value[0]);
  if (flat.every((item) => typeof item === "boolean")) return "bool";
  if (flat.every((item) => typeof item === "string")) return "str";
  if (flat.every((item) => typeof item === "bigint")) return "int64";
  if (!flat.every((item) => typeof item === "number")) return undefined;
  return options.integers === "long" && flat.every(Number.isInteger) ? "int64" : "float64";
}

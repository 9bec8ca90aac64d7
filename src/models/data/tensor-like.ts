import { own } from "../../own.js";
import type { DataReader, DataTensor } from "./model-data.js";
import { dtypeOf, isTypedArray } from "./typed-array.js";

/** Names that libraries have for numpy's dtypes. */
const dtypes: Readonly<Record<string, string>> = {
  float16: "float16",
  float32: "float32",
  float64: "float64",
  double: "float64",
  float: "float32",
  int8: "int8",
  int16: "int16",
  int32: "int32",
  int64: "int64",
  uint8: "uint8",
  uint8_clamped: "uint8",
  uint16: "uint16",
  uint32: "uint32",
  uint64: "uint64",
  bool: "bool",
  string: "str",
  complex64: "complex64",
};

/**
 * Tensors by what they have in common: tfjs (`shape`, `dtype`, `dataSync`), onnxruntime (`dims`, `type`, `data`),
 * ndarray and stdlib (`shape`, `data`), ml-matrix (`rows`, `columns`, `to1DArray`).
 */
export const tensorLike: DataReader = {
  name: "tensor",
  read(value) {
    const tensor = tensorOf(value);
    return tensor && { kind: "tensors", tensors: [tensor] };
  },
};

/** The tensor that `value` is, or undefined; a typed array is one of one axis, a Buffer is not a tensor. */
export function tensorOf(value: unknown): DataTensor | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (isTypedArray(value)) {
    return { name: undefined, dtype: dtypeOf(value), shape: [value.length], values: value };
  }
  const { shape, dims, dtype, type, data, rows, columns, to1DArray } = value as Record<string, unknown>;
  if (typeof rows === "number" && typeof columns === "number" && typeof to1DArray === "function") {
    return { name: undefined, dtype: "float64", shape: [rows, columns], values: to1DArray.call(value) };
  }
  const axes = [shape, dims].find(isShape);
  if (!axes) return undefined;
  const values = flatValues(value as Record<string, unknown>, data);
  const named = [dtype, type].find((name): name is string => typeof name === "string" && Object.hasOwn(dtypes, name));
  const known = named === undefined ? undefined : own(dtypes, named);
  const found = known ?? (isTypedArray(values) ? dtypeOf(values) : undefined);
  return found === undefined ? undefined : { name: undefined, dtype: found, shape: axes, values };
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((axis) => Number.isInteger(axis) && axis >= 0);
}

function flatValues(value: Record<string, unknown>, data: unknown): ArrayLike<unknown> | undefined {
  if (typeof value.dataSync === "function") return value.dataSync() as ArrayLike<unknown>;
  return isTypedArray(data) || Array.isArray(data) ? data : undefined;
}

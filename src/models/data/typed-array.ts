import { own } from "../../own.js";
import type { ScalarType } from "../signature/schema.js";

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** numpy's dtype and MLflow's column type per kind of typed array; `long` is the smallest that holds a uint32. */
const kinds: Readonly<Record<string, { dtype: string; scalar: ScalarType | undefined }>> = {
  Int8Array: { dtype: "int8", scalar: "integer" },
  Uint8Array: { dtype: "uint8", scalar: "integer" },
  Uint8ClampedArray: { dtype: "uint8", scalar: "integer" },
  Int16Array: { dtype: "int16", scalar: "integer" },
  Uint16Array: { dtype: "uint16", scalar: "integer" },
  Int32Array: { dtype: "int32", scalar: "integer" },
  Uint32Array: { dtype: "uint32", scalar: "long" },
  // Node 24 has it.
  Float16Array: { dtype: "float16", scalar: "float" },
  Float32Array: { dtype: "float32", scalar: "float" },
  Float64Array: { dtype: "float64", scalar: "double" },
  BigInt64Array: { dtype: "int64", scalar: "long" },
  // No type of MLflow's holds every uint64.
  BigUint64Array: { dtype: "uint64", scalar: undefined },
};

/** Also of another realm; a DataView does not count. */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** numpy's name, e.g. "float64". */
export function dtypeOf(array: TypedArray): string {
  return dtypeOfClass(classOf(array));
}

/** numpy's name of what a class holds, e.g. of "Float64Array". */
export function dtypeOfClass(name: string): string {
  return own(kinds, name)?.dtype ?? "object";
}

/** MLflow's column type of the elements; undefined for uint64. */
export function scalarOf(array: TypedArray): ScalarType | undefined {
  return scalarOfClass(classOf(array));
}

/** The same for the elements of a class. */
export function scalarOfClass(name: string): ScalarType | undefined {
  return own(kinds, name)?.scalar;
}

/** A Buffer or Uint8Array in a cell is bytes. */
export function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
  return value instanceof ArrayBuffer || value instanceof Uint8Array;
}

/** Subclasses (Node's Buffer) answer with the name of the typed array they are. */
function classOf(array: TypedArray): string {
  return array[Symbol.toStringTag];
}

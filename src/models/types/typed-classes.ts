import type { ScalarType } from "../schema.js";

/** Typed arrays by class, with numpy's name and MLflow's type. */
const classes: Readonly<Record<string, { dtype: string; scalar: ScalarType }>> = {
  Float16Array: { dtype: "float16", scalar: "float" },
  Float32Array: { dtype: "float32", scalar: "float" },
  Float64Array: { dtype: "float64", scalar: "double" },
  Int8Array: { dtype: "int8", scalar: "integer" },
  Int16Array: { dtype: "int16", scalar: "integer" },
  Int32Array: { dtype: "int32", scalar: "integer" },
  Uint8Array: { dtype: "uint8", scalar: "integer" },
  Uint8ClampedArray: { dtype: "uint8", scalar: "integer" },
  Uint16Array: { dtype: "uint16", scalar: "integer" },
  Uint32Array: { dtype: "uint32", scalar: "long" },
  BigInt64Array: { dtype: "int64", scalar: "long" },
  BigUint64Array: { dtype: "uint64", scalar: "long" },
};

export function dtypeOfClass(name: string): string {
  return classes[name]?.dtype ?? "float64";
}

export function scalarOfClass(name: string): ScalarType {
  return classes[name]?.scalar ?? "double";
}

import { own } from "../../own.js";
import type { DataTensor } from "../data/model-data.js";
import { shapeOf } from "../data/nested-array.js";
import { isPlainObject } from "../data/plain-values.js";
import { readData } from "../data/read-data.js";
import { tensorOf } from "../data/tensor-like.js";
import type { Fault } from "./check-value.js";
import type { TensorSpec } from "./schema.js";
import { shapeText } from "./signature.js";

type Report = (name: string | undefined, fault: Fault) => void;

/** What each dtype holds without loss, besides itself. */
const widens: Readonly<Record<string, readonly string[]>> = {
  float64: ["float16", "float32", "int8", "int16", "int32", "uint8", "uint16", "uint32"],
  float32: ["float16", "int8", "int16", "uint8", "uint16"],
  int64: ["int8", "int16", "int32", "uint8", "uint16", "uint32"],
  int32: ["int8", "int16", "uint8", "uint16"],
  int16: ["int8", "uint8"],
  uint64: ["uint8", "uint16", "uint32"],
  uint32: ["uint8", "uint16"],
  uint16: ["uint8"],
};

/** Lowest and highest whole number per dtype. */
const ranges: Readonly<Record<string, readonly [number | bigint, number | bigint]>> = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 4294967295],
  uint64: [0, 2n ** 64n - 1n],
};

/** Checks shape and dtype of tensors; nested lists of numbers are tensors too, typed by what they must hold. */
export function checkTensors(specs: readonly TensorSpec[], data: unknown, report: Report): void {
  if (specs.some(({ name }) => name === undefined)) {
    const [spec] = specs;
    if (spec) checkTensor(spec, data, report);
    return;
  }
  if (!isPlainObject(data)) {
    report(undefined, { kind: "shape", at: "", value: undefined, text: "is not an object of named tensors" });
    return;
  }
  const names = new Set(specs.map(({ name }) => name));
  for (const spec of specs) {
    const value = own(data, spec.name ?? "");
    if (value === undefined || value === null) {
      report(spec.name, {
        kind: "missing",
        at: "",
        value,
        text: `is missing (tensor ${spec.dtype} ${shapeText(spec.shape)})`,
      });
    } else checkTensor(spec, value, report);
  }
  for (const name of Object.keys(data)) {
    if (!names.has(name)) report(name, { kind: "extra", at: "", value: undefined, text: "is not in the signature" });
  }
}

function checkTensor(spec: TensorSpec, data: unknown, report: Report): void {
  const tensor = tensorGiven(data);
  if (!tensor) {
    const ragged = Array.isArray(data) && data.length > 0 && shapeOf(data) === undefined;
    const text = ragged ? "has lists of unequal length" : "is neither a tensor nor a list of numbers";
    report(spec.name, { kind: "shape", at: "", value: undefined, text });
    return;
  }
  const fits =
    tensor.shape.length === spec.shape.length &&
    spec.shape.every((axis, at) => axis === -1 || axis === tensor.shape[at]);
  if (!fits) {
    const text = `has shape ${shapeText(tensor.shape)} where ${shapeText(spec.shape)} is required`;
    report(spec.name, { kind: "shape", at: "", value: undefined, text });
  }
  checkDtype(spec, tensor, report);
}

function checkDtype(spec: TensorSpec, tensor: DataTensor, report: Report): void {
  if (tensor.dtype === spec.dtype || own(widens, spec.dtype)?.includes(tensor.dtype)) return;
  const { values } = tensor;
  const listed = Array.isArray(values);
  // Lists without a value have no type.
  if (listed && values.length === 0) return;
  const numbers = listed && ["float64", "int64", "uint64"].includes(tensor.dtype);
  const range = own(ranges, spec.dtype);
  const fits = numbers ? fitsIn(spec.dtype, tensor.dtype === "float64", range) : undefined;
  if (!listed || fits === undefined) {
    report(spec.name, {
      kind: "shape",
      at: "",
      value: undefined,
      text: `has dtype ${tensor.dtype} where ${spec.dtype} is required`,
    });
    return;
  }
  const at = values.findIndex((value) => !fits(value));
  if (at < 0) return;
  const text = `where ${spec.dtype} is required (flat position ${at})`;
  report(spec.name, { kind: "cast", at: "", value: values[at], text });
}

/** Whether a number of a nested list can stand in a tensor of that dtype; undefined when none can. */
function fitsIn(
  dtype: string,
  plain: boolean,
  range: readonly [number | bigint, number | bigint] | undefined,
): ((value: unknown) => boolean) | undefined {
  if (range !== undefined) {
    const [low, high] = range;
    return (value) =>
      (typeof value === "bigint" || Number.isSafeInteger(value)) &&
      (value as number) >= low &&
      (value as number) <= high;
  }
  if (!plain) return undefined;
  if (dtype === "float64") return () => true;
  const largest = own(largestFloats, dtype);
  return largest === undefined
    ? undefined
    : (value) => {
        const number = value as number;
        return (number <= largest && number >= -largest) || !Number.isFinite(number);
      };
}

/** The largest finite number of each smaller dtype. */
const largestFloats: Readonly<Record<string, number>> = { float16: 65504, float32: 3.4028234663852886e38 };

/** The tensor that data is, nested lists of one type among it. */
export function tensorGiven(data: unknown): DataTensor | undefined {
  const tensor = tensorOf(data);
  if (tensor !== undefined || !Array.isArray(data)) return tensor;
  const read = readData(data, { arrays: "tensor" });
  return read?.kind === "tensors" ? read.tensors[0] : undefined;
}

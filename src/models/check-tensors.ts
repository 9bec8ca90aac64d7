import { own } from "../own.js";
import type { Fault } from "./check-value.js";
import type { DataTensor } from "./data/model-data.js";
import { shapeOf } from "./data/nested-array.js";
import { isPlainObject } from "./data/plain-values.js";
import { readData } from "./data/read-data.js";
import { tensorOf } from "./data/tensor-like.js";
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

/** Lowest and highest whole number per dtype, as far as a number holds them exactly. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 4294967295],
  uint64: [0, Number.MAX_SAFE_INTEGER],
};

/** Checks shape and dtype of tensors; nested lists of numbers are tensors too, typed by what they must hold. */
export function checkTensors(specs: readonly TensorSpec[], data: unknown, report: Report): void {
  if (specs.some(({ name }) => name === undefined)) {
    const [spec] = specs;
    if (spec) checkTensor(spec, data, report);
    return;
  }
  if (!isPlainObject(data)) {
    report(undefined, { kind: "shape", at: "", value: undefined, text: "is no object of tensors by name" });
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
  const tensor = tensorOf(data) ?? nestedTensor(data);
  if (!tensor) {
    const ragged = Array.isArray(data) && data.length > 0 && shapeOf(data) === undefined;
    const text = ragged ? "has lists of unequal length" : "is no tensor and no list of numbers";
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
  const plain = Array.isArray(tensor.values) && tensor.dtype === "float64";
  if (plain && spec.dtype.startsWith("float")) return;
  const range = plain ? own(ranges, spec.dtype) : undefined;
  if (range && Array.isArray(tensor.values)) {
    const [low, high] = range;
    const at = tensor.values.findIndex((value) => !(Number.isInteger(value) && value >= low && value <= high));
    if (at < 0) return;
    const text = `where ${spec.dtype} is required (flat position ${at})`;
    report(spec.name, { kind: "cast", at: "", value: tensor.values[at], text });
    return;
  }
  report(spec.name, {
    kind: "shape",
    at: "",
    value: undefined,
    text: `has dtype ${tensor.dtype} where ${spec.dtype} is required`,
  });
}

function nestedTensor(data: unknown): DataTensor | undefined {
  const read = Array.isArray(data) ? readData(data, { arrays: "tensor" }) : undefined;
  return read?.kind === "tensors" ? read.tensors[0] : undefined;
}

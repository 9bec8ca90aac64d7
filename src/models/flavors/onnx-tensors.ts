import { ModelError } from "../../errors.js";
import { own } from "../../own.js";
import type { DataColumn, DataTensor } from "../data/model-data.js";
import { readData } from "../data/read-data.js";
import { dataOf, ordered, toRows } from "../signature/model-rows.js";
import type { Schema, TensorSpec } from "../signature/schema.js";

/** @see onnxruntime-common `InferenceSession.ValueMetadata` */
export interface OnnxValueInfo {
  readonly name: string;
  readonly isTensor: boolean;
  /** "float32", "int64", "string", …; only of tensors. */
  readonly type?: string;
  /** A text is a free axis. */
  readonly shape?: ReadonlyArray<number | string>;
}

export interface OnnxTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<unknown>;
}

export interface TensorFeed {
  name: string;
  type: string;
  values: unknown;
  dims: readonly number[];
}

/**
 * Data as the tensors that a model takes, by MLflow's rules for its `onnx` flavor: a model of one input gets the columns
 * side by side, one of several gets the column, or tensor, of each input's name.
 * @throws {ModelError} INVALID_PARAMETER_VALUE when an input has no data, or of a type that cannot be turned into its own
 */
export function tensorFeeds(inputs: readonly OnnxValueInfo[], data: unknown, schema: Schema | undefined): TensorFeed[] {
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined) return [singleFeed(only, data, schema)];
  const read = dataOf(data);
  return inputs.map((info) => {
    if (read.kind === "tensors") {
      const tensor = read.tensors.find(({ name }) => name === info.name);
      if (tensor === undefined)
        throw noInput(
          info,
          read.tensors.map(({ name }) => name),
        );
      return ofTensor(info, tensor);
    }
    const column = read.columns.find(({ name }) => name === info.name);
    if (column === undefined)
      throw noInput(
        info,
        read.columns.map(({ name }) => name),
      );
    return ofColumn(info, column, read.rows);
  });
}

/** The spec of an input or output in a signature; one alone needs no name. Undefined for anything but a tensor. */
export function tensorSpec(info: OnnxValueInfo, count: number): TensorSpec | undefined {
  if (!info.isTensor || info.type === undefined) return undefined;
  const shape = (info.shape ?? []).map((axis) => (typeof axis === "number" && axis >= 0 ? axis : -1));
  return { name: count === 1 ? undefined : info.name, dtype: info.type === "string" ? "str" : info.type, shape };
}

/** One value for each row: a flat list for `[n]` and `[n, 1]`, nested lists for more. Whole numbers of 64 bits become numbers. */
export function outputValue(tensor: OnnxTensor | undefined): unknown {
  if (tensor === undefined) return undefined;
  const { dims, data } = tensor;
  const values = Array.from(data, (value) => (typeof value === "bigint" ? toNumber(value) : value));
  const bools = tensor.type === "bool" ? values.map(Boolean) : values;
  const shape = dims.length === 2 && dims[1] === 1 ? dims.slice(0, 1) : dims;
  return nest(bools, shape);
}

function singleFeed(info: OnnxValueInfo, data: unknown, schema: Schema | undefined): TensorFeed {
  const read = dataOf(data);
  if (read.kind === "tensors") {
    const tensor = read.tensors.length === 1 ? read.tensors[0] : read.tensors.find(({ name }) => name === info.name);
    if (tensor === undefined)
      throw noInput(
        info,
        read.tensors.map(({ name }) => name),
      );
    return ofTensor(info, tensor);
  }
  const columns = ordered(read.columns, schema);
  const [column] = columns;
  if (columns.length === 1 && column !== undefined && column.name === undefined) {
    // Lists in lists, as deep as they are.
    const nested = readData(data, { arrays: "tensor" });
    if (nested?.kind === "tensors" && nested.tensors[0] !== undefined) return ofTensor(info, nested.tensors[0]);
  }
  if (columns.length === 1 && column !== undefined) return ofColumn(info, column, read.rows);
  if (info.type === "string") {
    const texts = Array.from({ length: read.rows }, (_, row) => columns.map((one) => one.at(row))).flat();
    return feed(info, texts, [read.rows, columns.length]);
  }
  const rows = toRows(data, schema);
  return feed(info, rows.flat(), [rows.length, rows[0]?.length ?? 0]);
}

function ofTensor(info: OnnxValueInfo, { values, shape }: DataTensor): TensorFeed {
  if (values === undefined) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `The tensor for input '${info.name}' has no values in memory.`);
  }
  return feed(info, values, shape);
}

function ofColumn(info: OnnxValueInfo, column: DataColumn, rows: number): TensorFeed {
  const values = Array.from({ length: rows }, (_, row) => column.at(row));
  const lists = values.filter((value): value is unknown[] => Array.isArray(value) || ArrayBuffer.isView(value));
  if (lists.length > 0 && lists.length === rows) {
    return feed(
      info,
      lists.flatMap((list) => Array.from(list)),
      [rows, lists[0]?.length ?? 0],
    );
  }
  return feed(info, values, (info.shape?.length ?? 2) >= 2 ? [rows, 1] : [rows]);
}

function feed(info: OnnxValueInfo, values: ArrayLike<unknown>, dims: readonly number[]): TensorFeed {
  const { name, type = "float32" } = info;
  const make = own(makers, type);
  if (make === undefined) {
    throw new ModelError("NOT_IMPLEMENTED", `Input '${name}' is of type ${type}, which is not supported.`);
  }
  try {
    return { name, type, values: make(values), dims };
  } catch (cause) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `Input '${name}' takes ${type}: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

const makers: Readonly<Record<string, (values: ArrayLike<unknown>) => unknown>> = {
  float32: (values) => Float32Array.from(values, asNumber),
  float64: (values) => Float64Array.from(values, asNumber),
  int8: (values) => Int8Array.from(values, asWhole),
  uint8: (values) => Uint8Array.from(values, asWhole),
  int16: (values) => Int16Array.from(values, asWhole),
  uint16: (values) => Uint16Array.from(values, asWhole),
  int32: (values) => Int32Array.from(values, asWhole),
  uint32: (values) => Uint32Array.from(values, asWhole),
  int64: (values) => BigInt64Array.from(values as ArrayLike<never>, (value: unknown) => asBigInt(value)),
  uint64: (values) => BigUint64Array.from(values as ArrayLike<never>, (value: unknown) => asBigInt(value)),
  bool: (values) => Uint8Array.from(values, (value) => (value ? 1 : 0)),
  string: (values) => Array.from(values, String),
};

function asNumber(value: unknown): number {
  if (typeof value === "number") return value;
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  throw new Error(`got ${typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : typeof value}`);
}

function asWhole(value: unknown): number {
  const number = asNumber(value);
  if (!Number.isInteger(number)) throw new Error(`${number} is not a whole number`);
  return number;
}

function asBigInt(value: unknown): bigint {
  return typeof value === "bigint" ? value : BigInt(asWhole(value));
}

function toNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function nest(values: unknown[], shape: readonly number[]): unknown {
  if (shape.length === 0) return values[0];
  const [length = 0, ...inner] = shape;
  if (inner.length === 0) return values;
  const size = inner.reduce((product, axis) => product * axis, 1);
  return Array.from({ length }, (_, at) => nest(values.slice(at * size, (at + 1) * size), inner));
}

function noInput(info: OnnxValueInfo, names: ReadonlyArray<string | undefined>): ModelError {
  const given = names.map((name) => name ?? "(unnamed)").join(", ");
  return new ModelError("INVALID_PARAMETER_VALUE", `The model's input '${info.name}' has no data; given: ${given}.`, {
    hint: "Name the columns or tensors after the model's inputs.",
  });
}

import { ModelError } from "../../errors.js";
import { classOf } from "../../own.js";
import { isThenable, typeOf, wrongType } from "../../tracking/value-type.js";
import type { ColumnData, DataColumn, DataTensor, ReadOptions } from "../data/model-data.js";
import { readData } from "../data/read-data.js";
import { inferParams } from "./infer-params.js";
import { inferColumn } from "./infer-type.js";
import type { ColumnSpec, Schema, TensorSpec } from "./schema.js";
import { ModelSignature } from "./signature.js";

/**
 * How data is read. JavaScript has one kind of number, so a column of 1, 2, 3 says nothing about whole numbers: it is
 * `double` unless `integers: "long"` is asked for. (A `long` column refuses 2.5 and, in Python, a missing value.)
 */
export type InferOptions = ReadOptions;

/**
 * Learns a signature from the data a model is given, what it predicts, and the params of a call.
 * @param input - records, columns, lists, typed arrays, Arrow tables, data frames (arquero, polars, danfo), tensors
 * (tfjs, onnxruntime, ml-matrix), or one value
 * @param output - the same, of what the model predicts
 * @param params - scalars, lists or objects by name: the defaults
 * @returns the signature MLflow's `infer_signature` gives for the same data; a column whose values have no one type in
 * common is `any` and leaves the others as they are
 * @throws {ModelError} INVALID_PARAMETER_VALUE when nothing is given, or something that holds no data
 */
export function inferSignature(
  input?: unknown,
  output?: unknown,
  params?: Readonly<Record<string, unknown>>,
  options: InferOptions = {},
): ModelSignature {
  const inputs = input === undefined || input === null ? undefined : inferSchema(input, options, "input");
  const outputs = output === undefined || output === null ? undefined : inferSchema(output, options, "output");
  return new ModelSignature({
    ...(inputs ? { inputs } : {}),
    ...(outputs ? { outputs } : {}),
    ...(params ? { params: inferParams(params, options.integers ?? "double") } : {}),
  });
}

/**
 * The schema of one dataset. @param part - what the data is, for the error
 * @throws {ModelError} INVALID_PARAMETER_VALUE when `data` is nothing that holds data
 */
export function inferSchema(data: unknown, options: InferOptions = {}, part = "data"): Schema {
  try {
    return schemaOf(data, options, part);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ModelError("INVALID_PARAMETER_VALUE", `The ${part} is circular, or nested too deeply.`, { cause });
  }
}

function schemaOf(data: unknown, options: InferOptions, part: string): Schema {
  // As MLflow has it since 2.9: an empty list is a column of text.
  if (Array.isArray(data) && data.length === 0) {
    return { kind: "columns", columns: [{ name: undefined, type: { type: "string" }, required: true }] };
  }
  if (isThenable(data)) throw wrongType(`A signature cannot be inferred from this ${part}: ${typeOf(data)}.`, data);
  const read = readData(data, options);
  if (!read) {
    const got =
      typeof data === "object" ? (data === null ? "null" : (classOf(data)?.name ?? "an object")) : `a ${typeof data}`;
    throw new ModelError("INVALID_PARAMETER_VALUE", `A signature cannot be inferred from this ${part}: ${got}.`, {
      hint: "Pass records, columns, lists, typed arrays, tensors, an Arrow table or a data frame.",
    });
  }
  if (read.kind === "columns") return { kind: "columns", columns: columnSpecs(read, options.integers ?? "double") };
  // A number in a tensor of no axis has no rows to leave free.
  if (read.tensors.some(({ shape }) => shape.length === 0)) {
    return { kind: "columns", columns: [{ name: undefined, type: { type: "any" }, required: true }] };
  }
  return { kind: "tensors", tensors: read.tensors.map(tensorSpec) };
}

function columnSpecs(data: ColumnData, integers: "double" | "long"): ColumnSpec[] {
  return data.columns.map((column): ColumnSpec => {
    const { type, missing } = column.type ? declared(column, data.rows) : inferredOf(column, data.rows, integers);
    // A column without a name cannot be optional. In one record, a list is there even if it holds nulls.
    const required = column.name === undefined || !(missing || (data.single && hasMissing(column)));
    return { name: column.name, type, required };
  });
}

function inferredOf(column: DataColumn, rows: number, integers: "double" | "long") {
  const { type, missing, nan } = inferColumn(rows, column.at, integers);
  return { type, missing: missing || (nan && column.nanIsMissing === true) };
}

function declared(column: DataColumn, rows: number) {
  let missing = false;
  for (let row = 0; row < rows && !missing; row++) missing = isGap(column.at(row));
  return { type: column.type ?? { type: "any" as const }, missing };
}

/** One record's list of values with a gap is optional in MLflow. */
function hasMissing(column: DataColumn): boolean {
  const value = column.at(0);
  return Array.isArray(value) && value.some(isGap);
}

function isGap(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

/** The first axis counts rows: it is free. */
function tensorSpec({ name, dtype, shape }: DataTensor): TensorSpec {
  return { name, dtype, shape: [-1, ...shape.slice(1)] };
}

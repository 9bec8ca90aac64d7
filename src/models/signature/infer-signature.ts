import { ModelError } from "../../errors.js";
import { classOf } from "../../own.js";
import { isThenable, typeOf, wrongType } from "../../tracking/value-type.js";
import type { ColumnData, DataColumn, DataTensor, ReadOptions } from "../data/model-data.js";
import { isPlainObject } from "../data/plain-values.js";
import { readData } from "../data/read-data.js";
import { isTypedArray } from "../data/typed-array.js";
import { inferColumn, isMissing, typeOfValue } from "./infer-type.js";
import {
  type ColumnSpec,
  type ColumnType,
  isScalarType,
  type ParamSpec,
  type Schema,
  sameType,
  type TensorSpec,
} from "./schema.js";
import { ModelSignature, type SignatureTexts } from "./signature.js";

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
function inferSchema(data: unknown, options: InferOptions = {}, part = "data"): Schema {
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

/**
 * A signature as it is; else the one that `value` says in texts (`toJSON`, an MLmodel file), also one of another copy of the
 * package; else the one learnt from data.
 * @throws {ModelError} INVALID_PARAMETER_VALUE for null and undefined, and for data that has no signature
 */
export function toSignature(value: unknown): ModelSignature {
  if (value === undefined || value === null) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `A signature cannot be made from ${String(value)}.`, {
      hint: "Pass a signature, or data to infer one from.",
    });
  }
  if (value instanceof ModelSignature) return value;
  const texts = signatureTexts(value);
  return texts === undefined ? inferSignature(value) : ModelSignature.fromJSON(texts);
}

/** The texts of a signature's parts; undefined for any other value. */
export function signatureTexts(value: unknown): SignatureTexts | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const json: unknown = "toJSON" in value && typeof value.toJSON === "function" ? value.toJSON() : value;
  if (typeof json !== "object" || json === null) return undefined;
  const parts = Object.entries(json);
  const known = parts.every(([key, part]) => ["inputs", "outputs", "params"].includes(key) && typeof part === "string");
  return known && parts.length > 0 ? (json as SignatureTexts) : undefined;
}

/**
 * The params of a call by their defaults: scalars, lists of scalars, objects.
 * @throws {ModelError} INVALID_PARAMETER_VALUE listing every default that has no type: null, an empty or mixed list, bytes
 */
function inferParams(params: Readonly<Record<string, unknown>>, integers: "double" | "long"): ParamSpec[] {
  const problems: string[] = [];
  const specs = Object.entries(params).flatMap(([name, value]): ParamSpec[] => {
    const spec = paramOf(name, value, integers);
    if (typeof spec !== "string") return [spec];
    problems.push(`'${name}' ${spec}`);
    return [];
  });
  if (problems.length > 0) {
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      `The type of these params cannot be inferred: ${problems.join("; ")}.`,
      {
        hint: "A param's default must be text, a number, a boolean, a Date, a list of one of these, or an object.",
      },
    );
  }
  return specs;
}

function paramOf(name: string, value: unknown, integers: "double" | "long"): ParamSpec | string {
  if (isMissing(value)) return "is missing";
  const items = isTypedArray(value) ? Array.from<unknown>(value) : value;
  if (Array.isArray(items)) {
    if (items.length === 0) return "is an empty list";
    const type = listType(items, integers);
    if (typeof type === "string") return type;
    return { name, type, default: items.map(defaultOf), shape: [-1] };
  }
  const type = typeOfValue(items, integers);
  if (type.type === "binary") return "is bytes, which JSON cannot represent";
  if (type.type === "object") return { name, type, default: defaultOf(items), shape: undefined };
  if (!isScalarType(type.type)) return `has a value of an unsupported type (${typeof value})`;
  return { name, type, default: defaultOf(items), shape: undefined };
}

function listType(items: readonly unknown[], integers: "double" | "long"): ColumnType | string {
  const types = items.map((item) => typeOfValue(item, integers));
  if (types.some(({ type }) => type === "array")) return "is a list of lists";
  const numbers = types.every(({ type }) => type === "long" || type === "double");
  const [first] = types;
  if (first === undefined) return "is an empty list";
  if (numbers) return types.some(({ type }) => type === "double") ? { type: "double" } : { type: "long" };
  if (!isScalarType(first.type) || first.type === "binary" || !types.every((type) => sameType(type, first))) {
    return "is a list without a common scalar type";
  }
  return first;
}

/** Dates as Python's `isoformat` has them; big integers as numbers, when a number holds them. */
function defaultOf(value: unknown): unknown {
  if (value instanceof Date) {
    const [seconds = "", rest = "000Z"] = value.toISOString().split(".");
    return rest === "000Z" ? seconds : `${seconds}.${rest.slice(0, 3)}000`;
  }
  if (Array.isArray(value)) return value.map(defaultOf);
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, defaultOf(item)]));
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

import { ModelError } from "../../errors.js";
import { isRecord } from "../../schema.js";
import { toNumber } from "./cast-value.js";
import { parseExact, plainIntegers, stringifyExact } from "./exact-json.js";
import { PythonFloat, pythonJson } from "./python-text.js";
import {
  type ColumnSpec,
  type ColumnType,
  isScalarType,
  type ParamSpec,
  type Schema,
  type TensorSpec,
} from "./schema.js";

/** The one place that knows a schema's JSON, as it stands in an MLmodel file. */

/** @returns JSON text, equal to MLflow's to the letter */
export function schemaToJson(schema: Schema): string {
  return pythonJson(
    schema.kind === "tensors"
      ? schema.tensors.map(tensorJson)
      : schema.columns.map(({ name, type, required }) => ({ ...typeJson(type), name, required })),
  );
}

/** @returns JSON text, equal to MLflow's to the letter */
export function paramsToJson(params: readonly ParamSpec[]): string {
  return pythonJson(
    params.map((param) => ({
      name: param.name,
      default: pythonDefault(param),
      shape: param.shape ?? null,
      ...typeJson(param.type),
    })),
  );
}

/** A default as Python holds it: a double's 1 is a float. */
export function pythonDefault({ type, default: value }: ParamSpec): unknown {
  const floats = type.type === "double" || type.type === "float";
  const one = (item: unknown) => (floats && typeof item === "number" ? new PythonFloat(item) : item);
  if (type.type === "object") return objectDefault(value, type);
  return Array.isArray(value) ? value.map(one) : one(value);
}

function objectDefault(value: unknown, type: ColumnType): unknown {
  if (type.type === "double" && typeof value === "number") return new PythonFloat(value);
  if (type.type === "array" && Array.isArray(value)) return value.map((item) => objectDefault(item, type.items));
  if (type.type === "object" && isRecord(value)) {
    const types = new Map(type.properties.map((property) => [property.name, property.type]));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, objectDefault(item, types.get(key) ?? { type: "any" })]),
    );
  }
  return value;
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE when the text is no schema */
export function schemaFromJson(text: string): Schema {
  const items = parseList(text, "schema");
  const isTensor = (item: Record<string, unknown>) => item.type === "tensor";
  if (items.length === 0) throw invalid("An empty list is not a schema.");
  if (items.every(isTensor)) return { kind: "tensors", tensors: items.map(tensorOf) };
  if (items.some(isTensor)) throw invalid("A schema can have columns or tensors, but not both.");
  return { kind: "columns", columns: items.map(columnOf) };
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE when the text is no list of params */
export function paramsFromJson(text: string): ParamSpec[] {
  return parseList(text, "params").map((item) => {
    const { name, shape } = item;
    if (typeof name !== "string") throw invalid("A param has no name.");
    // Files of MLflow 2.6 say `dtype`.
    const type = typeOf({ ...item, type: item.type ?? item.dtype }, `param '${name}'`);
    return { name, type, default: readDefault(item.default ?? null, type), shape: isShape(shape) ? shape : undefined };
  });
}

/** A default of a double is a number, also where JSON has a text for NaN or more digits than a double. */
function readDefault(value: unknown, type: ColumnType): unknown {
  if (Array.isArray(value)) return value.map((item) => readDefault(item, type.type === "array" ? type.items : type));
  if (type.type === "object" && isRecord(value)) {
    const types = new Map(type.properties.map((property) => [property.name, property.type]));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, readDefault(item, types.get(key) ?? { type: "any" })]),
    );
  }
  if (type.type === "double" || type.type === "float") return toNumber(value);
  return type.type === "long" ? value : plainIntegers(value);
}

function typeJson(type: ColumnType): Record<string, unknown> {
  switch (type.type) {
    case "array":
      return { type: "array", items: typeJson(type.items) };
    case "map":
      return { type: "map", values: typeJson(type.values) };
    case "object": {
      const properties = type.properties.map(
        (property) => [property.name, { ...typeJson(property.type), required: property.required }] as const,
      );
      return { type: "object", properties: Object.fromEntries(properties) };
    }
    default:
      return { type: type.type };
  }
}

function tensorJson({ name, dtype, shape }: TensorSpec): Record<string, unknown> {
  return { name, type: "tensor", "tensor-spec": { dtype, shape } };
}

function columnOf(item: Record<string, unknown>): ColumnSpec {
  const { name } = item;
  const named = typeof name === "string" || typeof name === "number" ? name : undefined;
  // MLflow before 2.9 wrote `optional` and left it out for required columns.
  const required = typeof item.required === "boolean" ? item.required : item.optional !== true;
  return { name: named, type: typeOf(item, named === undefined ? "a column" : `column '${named}'`), required };
}

function tensorOf(item: Record<string, unknown>): TensorSpec {
  const spec = item["tensor-spec"];
  if (!isRecord(spec) || typeof spec.dtype !== "string" || !isShape(spec.shape)) {
    throw invalid(`A tensor needs "tensor-spec" with dtype and shape; got ${stringifyExact(item)}.`);
  }
  return { name: typeof item.name === "string" ? item.name : undefined, dtype: spec.dtype, shape: spec.shape };
}

function typeOf(item: Record<string, unknown>, where: string): ColumnType {
  const { type } = item;
  if (typeof type !== "string") throw invalid(`The type of ${where} is missing.`);
  if (type === "any" || type === "sparkml_vector") return { type };
  if (isScalarType(type)) return { type };
  if (type === "array" && isRecord(item.items)) return { type, items: typeOf(item.items, where) };
  if (type === "map" && isRecord(item.values)) return { type, values: typeOf(item.values, where) };
  if (type === "object" && isRecord(item.properties)) {
    const properties = Object.entries(item.properties).map(([name, value]) => {
      if (!isRecord(value)) throw invalid(`Property '${name}' of ${where} has no type.`);
      return { name, type: typeOf(value, `${where}.${name}`), required: value.required !== false };
    });
    return { type, properties };
  }
  throw invalid(`The type of ${where} is not one of MLflow's: ${stringifyExact(type)}.`);
}

function parseList(text: string, what: string): Record<string, unknown>[] {
  let parsed: unknown;
  try {
    parsed = parseExact(withoutNaN(text));
  } catch (cause) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `The signature's ${what} is not valid JSON: ${text.slice(0, 80)}`, {
      cause,
    });
  }
  if (!Array.isArray(parsed) || !parsed.every(isRecord))
    throw invalid(`The signature's ${what} is not a list of objects.`);
  return parsed;
}

/** Python writes NaN and infinities as they are, which JSON has not: they become texts. */
function withoutNaN(text: string): string {
  if (!/[\s:[](?:NaN|-?Infinity)/.test(text)) return text;
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\bNaN\b|-?\bInfinity\b/g, (part) =>
    part.startsWith('"') ? part : `"${part}"`,
  );
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((axis) => Number.isInteger(axis));
}

function invalid(message: string): ModelError {
  return new ModelError("INVALID_PARAMETER_VALUE", message, {
    hint: "Write a signature as in an MLmodel file: JSON lists under inputs, outputs and params.",
  });
}

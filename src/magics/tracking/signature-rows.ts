import type { DataColumn } from "../../models/data/model-data.js";
import { readData } from "../../models/data/read-data.js";
import type { ColumnSpec, ParamSpec, Schema, TensorSpec } from "../../models/schema.js";
import { type ModelSignature, shapeText, typeText } from "../../models/signature.js";
import type { SignatureRow, SignatureRows } from "../../render/rows.js";

/** What `signatureTable` draws; ranges and examples come from the data that the signature was learnt from, if there is any. */
export function signatureRows(signature: ModelSignature, data?: unknown): SignatureRows {
  const read = data === undefined ? undefined : readData(data, {});
  const columns = read?.kind === "columns" ? read.columns : [];
  return {
    inputs: schemaRows(signature.inputs, columns),
    outputs: schemaRows(signature.outputs, []),
    params: (signature.params ?? []).map(paramRow),
  };
}

function schemaRows(schema: Schema | undefined, data: readonly DataColumn[]): SignatureRow[] {
  if (schema === undefined) return [];
  if (schema.kind === "tensors") return schema.tensors.map(tensorRow);
  return schema.columns.map((spec, at) => columnRow(spec, spec.name === undefined ? data[at] : named(data, spec.name)));
}

function named(columns: readonly DataColumn[], name: string | number): DataColumn | undefined {
  return columns.find((column) => column.name === String(name));
}

function columnRow(spec: ColumnSpec, data: DataColumn | undefined): SignatureRow {
  const values =
    data === undefined ? [] : Array.from(data.values()).filter((value) => value !== null && value !== undefined);
  return {
    name: spec.name === undefined ? undefined : String(spec.name),
    type: typeText(spec.type),
    required: spec.required,
    ...rangeOf(values),
    ...(values.length === 0 ? {} : { example: exampleText(values[0]) }),
  };
}

function tensorRow({ name, dtype, shape }: TensorSpec): SignatureRow {
  return { name, type: dtype, required: true, shape: shapeText(shape) };
}

/** A param has a default, so none is required. */
function paramRow(param: ParamSpec): SignatureRow {
  return {
    name: param.name,
    type: typeText(param.type),
    required: false,
    ...(param.shape === undefined ? {} : { shape: shapeText(param.shape) }),
    example: exampleText(param.default),
  };
}

function rangeOf(values: readonly unknown[]): { range?: string } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (typeof value !== "number" || Number.isNaN(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { range: `${shortNumber(low)} to ${shortNumber(high)}` } : {};
}

function exampleText(value: unknown): string {
  if (typeof value === "number") return shortNumber(value);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  const text = typeof value === "object" ? JSON.stringify(value, bigIntsAsText) : String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function bigIntsAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

import type { ModelData } from "../data/model-data.js";
import { readData } from "../data/read-data.js";
import { stringifyExact } from "./exact-json.js";
import { isMissing } from "./infer-type.js";
import type { ParamSpec, Schema } from "./schema.js";
import { type ModelSignature, shapeText, typeText } from "./signature.js";

/** One line of a signature's table. */
export interface SignatureLine {
  name: string | undefined;
  type: string;
  required: boolean;
  shape?: string;
  /** Lowest and highest value of numbers and dates, e.g. "0.2 … 0.8". */
  range?: string;
  /** The first value that is there. */
  example?: string;
}

/** A signature as lines of a table, with ranges and examples where the data it was learnt from is at hand. */
export function signatureLines(
  signature: ModelSignature,
  data: { input?: unknown; output?: unknown } = {},
): { inputs: SignatureLine[]; outputs: SignatureLine[]; params: SignatureLine[] } {
  return {
    inputs: schemaLines(signature.inputs, readData(data.input)),
    outputs: schemaLines(signature.outputs, readData(data.output)),
    params: (signature.params ?? []).map(paramLine),
  };
}

function schemaLines(schema: Schema | undefined, data: ModelData | undefined): SignatureLine[] {
  if (!schema) return [];
  const seenIn = (name: string | undefined) => {
    if (data?.kind === "columns") {
      const column = data.columns.find((candidate) => candidate.name === name);
      return column ? seen(data.rows, column.at) : {};
    }
    const values = data?.tensors.find((tensor) => tensor.name === name)?.values;
    return values ? seen(values.length, (at) => values[at]) : {};
  };
  if (schema.kind === "tensors") {
    return schema.tensors.map(({ name, dtype, shape }) => {
      return { name, type: dtype, required: true, shape: shapeText(shape), ...seenIn(name) };
    });
  }
  return schema.columns.map(({ name, type, required }) => {
    const key = name === undefined ? undefined : String(name);
    return { name: key, type: typeText(type), required, ...seenIn(key) };
  });
}

function paramLine({ name, type, default: value, shape }: ParamSpec): SignatureLine {
  const text = stringifyExact(value);
  return { name, type: typeText(type), required: false, ...(shape ? { shape: shapeText(shape) } : {}), example: text };
}

function seen(count: number, valueAt: (at: number) => unknown): { range?: string; example?: string } {
  let low: number | Date | undefined;
  let high: number | Date | undefined;
  let example: unknown;
  for (let at = 0; at < count; at++) {
    const value = valueAt(at);
    if (isMissing(value)) continue;
    example ??= value;
    if (!(typeof value === "number" || value instanceof Date) || Number.isNaN(Number(value))) continue;
    if (low === undefined || value < low) low = value;
    if (high === undefined || value > high) high = value;
  }
  return {
    ...(low !== undefined && high !== undefined ? { range: `${text(low)} … ${text(high)}` } : {}),
    ...(example !== undefined ? { example: text(example) } : {}),
  };
}

function text(value: unknown): string {
  if (value instanceof Date) return value.toISOString().replace(".000Z", "Z");
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  const json = JSON.stringify(value, (_, item) => (typeof item === "bigint" ? String(item) : item));
  return json === undefined ? String(value) : json.length > 60 ? `${json.slice(0, 59)}…` : json;
}

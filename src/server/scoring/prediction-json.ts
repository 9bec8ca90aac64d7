import { readData } from "../../models/data/read-data.js";
import { isBytes, isTypedArray } from "../../models/data/typed-array.js";

/** The body of an answer: `{"predictions": …}`, MLflow's form. NaN and Infinity become null, which JSON has for them. */
export function predictionJson(predictions: unknown): string {
  return `{"predictions": ${JSON.stringify(jsonable(predictions)) ?? "null"}}`;
}

/** Data frames become lists of records, typed arrays lists, times ISO text, bytes base64; large integers stay exact, as text. */
function jsonable(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "object":
      return value === null ? null : objectJson(value);
    case "function":
    case "symbol":
    case "undefined":
      return null;
    default:
      return value;
  }
}

function objectJson(value: object): unknown {
  // Most answers are lists of numbers: they go as they are.
  if (Array.isArray(value)) return value.every((item) => typeof item === "number") ? value : value.map(jsonable);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Buffer.isBuffer(value) || (isBytes(value) && value.constructor !== Uint8Array)) {
    return Buffer.from(value as Uint8Array).toString("base64");
  }
  if (isTypedArray(value)) return Array.from<unknown, unknown>(value, jsonable);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), jsonable(item)]));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return entriesJson(value);
  if ("toJSON" in value && typeof value.toJSON === "function") return value;
  const frame = readData(value);
  if (frame?.kind === "columns") {
    return Array.from({ length: frame.rows }, (_, row) =>
      Object.fromEntries(frame.columns.map(({ name, at }, place) => [name ?? String(place), jsonable(at(row))])),
    );
  }
  return entriesJson(value);
}

function entriesJson(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonable(item)]));
}

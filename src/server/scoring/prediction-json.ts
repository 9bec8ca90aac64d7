import { readData } from "../../models/data/read-data.js";
import { isBytes, isTypedArray } from "../../models/data/typed-array.js";
import { stringifyExact } from "../../models/signature/exact-json.js";
import { classOf } from "../../own.js";

/**
 * The body of an answer: `{"predictions": …}`, MLflow's form. NaN and Infinity become null, which JSON has for them; whole
 * numbers have all their digits.
 */
export function predictionJson(predictions: unknown): string {
  const found = { large: false };
  const value = jsonable(predictions, found);
  return `{"predictions": ${found.large ? stringifyExact(value) : (JSON.stringify(value) ?? "null")}}`;
}

/** Whether there is a BigInt beyond 2^53, which JSON.stringify refuses. */
interface Found {
  large: boolean;
}

/** Data frames become lists of records, typed arrays lists, times ISO text, bytes base64. */
function jsonable(value: unknown, found: Found): unknown {
  switch (typeof value) {
    case "bigint":
      if (Number.isSafeInteger(Number(value))) return Number(value);
      found.large = true;
      return value;
    case "object":
      return value === null ? null : objectJson(value, found);
    case "function":
    case "symbol":
    case "undefined":
      return null;
    default:
      return value;
  }
}

function objectJson(value: object, found: Found): unknown {
  const inner = (item: unknown) => jsonable(item, found);
  // Most answers are lists of numbers: they go as they are.
  if (Array.isArray(value)) return value.every((item) => typeof item === "number") ? value : value.map(inner);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (isBytes(value) && classOf(value) !== Uint8Array) return Buffer.from(value as Uint8Array).toString("base64");
  if (isTypedArray(value)) return Array.from<unknown, unknown>(value, inner);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), inner(item)]));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return entriesJson(value, found);
  if ("toJSON" in value && typeof value.toJSON === "function") return inner(value.toJSON());
  const frame = readData(value);
  if (frame?.kind === "columns") {
    return Array.from({ length: frame.rows }, (_, row) =>
      Object.fromEntries(frame.columns.map(({ name, at }, index) => [name ?? String(index), inner(at(row))])),
    );
  }
  return entriesJson(value, found);
}

function entriesJson(value: object, found: Found): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonable(item, found)]));
}

import { readIsoTime } from "../../iso-time.js";
import { own } from "../../own.js";
import { isPlainObject } from "../data/plain-values.js";
import { isBytes, isTypedArray } from "../data/typed-array.js";
import { isBase64 } from "./cast-value.js";
import { isMissing } from "./infer-type.js";
import type { ColumnType, ScalarType } from "./schema.js";
import { typeText } from "./signature.js";

/** What is wrong with one value. `at` leads into nested values, e.g. ".x[3]". */
export interface Fault {
  kind: "type" | "cast" | "null" | "missing" | "extra" | "shape";
  at: string;
  value: unknown;
  text: string;
}

export interface CheckOptions {
  /** The data came as JSON: bytes are base64 text. Times as ISO text are taken in either case. */
  json?: boolean;
}

/** The largest finite 32-bit float. */
const maxFloat = 3.4028234663852886e38;
const maxLong = 2n ** 63n - 1n;

/** Whether a value that is there is of the type, exactly or by a cast that loses nothing. Called once per value: fast. */
export const accepts: Readonly<Record<ScalarType, (value: unknown, options: CheckOptions) => boolean>> = {
  double: (value) => typeof value === "number",
  // Rounding to 32 bits is what the type says; overflow is not.
  float: (value) => typeof value === "number" && !(Math.abs(value) > maxFloat && Number.isFinite(value)),
  long: (value) =>
    Number.isSafeInteger(value) || (typeof value === "bigint" && value <= maxLong && value >= -maxLong - 1n),
  integer: (value) => typeof value === "number" && (value | 0) === value,
  boolean: (value) => typeof value === "boolean",
  string: (value) => typeof value === "string",
  binary: (value, { json }) => isBytes(value) || (json === true && isBase64(value)),
  datetime: (value) => value instanceof Date || (typeof value === "string" && readIsoTime(value) !== undefined),
};

/**
 * Checks one value that is there.
 * @param report - called once per fault, in order; nested values report their own
 */
export function checkValue(
  value: unknown,
  type: ColumnType,
  options: CheckOptions,
  report: (fault: Fault) => void,
): void {
  switch (type.type) {
    case "any":
      return;
    case "array":
      checkList(value, type.items, type, options, report);
      return;
    case "sparkml_vector":
      checkList(value, { type: "double" }, type, options, report);
      return;
    case "map":
      checkMap(value, type, options, report);
      return;
    case "object":
      checkObject(value, type, options, report);
      return;
    default:
      if (!accepts[type.type](value, options)) report(scalarFault(value, type.type));
  }
}

function checkList(
  value: unknown,
  items: ColumnType,
  type: ColumnType,
  options: CheckOptions,
  report: (fault: Fault) => void,
): void {
  if (!Array.isArray(value) && !isTypedArray(value)) {
    report(wrongType(value, type));
    return;
  }
  const list: ArrayLike<unknown> = value;
  for (let at = 0; at < list.length; at++) {
    const item = list[at];
    // A list may have gaps: MLflow's schema has no word to forbid them.
    if (isMissing(item)) continue;
    checkValue(item, items, options, inside(`[${at}]`, report));
  }
}

function checkMap(
  value: unknown,
  type: ColumnType & { type: "map" },
  options: CheckOptions,
  report: (fault: Fault) => void,
): void {
  const entries = value instanceof Map ? [...value] : isPlainObject(value) ? Object.entries(value) : undefined;
  if (!entries) {
    report(wrongType(value, type));
    return;
  }
  for (const [key, item] of entries) {
    if (!isMissing(item)) checkValue(item, type.values, options, inside(`[${JSON.stringify(String(key))}]`, report));
  }
}

function checkObject(
  value: unknown,
  type: ColumnType & { type: "object" },
  options: CheckOptions,
  report: (fault: Fault) => void,
): void {
  if (!isPlainObject(value)) {
    report(wrongType(value, type));
    return;
  }
  const names = new Set<string>();
  for (const { name, type: inner, required } of type.properties) {
    names.add(name);
    const item = own(value, name);
    const at = `.${name}`;
    // Nothing is known of it, null included.
    if (inner.type === "any" && item !== undefined) continue;
    if (!isMissing(item)) checkValue(item, inner, options, inside(at, report));
    else if (required) report({ kind: "missing", at, value: item, text: `is missing (${typeText(inner)})` });
  }
  for (const name of Object.keys(value)) {
    if (!names.has(name))
      report({ kind: "extra", at: `.${name}`, value: own(value, name), text: "is not in the signature" });
  }
}

function inside(at: string, report: (fault: Fault) => void): (fault: Fault) => void {
  return (fault) => report({ ...fault, at: at + fault.at });
}

function wrongType(value: unknown, type: ColumnType): Fault {
  return { kind: "type", at: "", value, text: `where ${typeText(type)} is required` };
}

/** A number of the wrong size is a cast that would lose something; anything else is the wrong type. */
function scalarFault(value: unknown, type: ScalarType): Fault {
  if (type === "datetime" && typeof value === "string" && /^\s*\d{4}-\d\d-\d\d/.test(value)) {
    return { kind: "type", at: "", value, text: "where datetime is required: no such day or time exists" };
  }
  const numeric = typeof value === "number" || typeof value === "bigint";
  if (!numeric || !["double", "float", "long", "integer"].includes(type)) return wrongType(value, { type });
  return { kind: "cast", at: "", value, text: `where ${type} is required: ${lossOf(value, type)}` };
}

function lossOf(value: number | bigint, type: ScalarType): string {
  if (type === "long") {
    if (typeof value === "bigint" || Math.abs(value) >= 2 ** 63) return "too large for 64 bits";
    return Number.isInteger(value) ? "too large to be exact as a number; pass a 64-bit BigInt" : "not a whole number";
  }
  if (typeof value === "bigint") {
    return type === "integer" && BigInt.asIntN(32, value) !== value
      ? "too large for 32 bits"
      : "a BigInt is not converted";
  }
  if (type === "float") return "too large for 32 bits";
  return Number.isInteger(value) ? "too large for 32 bits" : "not a whole number";
}

/** One thing that is wrong with the data. */
export interface Problem {
  kind: Fault["kind"];
  /** 0-based; undefined when it concerns the whole column. */
  row: number | undefined;
  /** With the way into a nested value, e.g. "o.x[3]"; undefined for data without names. */
  column: string | undefined;
  message: string;
}

/** Counts all problems, keeps the first `most`. */
export class Problems {
  readonly listed: Problem[] = [];
  total = 0;

  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** @param row - 0-based; undefined when it concerns the whole column, as `column` is for data without names */
  add(row: number | undefined, column: string | undefined, fault: Fault): void {
    this.total++;
    if (this.listed.length >= this.#most) return;
    const name = column === undefined ? undefined : column + fault.at;
    const where = [row === undefined ? "" : `row ${row}`, name === undefined ? "" : `column '${name}'`];
    const subject = where.filter((part) => part !== "").join(", ") || "the data";
    const message = ["type", "cast"].includes(fault.kind)
      ? `${subject}: ${shown(fault.value)} ${fault.text}`
      : `${subject} ${fault.text}`;
    this.listed.push({ kind: fault.kind, row, column: name, message });
  }
}

function shown(value: unknown): string {
  if (typeof value === "string") return `text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)}`;
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return "a Date";
  if (Array.isArray(value) || isTypedArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "number" || typeof value === "boolean" ? String(value) : `a ${typeof value}`;
}

/** Deeper than any model's lists. */
const deepest = 64;

/** How many lists a value is nested in, where it is deepest: 2 for `[null, [1], []]`, 0 for anything but a list; at most 64. */
export function listDepth(value: unknown, above = 0): number {
  if (isTypedArray(value)) return 1;
  if (!Array.isArray(value) || above === deepest) return 0;
  return 1 + value.reduce((most: number, item: unknown) => Math.max(most, listDepth(item, above + 1)), 0);
}

/** How many lists a column's type says: 2 for an array of arrays, 0 for anything but an array. */
export function typeDepth(type: ColumnType): number {
  return type.type === "array" ? 1 + typeDepth(type.items) : 0;
}

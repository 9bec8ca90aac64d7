import { readIsoTime, utcTime } from "../../iso-time.js";
import { own } from "../../own.js";
import { parseExact, plainIntegers } from "./exact-json.js";
import type { ColumnType, ScalarType, TensorSpec } from "./schema.js";

/** Brings a value from JSON or CSV to a type; what cannot be brought there stays as it is. */
type Cast = (value: unknown) => unknown;

const numeric = /^\s*[-+]?(\d+(?:\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*$/;
/** What Python's `float` reads besides, and an input example holds. */
const notFinite = /^\s*([-+]?)(nan|inf|infinity)\s*$/i;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** JSON has no NaN and no infinities: these are text. */
export const toNumber: Cast = (value) => {
  if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return value;
  if (numeric.test(value)) return Number(value);
  const found = notFinite.exec(value);
  if (found === null) return value;
  if (found[2]?.toLowerCase() === "nan") return Number.NaN;
  return found[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
};

/** A number, or beyond 2^53 a BigInt, with every digit. */
const toWhole: Cast = (value) => {
  if (typeof value === "string") return wholeNumber(value) ?? value;
  return typeof value === "boolean" ? Number(value) : value;
};

/** Text without a zone is UTC, as pandas reads it; JavaScript would take it for local time. */
const toDate: Cast = (value) => {
  if (typeof value !== "string") return value;
  const time = readIsoTime(value);
  return time === undefined ? value : new Date(utcTime(time));
};

const scalarCasts: Readonly<Partial<Record<ScalarType, Cast>>> = {
  double: toNumber,
  float: toNumber,
  long: toWhole,
  integer: toWhole,
  datetime: toDate,
  binary: (value) => (isBase64(value) ? Buffer.from(value, "base64") : value),
};

/** Whether a value is bytes as JSON has them; with line breaks where Python's `base64.encodebytes` puts them. */
export function isBase64(value: unknown): value is string {
  if (typeof value !== "string") return false;
  const text = value.includes("\n") ? value.replaceAll(/\s/g, "") : value;
  return text.length % 4 === 0 && base64.test(text);
}

/**
 * What MLflow casts before it checks: numbers written as text, booleans in numeric columns, times as ISO text, bytes as
 * base64. What cannot be cast stays as it is, for the check to name it.
 */
export function castOf(type: ColumnType): Cast {
  switch (type.type) {
    case "array": {
      const items = itemCastOf(type.items);
      return (value) => (Array.isArray(value) ? value.map(items) : value);
    }
    case "sparkml_vector":
      return castOf({ type: "array", items: { type: "double" } });
    case "map": {
      const values = itemCastOf(type.values);
      return (value) => mapObject(value, () => values);
    }
    case "object": {
      const casts = new Map(type.properties.map(({ name, type: inner }) => [name, castOf(inner)]));
      return (value) => mapObject(value, (name) => casts.get(name));
    }
    case "any":
      return plainIntegers;
    default:
      return own(scalarCasts, type.type) ?? ((value) => value);
  }
}

/** The same where null cannot be forbidden: in lists, maps and columns without a name. Among doubles it is NaN, as in MLflow. */
export function itemCastOf(type: ColumnType): Cast {
  const cast = castOf(type);
  if (type.type !== "double" && type.type !== "float") return cast;
  return (value) => (value === null ? Number.NaN : cast(value));
}

/** The same for a cell of a CSV file, where everything is text and an empty cell means a missing value. */
export function cellCastOf(type: ColumnType): (cell: string) => unknown {
  const cast = castOf(type);
  if (type.type === "boolean") return (cell) => (cell === "" ? null : (booleans.get(cell.toLowerCase()) ?? cell));
  const nested = ["array", "map", "object"].includes(type.type);
  return (cell) => (cell === "" ? null : cast(nested ? jsonOf(cell) : cell));
}

/** A cell of a column that no signature knows: a number when it looks like one. */
export function plainCell(cell: string): unknown {
  if (cell === "") return null;
  return numeric.test(cell) ? plainIntegers(exactNumber(cell)) : cell;
}

function exactNumber(cell: string): number | bigint {
  const number = Number(cell);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? (wholeNumber(cell) ?? number) : number;
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
  ["1", true],
  ["0", false],
]);

function mapObject(value: unknown, castFor: (name: string) => Cast | undefined): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const cast = castFor(name);
      return [name, cast === undefined ? item : cast(item)];
    }),
  );
}

function jsonOf(cell: string): unknown {
  try {
    return parseExact(cell);
  } catch {
    return cell;
  }
}

const digits = /^\s*[-+]?\d{1,15}\s*$/;
const decimal = /^\s*([-+]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([-+]?\d+))?\s*$/;

/** More than 64 bits ever need. */
const mostDigits = 20;

/**
 * The whole number that a text says, exactly: `"12"`, `"9007199254740993"`, `"1e3"`, `"2.0"`.
 * @returns a BigInt beyond 2^53; undefined for a fraction however small, for more than 20 digits, and for any other text
 */
export function wholeNumber(text: string): number | bigint | undefined {
  if (digits.test(text)) return Number(text);
  const found = decimal.exec(text);
  if (found === null) return undefined;
  const [, sign, written = "", exponent = "0"] = found;
  const [whole = "", fraction = ""] = written.split(".");
  const significant = (whole + fraction).replace(/^0+/, "");
  const kept = withoutZeros(significant);
  if (kept === "") return 0;
  // The number is `kept` times ten to the power of `shift`.
  const shift = Number(exponent) - fraction.length + significant.length - kept.length;
  if (shift < 0 || kept.length + shift > mostDigits) return undefined;
  const value = BigInt(kept + "0".repeat(shift)) * (sign === "-" ? -1n : 1n);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Without the zeros at its end. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}

/**
 * Nested lists from JSON or CSV, by name where the tensors have names, as tensors of these dtypes hold them, by numpy's rules:
 * null is NaN among floats, numbers may be text, booleans 0 and 1. What cannot be cast stays, for the check to name it.
 */
export function castTensors(specs: readonly TensorSpec[], data: unknown): unknown {
  const [only] = specs;
  if (only !== undefined && only.name === undefined) return castNested(data, castOfDtype(only.dtype));
  if (typeof data !== "object" || data === null) return data;
  const dtypes = new Map(specs.map(({ name, dtype }) => [name, dtype]));
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const dtype = dtypes.get(name);
      return [name, dtype === undefined ? value : castNested(value, castOfDtype(dtype))];
    }),
  );
}

function castOfDtype(dtype: string): Cast {
  if (dtype.startsWith("float")) return (value) => (value === null ? Number.NaN : toNumber(value));
  if (/^u?int\d/.test(dtype)) return toWhole;
  if (dtype === "bool") return toBoolean;
  return dtype === "str" ? (value) => value : plainIntegers;
}

const toBoolean: Cast = (value) => booleans.get(String(value).toLowerCase()) ?? value;

/** numpy's: deeper than any tensor. */
const mostAxes = 64;

/** The lists themselves where nothing changes, as for nearly all numbers. */
function castNested(value: unknown, cast: Cast, above = 0): unknown {
  if (!Array.isArray(value) || above === mostAxes) return cast(value);
  let copy: unknown[] | undefined;
  for (let at = 0; at < value.length; at++) {
    // Nearly all are numbers, which are as they should be.
    if (typeof value[at] === "number" && cast !== toBoolean) continue;
    const made = castNested(value[at], cast, above + 1);
    if (made === value[at]) continue;
    copy ??= [...value];
    copy[at] = made;
  }
  return copy ?? value;
}

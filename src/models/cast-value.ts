import { readIsoTime, utcTime } from "../iso-time.js";
import type { ColumnType, ScalarType } from "./schema.js";

type Cast = (value: unknown) => unknown;

const numeric = /^\s*[-+]?(\d+(?:\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*$/;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

const toNumber: Cast = (value) => {
  if (typeof value === "string" && numeric.test(value)) return Number(value);
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
  long: toNumber,
  integer: toNumber,
  datetime: toDate,
  binary: (value) =>
    typeof value === "string" && value.length % 4 === 0 && base64.test(value) ? Buffer.from(value, "base64") : value,
};

/**
 * What MLflow casts before it checks: numbers written as text, booleans in numeric columns, times as ISO text, bytes as
 * base64. What cannot be cast stays as it is, for the check to name it.
 */
export function castOf(type: ColumnType): Cast {
  switch (type.type) {
    case "array": {
      const items = castOf(type.items);
      return (value) => (Array.isArray(value) ? value.map(items) : value);
    }
    case "map": {
      const values = castOf(type.values);
      return (value) => mapObject(value, () => values);
    }
    case "object": {
      const casts = new Map(type.properties.map(({ name, type: inner }) => [name, castOf(inner)]));
      return (value) => mapObject(value, (name) => casts.get(name));
    }
    case "any":
    case "sparkml_vector":
      return (value) => value;
    default:
      return scalarCasts[type.type] ?? ((value) => value);
  }
}

/** The same for a cell of a CSV file, where all is text and an empty cell is no value. */
export function cellCastOf(type: ColumnType): (cell: string) => unknown {
  const cast = castOf(type);
  if (type.type === "boolean") return (cell) => (cell === "" ? null : (booleans.get(cell.toLowerCase()) ?? cell));
  const nested = ["array", "map", "object"].includes(type.type);
  return (cell) => (cell === "" ? null : cast(nested ? jsonOf(cell) : cell));
}

/** A cell of a column that no signature knows: a number when it looks like one. */
export function plainCell(cell: string): unknown {
  return cell === "" ? null : toNumber(cell);
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
  ["1", true],
  ["0", false],
]);

function mapObject(value: unknown, castFor: (name: string) => Cast | undefined): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, castFor(name)?.(item) ?? item]));
}

function jsonOf(cell: string): unknown {
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return cell;
  }
}

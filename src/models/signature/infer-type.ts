import { isThenable, typeOf, wrongType } from "../../tracking/value-type.js";
import { isPlainObject } from "../data/plain-values.js";
import { dtypeOf, isBytes, isTypedArray, scalarOf } from "../data/typed-array.js";
import type { ColumnType, Property } from "./schema.js";

/** What is learnt of a column's type while its values pass by. Compared by identity. */
const unknown: ColumnType = { type: "any" };
/** What is empty tells its kind only: beside another kind, no type holds both. */
const noItems: ColumnType = { type: "any" };
const noEntries: ColumnType = { type: "any" };
const noFields: ColumnType = { type: "any" };
const blanks: ReadonlySet<ColumnType> = new Set([unknown, noItems, noEntries, noFields]);
/** Values that no one type holds. It stays so, whatever comes after. */
const mixed: ColumnType = { type: "any" };

/** Numbers that are all whole, and exact: a column of doubles, unless it has BigInts, too. */
const whole: ColumnType = { type: "double" };
/** BigInts, alone or beside whole numbers. A column of doubles takes none: no type holds them beside fractions. */
const large: ColumnType = { type: "long" };

const types = {
  boolean: { type: "boolean" },
  double: { type: "double" },
  long: { type: "long" },
  string: { type: "string" },
  binary: { type: "binary" },
  datetime: { type: "datetime" },
} as const satisfies Record<string, ColumnType>;

export interface InferredColumn {
  type: ColumnType;
  /** Some value is null, undefined, or no valid time. */
  missing: boolean;
  /** Some value is NaN. */
  nan: boolean;
  /** No one type holds the values. */
  mixed: boolean;
}

/** The type that holds all values; `any` when there is none, or nothing to learn it from. */
export function inferColumn(rows: number, at: (row: number) => unknown, integers: "double" | "long"): InferredColumn {
  let type: ColumnType | undefined;
  let missing = false;
  let nan = false;
  for (let row = 0; row < rows; row++) {
    const value = at(row);
    if (isMissing(value)) {
      missing = true;
      type = type ? merge(type, unknown) : unknown;
      continue;
    }
    if (typeof value === "number" && Number.isNaN(value)) nan = true;
    const found = typeOfValue(value, integers);
    type = type ? merge(type, found) : found;
  }
  return { type: type ?? unknown, missing, nan, mixed: type === mixed };
}

/** The type of one value; null and what is empty say nothing. */
export function typeOfValue(value: unknown, integers: "double" | "long"): ColumnType {
  switch (typeof value) {
    case "number":
      if (!Number.isSafeInteger(value)) return types.double;
      return integers === "long" ? types.long : whole;
    case "string":
      return types.string;
    case "boolean":
      return types.boolean;
    case "bigint":
      return BigInt.asIntN(64, value) === value ? large : mixed;
    case "object":
      if (isThenable(value)) throw wrongType(`The data contains ${typeOf(value)}.`, value);
      return typeOfObject(value, integers);
    case "undefined":
      return unknown;
    default:
      return mixed;
  }
}

/** What pandas counts as missing, NaN aside: null, undefined, and an invalid date. */
export function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (value instanceof Date && Number.isNaN(value.getTime()));
}

function typeOfObject(value: object | null, integers: "double" | "long"): ColumnType {
  if (isMissing(value) || value === null) return unknown;
  if (value instanceof Date) return types.datetime;
  if (isBytes(value)) return types.binary;
  if (isTypedArray(value)) {
    if (dtypeOf(value) === "int64") return { type: "array", items: large };
    const scalar = scalarOf(value);
    return { type: "array", items: scalar ? { type: scalar } : mixed };
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? noItems : { type: "array", items: mergeAll(value, integers) };
  }
  if (value instanceof Map) {
    return value.size === 0 ? noEntries : { type: "map", values: mergeAll([...value.values()], integers) };
  }
  if (!isPlainObject(value)) return mixed;
  const entries = Object.entries(value);
  if (entries.length === 0) return noFields;
  const properties = entries.map(([name, item]): Property => {
    const type = typeOfValue(item, integers);
    return { name, type, required: !blanks.has(type) };
  });
  return { type: "object", properties: properties.sort(byName) };
}

function mergeAll(values: readonly unknown[], integers: "double" | "long"): ColumnType {
  const [first = unknown, ...rest] = values.map((value) => typeOfValue(value, integers));
  return rest.reduce(merge, first);
}

/** The type that holds what both hold. Nothing known beside an object makes its properties optional, as in MLflow. */
function merge(a: ColumnType, b: ColumnType): ColumnType {
  if (a === mixed || b === mixed) return mixed;
  if (a === b) return a;
  if (blanks.has(a)) return besideBlank(a, b);
  if (blanks.has(b)) return besideBlank(b, a);
  if (a.type === "array" && b.type === "array") return { type: "array", items: merge(a.items, b.items) };
  if (a.type === "map" && b.type === "map") return { type: "map", values: merge(a.values, b.values) };
  if (a.type === "object" && b.type === "object") return mergeObjects(a.properties, b.properties);
  if (a === large || b === large) return withLarge(a === large ? b : a);
  if (a === whole && b.type === "double") return b;
  if (a.type === b.type) return a;
  const pair = new Set([a.type, b.type]);
  return pair.has("long") && pair.has("double") ? types.double : mixed;
}

/** BigInts beside numbers: a column of longs where these are all whole. */
function withLarge(other: ColumnType): ColumnType {
  return other === whole || other.type === "long" ? large : mixed;
}

function besideBlank(blank: ColumnType, other: ColumnType): ColumnType {
  if (other === unknown) return blank;
  if (blank === unknown) return beside(other);
  // A map may be an empty object, but not the other way round.
  if (blank === noFields)
    return other.type === "object" ? beside(other) : other.type === "map" || other === noEntries ? other : mixed;
  if (blank === noEntries) return other.type === "map" ? other : other === noFields ? blank : mixed;
  return other.type === "array" ? other : mixed;
}

function beside(type: ColumnType): ColumnType {
  if (type.type !== "object") return type;
  return { type: "object", properties: type.properties.map((property) => ({ ...property, required: false })) };
}

function mergeObjects(a: readonly Property[], b: readonly Property[]): ColumnType {
  const others = new Map(b.map((property) => [property.name, property]));
  const names = new Set(a.map(({ name }) => name));
  const common = a.map((property): Property => {
    const other = others.get(property.name);
    if (!other) return { ...property, required: false };
    return { ...property, type: merge(property.type, other.type), required: property.required && other.required };
  });
  const added = b.filter(({ name }) => !names.has(name)).map((property) => ({ ...property, required: false }));
  return { type: "object", properties: added.length > 0 ? [...common, ...added].sort(byName) : common };
}

function byName(a: Property, b: Property): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

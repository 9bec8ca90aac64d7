import { own } from "../../own.js";
import type { DataColumn, DataReader } from "./model-data.js";
import { orderOf } from "./named-rows.js";
import { tensorOf } from "./tensor-like.js";
import { isTypedArray, scalarOf } from "./typed-array.js";

/** A list of records, each row an object: columns are the union of their keys, in the order first met. */
export const records: DataReader = {
  name: "records",
  read(value) {
    if (!Array.isArray(value) || value.length === 0 || !value.every(isPlainObject)) return undefined;
    const columns = columnsOf(value);
    return columns.length > 0 ? { kind: "columns", rows: value.length, columns } : undefined;
  },
};

/** A list of anything else: one column without a name. */
export const list: DataReader = {
  name: "list",
  read(value) {
    if (!Array.isArray(value)) return undefined;
    return { kind: "columns", rows: value.length, columns: [{ name: undefined, at: (row) => value[row] }] };
  },
};

/** An object of typed arrays or tensors: tensors with names. */
export const namedTensors: DataReader = {
  name: "named-tensors",
  read(value) {
    if (!isPlainObject(value)) return undefined;
    const tensors = Object.entries(value).map(([name, item]) => {
      const tensor = tensorOf(item);
      return tensor && { ...tensor, name };
    });
    const all = tensors.filter((tensor) => tensor !== undefined);
    return all.length > 0 && all.length === tensors.length ? { kind: "tensors", tensors: all } : undefined;
  },
};

/** An object of equally long lists: a table by columns. */
export const columnLists: DataReader = {
  name: "columns",
  read(value, { lists }) {
    if (lists === "record" || !isPlainObject(value)) return undefined;
    const entries = Object.entries(value);
    const rows = lengthOf(entries[0]?.[1]);
    if (rows === undefined || rows === 0 || !entries.every(([, item]) => lengthOf(item) === rows)) return undefined;
    const columns = entries.map(([name, item]): DataColumn => {
      const scalar = isTypedArray(item) ? scalarOf(item) : undefined;
      const values = item as ArrayLike<unknown>;
      const known = scalar ? { type: { type: scalar }, certain: true } : {};
      return { name, at: (row) => values[row], nanIsMissing: true, ...known };
    });
    return { kind: "columns", rows, columns };
  },
};

/** Any other object or Map: one record. */
export const singleRecord: DataReader = {
  name: "record",
  read(value) {
    const entries =
      value instanceof Map
        ? [...value].filter((entry): entry is [string, unknown] => typeof entry[0] === "string")
        : isPlainObject(value)
          ? Object.entries(value)
          : [];
    if (entries.length === 0) return undefined;
    const columns = entries.map(([name, item]): DataColumn => ({ name, at: () => item, nanIsMissing: true }));
    return { kind: "columns", rows: 1, columns, single: true };
  },
};

/** An object whose prototype is Object's or none: data, not a library's class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of another realm (a vm context) have another Object.prototype, itself without a prototype.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function columnsOf(rows: ReadonlyArray<Record<string, unknown>>): DataColumn[] {
  const names = new Set(orderOf(rows));
  let before: readonly string[] = [];
  for (const row of rows) {
    const keys = Object.keys(row);
    // Nearly all rows have the keys of the row above, in the same order.
    if (sameKeys(keys, before)) continue;
    before = keys;
    for (const key of keys) names.add(key);
  }
  return [...names].map((name) => ({ name, at: (row) => own(rows[row], name) }));
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function lengthOf(value: unknown): number | undefined {
  return Array.isArray(value) || isTypedArray(value) ? value.length : undefined;
}

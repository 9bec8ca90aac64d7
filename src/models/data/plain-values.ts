import type { DataColumn, DataReader } from "./model-data.js";
import { tensorOf } from "./tensor-like.js";
import { isTypedArray, scalarOf } from "./typed-array.js";

/** A list of records, each row an object: columns are the union of their keys, in the order first met. */
export const records: DataReader = {
  name: "records",
  read(value) {
    if (!Array.isArray(value) || value.length === 0 || !value.every(isPlainObject)) return undefined;
    const names = columnNames(value);
    if (names.length === 0) return undefined;
    const columns = names.map((name): DataColumn => ({ name, values: () => columnOf(value, name) }));
    return { kind: "columns", rows: value.length, columns };
  },
};

/** A list of anything else: one column without a name. */
export const list: DataReader = {
  name: "list",
  read(value) {
    if (!Array.isArray(value)) return undefined;
    return { kind: "columns", rows: value.length, columns: [{ name: undefined, values: () => value }] };
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
      const values = () => item as ArrayLike<unknown>;
      return { name, values, nanIsMissing: true, ...(scalar ? { type: { type: scalar } } : {}) };
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
    const columns = entries.map(([name, item]): DataColumn => ({ name, values: () => [item], nanIsMissing: true }));
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

function columnNames(rows: ReadonlyArray<Record<string, unknown>>): string[] {
  const names = new Set<string>();
  let before: readonly string[] = [];
  for (const row of rows) {
    const keys = Object.keys(row);
    // Nearly all rows have the keys of the row above.
    if (keys.length !== before.length || keys.some((key, at) => key !== before[at])) {
      for (const key of keys) names.add(key);
      before = keys;
    }
  }
  return [...names];
}

function columnOf(rows: ReadonlyArray<Record<string, unknown>>, name: string): unknown[] {
  const values = new Array<unknown>(rows.length);
  for (let row = 0; row < rows.length; row++) values[row] = rows[row]?.[name];
  return values;
}

function lengthOf(value: unknown): number | undefined {
  return Array.isArray(value) || isTypedArray(value) ? value.length : undefined;
}

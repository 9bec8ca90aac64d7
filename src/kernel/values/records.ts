import { plural } from "../../render/format-value.js";
import { type TableColumn, tableBundle } from "../../render/table.js";
import { ValueOutline } from "../../value-outline.js";
import { shortText } from "./plain-text.js";
import { isPlainRecord, readOwn } from "./read-property.js";
import type { ValueKind } from "./value-kind.js";

/** Columns that a table of a value shows; the rest is counted, not drawn. */
export const shownColumns = 30;
/** Rows of its text. */
const textRows = 20;
/** Most rows of its HTML, which a reader turns by pages, and most cells: all of it is kept in the notebook. */
const mostRows = 200;
const mostCells = 1_000;
/** Keys in all that are read for them: V8 takes half a microsecond for each. */
const readKeys = 100_000;
/** Rows that are looked at for what the columns are: a key may be missing from the first ones. */
const readRows = 1_000;

/** An array of object literals: a table, with one column per key. */
export const records: ValueKind = {
  name: "records",
  bundle(value) {
    if (!Array.isArray(value) || value.length === 0) return undefined;
    // Holes become undefined here, which is not a record.
    const known: unknown[] = Array.from(value.slice(0, readRows));
    if (!known.every(isPlainRecord)) return undefined;
    const { names, unread } = columnNames(known);
    if (names.length === 0) return undefined;
    const read = known.length - unread;
    const notes = unread === 0 ? [] : [`Columns of the first ${plural(read, "record")} only.`];
    return tableOf({ names, cells: cellsOf(known, names), rows: value.length, of: "record", notes });
  },
};

/** Rows that are shown of a value with so many columns: at least those of its text. */
export function rowsShown(columns: number): number {
  return Math.max(textRows, Math.min(mostRows, Math.floor(mostCells / Math.min(columns, shownColumns))));
}

/**
 * The keys of the records, each once, in the order they come.
 * @returns how many records were not read, since those before have so many keys
 */
export function columnNames(rows: ReadonlyArray<Record<string, unknown>>): { names: string[]; unread: number } {
  const names = new Set<string>();
  let left = readKeys;
  for (const [at, row] of rows.entries()) {
    if (left <= 0) return { names: [...names], unread: rows.length - at };
    const keys = Object.keys(row);
    left -= keys.length;
    // A Set of a million names takes as long as reading them.
    if (names.size === 0 && left <= 0) return { names: keys, unread: rows.length - at - 1 };
    for (const key of keys) names.add(key);
  }
  return { names: [...names], unread: 0 };
}

/** Of the rows and columns that are shown. */
export function cellsOf(rows: ReadonlyArray<Record<string, unknown>>, names: readonly string[]): unknown[][] {
  const shown = names.slice(0, shownColumns);
  return rows.slice(0, rowsShown(names.length)).map((row) => shown.map((name) => readOwn(row, name)));
}

/** The first rows of something that has rows and named columns. */
export interface FirstRows {
  names: readonly string[];
  /** At most `rowsShown` of them, one value for each of the first `shownColumns` names at least. */
  cells: ReadonlyArray<readonly unknown[]>;
  /** How many rows there are in all. */
  rows: number;
  /** What one row is called. */
  of: string;
  /** Type of each column, when it has one. */
  types?: readonly string[];
  /** What else to say below the table. */
  notes?: readonly string[];
}

export function tableOf({ names, cells, rows, of, types, notes = [] }: FirstRows): ReturnType<typeof tableBundle> {
  const columns = names.slice(0, shownColumns).map((name, at): TableColumn => {
    const label = types?.[at] === undefined ? name : `${name} (${types[at]})`;
    return { label, type: columnType(cells.map((row) => row[at])) };
  });
  const outline = new ValueOutline();
  return tableBundle({
    caption: `${plural(rows, of)}, ${plural(names.length, "column")}`,
    columns: [{ label: "", rowHeader: true, type: "number" }, ...columns],
    rows: cells.map((row, index) => [index, ...row.slice(0, shownColumns).map((value) => cellValue(value, outline))]),
    total: rows,
    maxTextRows: textRows,
    // Said here: the table would count the column of row numbers too.
    notes: [
      ...(names.length > shownColumns ? [`Showing ${shownColumns} of ${plural(names.length, "column")}.`] : []),
      ...notes,
    ],
  });
}

/** A column is of numbers when everything in it is. */
export function columnType(values: readonly unknown[]): "number" | "text" {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length > 0 && known.every((value) => typeof value === "number") ? "number" : "text";
}

/** Numbers, booleans and missing values stay; the table knows how to draw them. The rest is text of one line. */
export function cellValue(value: unknown, outline: ValueOutline): unknown {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return typeof value === "bigint" ? String(value) : shortText(value, outline);
}

import { plural } from "../../render/format-value.js";
import { type TableColumn, tableBundle } from "../../render/table.js";
import { shortText } from "./plain-text.js";
import { isPlainRecord, readOwn } from "./read-property.js";
import type { ValueKind } from "./value-kind.js";

/** Rows that a table of a value shows, and columns; the rest is counted, not drawn. */
export const shownRows = 20;
const shownColumns = 30;
/** Rows that are looked at for what the columns are: a key may be missing from the first ones. */
const readRows = 1_000;

/** An array of object literals: a table, with one column per key. */
export const records: ValueKind = {
  name: "records",
  bundle(value) {
    if (!Array.isArray(value) || value.length === 0) return undefined;
    // Holes become undefined here, which is no record.
    const known: unknown[] = Array.from(value.slice(0, readRows));
    if (!known.every(isPlainRecord)) return undefined;
    const names = [...new Set(known.flatMap((row) => Object.keys(row)))];
    if (names.length === 0) return undefined;
    const cells = known.slice(0, shownRows).map((row) => names.map((name) => readOwn(row, name)));
    return tableOf({ names, cells, rows: value.length, of: "record" });
  },
};

/** The first rows of something that has rows and named columns. */
export interface FirstRows {
  names: readonly string[];
  /** At most `shownRows` of them, one value per name. */
  cells: ReadonlyArray<readonly unknown[]>;
  /** How many rows there are in all. */
  rows: number;
  /** What one row is called. */
  of: string;
  /** Type of each column, when it has one. */
  types?: readonly string[];
}

export function tableOf({ names, cells, rows, of, types }: FirstRows): ReturnType<typeof tableBundle> {
  const columns = names.slice(0, shownColumns).map((name, at): TableColumn => {
    const label = types?.[at] === undefined ? name : `${name} (${types[at]})`;
    return { label, type: columnType(cells.map((row) => row[at])) };
  });
  return tableBundle({
    caption: `${plural(rows, of)}, ${plural(names.length, "column")}`,
    columns: [{ label: "", rowHeader: true, type: "number" }, ...columns],
    rows: cells.map((row, index) => [index, ...row.slice(0, shownColumns).map(cellValue)]),
    total: rows,
    maxRows: shownRows,
    // Said here: the table would count the column of row numbers too.
    notes: names.length > shownColumns ? [`Showing ${shownColumns} of ${plural(names.length, "column")}.`] : [],
  });
}

/** A column is of numbers when everything in it is. */
export function columnType(values: readonly unknown[]): "number" | "text" {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length > 0 && known.every((value) => typeof value === "number") ? "number" : "text";
}

/** Numbers, booleans and blanks stay; the table knows how to draw them. The rest is text of one line. */
export function cellValue(value: unknown): unknown {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return typeof value === "bigint" ? String(value) : shortText(value);
}

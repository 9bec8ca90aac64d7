import { plural } from "./format-value.js";
import type { Table } from "./table.js";

/** Most columns drawn, and most cells: all of it is kept in the notebook. */
const maxColumns = 30;
const maxCells = 1_000;

/** Fewest and most rows drawn. */
const fewRows = 20;
const manyRows = 200;

/**
 * A logged table, which has names of columns and rows of cells: a column of numbers is aligned as such, an object is its JSON.
 * @param most - rows; default as many as fit into a thousand cells, from 20 to 200
 */
export function recordTable(
  { columns, data }: { columns: readonly string[]; data: ReadonlyArray<readonly unknown[]> },
  most: number = Math.max(fewRows, Math.min(manyRows, Math.floor(maxCells / Math.min(columns.length, maxColumns)))),
): Table {
  const rows = data.slice(0, most).map((row) => row.map(cell));
  return {
    caption: `${plural(data.length, "row")}, ${plural(columns.length, "column")}`,
    columns: columns.map((label, at) => {
      const values = rows.map((row) => row[at]).filter((value) => value !== null && value !== undefined);
      const isNumber = values.length > 0 && values.every((value) => typeof value === "number");
      return { label, ...(isNumber ? { type: "number" as const } : {}) };
    }),
    rows,
    total: data.length,
    maxColumns,
  };
}

function cell(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? String(value) : value;
  try {
    return JSON.stringify(value);
  } catch {
    return String(value);
  }
}

import { bestValue, type MetricGoal } from "../metric-goal.js";
import { clip, formatDuration, formatNumber, formatNumberColumn, formatTime, plural } from "./format-value.js";

/** A table as data; `tableBundle` draws it as HTML and as plain text. */
export interface Table {
  /** What the table shows; read out by screen readers, and the first line of the plain text. */
  caption: string;
  columns: readonly TableColumn[];
  /** One value per column; null and undefined leave the cell empty. */
  rows: ReadonlyArray<readonly unknown[]>;
  /** Rows there are in all, when `rows` is only the first of them. */
  total?: number;
  /** Most rows and columns drawn; the rest is said, not drawn. Default 200 and 60. */
  maxRows?: number;
  maxColumns?: number;
  /** What else the reader must know; one line each, below the table. */
  notes?: readonly string[];
}

export interface TableColumn {
  label: string;
  /** How values are shown and aligned. `time` and `duration` are in ms, `code` is set in a fixed width. Default `text`. */
  type?: "text" | "number" | "boolean" | "time" | "duration" | "code";
  /** Marks the best number of the column: see `bestFirst`. */
  best?: MetricGoal;
  /** The best number there is, when `rows` is only a part: nothing is marked when it stands in none of them. */
  bestOfAll?: number;
  /** The cells of this column name their row. */
  rowHeader?: boolean;
}

/** A table ready to be laid out: every cell is text. */
export interface Grid {
  columns: readonly TableColumn[];
  cells: Cell[][];
  notes: string[];
}

export interface Cell {
  text: string;
  /** The exact value, when `text` shows less. */
  full: string | undefined;
  best: boolean;
}

const defaultMaxRows = 200;
const defaultMaxColumns = 60;
/** Longest text of a cell, in characters; the whole stands in the cell's title up to ten times that. */
const maxCellLength = 120;

/** The cells as texts, the best of each column marked, and below them what is left out. */
export function layOut(table: Table): Grid {
  const maxRows = table.maxRows ?? defaultMaxRows;
  const maxColumns = table.maxColumns ?? defaultMaxColumns;
  const columns = table.columns.slice(0, maxColumns);
  const rows = table.rows.slice(0, maxRows);
  const byColumn = columns.map((column, at) => {
    const best = bestOf(column, table.rows, at);
    const values = rows.map((row) => row[at]);
    return cellTexts(column, values).map((cell, row) => ({
      ...cell,
      best: best !== undefined && values[row] === best,
    }));
  });
  const cells = rows.map((_, row) => byColumn.map((column) => column[row] ?? emptyCell));
  const total = Math.max(table.total ?? 0, table.rows.length);
  const notes: string[] = [];
  if (total > rows.length) notes.push(`Showing ${rows.length.toLocaleString("en-US")} of ${plural(total, "row")}.`);
  if (table.columns.length > columns.length) {
    notes.push(`Showing ${columns.length} of ${plural(table.columns.length, "column")}.`);
  }
  return { columns, cells, notes: [...notes, ...(table.notes ?? [])] };
}

export const emptyCell: Cell = { text: "", full: undefined, best: false };

function cellTexts(column: TableColumn, values: readonly unknown[]): Array<Omit<Cell, "best">> {
  if (column.type !== "number") return values.map((value) => cellText(column, value));
  const numbers = values.map((value) => (typeof value === "number" ? value : undefined));
  const texts = formatNumberColumn(numbers.filter((value) => value !== undefined));
  let next = 0;
  return numbers.map((number, row) => {
    if (number === undefined) return cellText(column, values[row]);
    const text = texts[next++] ?? formatNumber(number);
    return { text, full: text.replaceAll(",", "") === String(number) ? undefined : String(number) };
  });
}

function cellText(column: TableColumn, value: unknown): Omit<Cell, "best"> {
  if (value === null || value === undefined) return { text: "", full: undefined };
  if (typeof value === "number") {
    if (column.type === "time") return { text: formatTime(value), full: new Date(value).toISOString() };
    if (column.type === "duration") return { text: formatDuration(value), full: `${value} ms` };
    return { text: formatNumber(value), full: String(value) };
  }
  if (typeof value === "boolean") return { text: value ? "yes" : "no", full: undefined };
  const full = String(value);
  const text = clip(full, maxCellLength);
  return { text, full: text === full ? undefined : clip(full, 10 * maxCellLength) };
}

function bestOf(column: TableColumn, rows: Table["rows"], at: number): number | undefined {
  if (!column.best) return undefined;
  const numbers = rows.map((row) => row[at]).filter((value) => typeof value === "number");
  return bestMarked(numbers, column.best, column.bestOfAll);
}

/**
 * The value that is marked as the best: none when all are the same, or there is only one.
 * @param ofAll - the best there is, when `values` is only a part
 */
export function bestMarked(
  values: ReadonlyArray<number | undefined>,
  goal: MetricGoal,
  ofAll?: number,
): number | undefined {
  const different = new Set(values.filter((value) => value !== undefined && !Number.isNaN(value)));
  const few = ofAll === undefined ? 2 : Math.min(2, values.length);
  return different.size < few ? undefined : (ofAll ?? bestValue(values, goal));
}

/** Numbers stand under one another by their last digit. */
export function isRight(column: TableColumn | undefined): boolean {
  return column?.type === "number" || column?.type === "duration";
}

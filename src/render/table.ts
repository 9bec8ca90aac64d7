import { bestValue, type MetricGoal } from "../metric-goal.js";
import { visible } from "../visible.js";
import { escapeHtml } from "./escape-html.js";
import { clip, formatDuration, formatNumber, formatNumberColumn, formatTime, plural } from "./format-value.js";
import type { MimeBundle } from "./mime-bundle.js";

/** A table as data; `tableBundle` draws it as HTML and as plain text. */
export interface Table {
  /** What the table shows; read out by screen readers, and the first line of the plain text. */
  caption: string;
  columns: readonly TableColumn[];
  /** One value per column; null and undefined leave the cell empty. */
  rows: ReadonlyArray<readonly unknown[]>;
  /** What stands in a cell without a value. Default nothing. */
  missing?: string;
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
  /** Numbers are differences: those above 0 have a sign too. */
  signed?: boolean;
  /** The cells of this column name their row. */
  rowHeader?: boolean;
}

/** Columns of texts up to this long, in characters, are never broken into lines; of longer ones a line holds as much. */
const unbrokenLength = 40;

/** @returns `text/html` and its `text/plain` twin; for tables only, never beside a chart */
export function tableBundle(table: Table): MimeBundle {
  return { data: { "text/html": tableHtml(table), "text/plain": tableText(table) } };
}

/** The table as HTML: all text escaped, styles inline and neutral to the theme, no script. */
export function tableHtml(table: Table): string {
  const grid = layOut(table);
  const head = grid.columns
    .map((column) => `<th scope="col" style="${headStyle}${alignOf(column)}">${escapeHtml(column.label)}</th>`)
    .join("");
  const wraps = grid.columns.map((column, at) =>
    wrapOf(
      column,
      grid.cells.map((row) => row[at]?.text ?? ""),
    ),
  );
  const body = grid.cells.map(
    (row) =>
      `<tr style="${rowStyle}">${row.map((cell, at) => cellHtml(cell, grid.columns[at], wraps[at] ?? "")).join("")}</tr>`,
  );
  const notes = grid.notes.map((note) => `<div style="${noteStyle}">${escapeHtml(note)}</div>`).join("");
  return (
    `<div style="overflow-x:auto"><table style="${tableStyle}">` +
    `<caption style="${captionStyle}${captionWrap(table.caption)}">${escapeHtml(table.caption)}</caption>` +
    `<thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>${notes}</div>`
  );
}

/** The table as text in columns; best values carry a `*`. */
export function tableText(table: Table): string {
  const grid = layOut(table);
  const marked = grid.columns.map((_, at) => grid.cells.some((row) => row[at]?.best));
  const text = (cell: Cell, at: number) => oneLine(cell.text) + (cell.best ? " *" : marked[at] ? "  " : "");
  const widths = grid.columns.map((column, at) =>
    Math.max(oneLine(column.label).length, ...grid.cells.map((row) => text(row[at] ?? emptyCell, at).length)),
  );
  const line = (parts: string[]) =>
    parts
      .map((part, at) => (isRight(grid.columns[at]) ? part.padStart(widths[at] ?? 0) : part.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  const head = line(grid.columns.map((column) => oneLine(column.label)));
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const rows = grid.cells.map((row) => line(row.map(text)));
  return [visible(table.caption), head, rule, ...rows, ...grid.notes.map(visible)].join("\n");
}

function cellHtml(cell: Cell, column: TableColumn | undefined, wrap: string): string {
  const title = cell.full === undefined ? "" : ` title="${escapeHtml(cell.full)}"`;
  const text = escapeHtml(cell.text);
  const inner = cell.best ? `<strong>${text}</strong><span title="best" aria-label="best"> ★</span>` : text;
  const code = column?.type === "code" ? codeStyle : "";
  const style = `${cellStyle}${alignOf(column)}${wrap}${code}`;
  return column?.rowHeader
    ? `<th scope="row" style="${style}font-weight:600"${title}>${inner}</th>`
    : `<td style="${style}"${title}>${inner}</td>`;
}

function alignOf(column: TableColumn | undefined): string {
  return `text-align:${isRight(column) ? "right" : "left"};`;
}

/** A page that is too narrow scrolls the table, in place of breaking names and numbers into lines of one word each. */
function wrapOf(column: TableColumn, texts: readonly string[]): string {
  const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
  if (isRight(column) || column.type === "time" || longest <= unbrokenLength) return nowrapStyle;
  return `${longTextStyle}min-width:${unbrokenLength / 2}em;`;
}

/** A long caption breaks between its words, so that the id of a run can be read and copied; only a very long word is broken. */
function captionWrap(caption: string): string {
  if (caption.length <= unbrokenLength) return nowrapStyle;
  return caption.split(/\s+/).every((word) => word.length <= unbrokenLength) ? wholeWordsStyle : longTextStyle;
}

function oneLine(text: string): string {
  return visible(text.replace(/\s+/g, " "));
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
      ...(table.missing !== undefined && (values[row] ?? undefined) === undefined
        ? { text: table.missing, full: undefined }
        : cell),
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

const emptyCell: Cell = { text: "", full: undefined, best: false };

function cellTexts(column: TableColumn, values: readonly unknown[]): Array<Omit<Cell, "best">> {
  if (column.type !== "number") return values.map((value) => cellText(column, value));
  const numbers = values.map((value) => (typeof value === "number" ? value : undefined));
  const texts = formatNumberColumn(numbers.filter((value) => value !== undefined));
  let next = 0;
  return numbers.map((number, row) => {
    if (number === undefined) return cellText(column, values[row]);
    const text = texts[next++] ?? formatNumber(number);
    const full = text.replaceAll(",", "") === String(number) ? undefined : String(number);
    return { text: column.signed && number > 0 ? `+${text}` : text, full };
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

// Jupyter's own variables where there are any; elsewhere the page's colours, with lines that show on white and on black.
const line = "1px solid var(--jp-border-color2, rgba(128,128,128,0.35))";
const tableStyle =
  "border-collapse:collapse;table-layout:auto;width:auto;margin:0;font-variant-numeric:tabular-nums;color:var(--jp-content-font-color1, inherit)";
const captionStyle =
  "caption-side:top;text-align:left;padding:4px 8px;font-weight:600;color:var(--jp-content-font-color1, inherit);";
const nowrapStyle = "white-space:nowrap;";
const longTextStyle = "overflow-wrap:anywhere;";
// Said in full: JupyterLab lets text break anywhere.
const wholeWordsStyle = "overflow-wrap:normal;word-break:normal;";
const headStyle = `padding:4px 8px;border-bottom:2px solid var(--jp-border-color1, rgba(128,128,128,0.6));font-weight:600;`;
// On the row, not in every cell: a table of 200 rows is kept in the notebook.
const rowStyle = `border-bottom:${line};vertical-align:top`;
const cellStyle = "padding:4px 8px;";
const codeStyle = "font-family:var(--jp-code-font-family, monospace);font-size:0.92em;";
const noteStyle = "padding:4px 8px;font-size:0.9em;color:var(--jp-content-font-color2, inherit);opacity:0.85";

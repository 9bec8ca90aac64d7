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
  /** Marks the lowest or highest number of the column. */
  best?: "min" | "max";
  /** The cells of this column name their row. */
  rowHeader?: boolean;
}

/** A table ready to be laid out: every cell is text. */
interface Grid {
  columns: readonly TableColumn[];
  cells: Cell[][];
  notes: string[];
}

interface Cell {
  text: string;
  /** The exact value, when `text` shows less. */
  full: string | undefined;
  best: boolean;
}

const defaultMaxRows = 200;
const defaultMaxColumns = 60;
/** Longest text of a cell, in characters; the whole stands in the cell's title up to ten times that. */
const maxCellLength = 120;

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
    `<caption style="${captionStyle}${table.caption.length <= unbrokenLength ? nowrapStyle : longTextStyle}">${escapeHtml(table.caption)}</caption>` +
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
  return [table.caption, head, rule, ...rows, ...grid.notes].join("\n");
}

function layOut(table: Table): Grid {
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

const emptyCell: Cell = { text: "", full: undefined, best: false };

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

/** Nothing is best when every run has the same value. */
function bestOf(column: TableColumn, rows: Table["rows"], at: number): number | undefined {
  if (!column.best) return undefined;
  const numbers = rows.map((row) => row[at]).filter((value): value is number => Number.isFinite(value));
  const lowest = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const highest = numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (numbers.length < 2 || lowest === highest) return undefined;
  return column.best === "min" ? lowest : highest;
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

function isRight(column: TableColumn | undefined): boolean {
  return column?.type === "number" || column?.type === "duration";
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

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

// Jupyter's own variables where there are any; elsewhere the page's colours, with lines that show on white and on black.
const line = "1px solid var(--jp-border-color2, rgba(128,128,128,0.35))";
const tableStyle =
  "border-collapse:collapse;table-layout:auto;width:auto;margin:0;font-variant-numeric:tabular-nums;color:var(--jp-content-font-color1, inherit)";
const captionStyle =
  "caption-side:top;text-align:left;padding:4px 8px;font-weight:600;color:var(--jp-content-font-color1, inherit);";
const nowrapStyle = "white-space:nowrap;";
const longTextStyle = "overflow-wrap:anywhere;";
const headStyle = `padding:4px 8px;border-bottom:2px solid var(--jp-border-color1, rgba(128,128,128,0.6));font-weight:600;`;
// On the row, not in every cell: a table of 200 rows is kept in the notebook.
const rowStyle = `border-bottom:${line};vertical-align:top`;
const cellStyle = "padding:4px 8px;";
const codeStyle = "font-family:var(--jp-code-font-family, monospace);font-size:0.92em;";
const noteStyle = "padding:4px 8px;font-size:0.9em;color:var(--jp-content-font-color2, inherit);opacity:0.85";

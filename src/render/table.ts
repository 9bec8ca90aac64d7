import { bestValue, type MetricGoal } from "../metric-goal.js";
import { visible } from "../visible.js";
import { escapeHtml } from "./escape-html.js";
import { clip, formatDuration, formatNumber, formatNumberColumn, formatTime, plural } from "./format-value.js";
import type { MimeBundle } from "./mime-bundle.js";
import type { PointRow } from "./rows.js";
import { sparklineHtml, sparklineText } from "./sparkline.js";
import { isLongTable, usualPage, withTableScript } from "./table-script.js";

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
  /** Rows of a page where a long table is shown in pages. Default 20. */
  pageRows?: number;
  /** Most rows of the plain text; default as many as are drawn. */
  maxTextRows?: number;
  /** What else the reader must know; one line each, below the table. */
  notes?: readonly string[];
}

export interface TableColumn {
  label: string;
  /**
   * How values are shown and aligned. `time` and `duration` are in ms, `code` is set in a fixed width; a `sparkline` is drawn of
   * the points of a curve. Default `text`.
   */
  type?: "text" | "number" | "boolean" | "time" | "duration" | "code" | "sparkline";
  /** Marks the best number of the column: see `bestFirst`. */
  best?: MetricGoal;
  /** The best number there is, when `rows` is only a part: nothing is marked when it stands in none of them. */
  bestOfAll?: number;
  /** Numbers are differences: those above 0 have a sign too. */
  signed?: boolean;
  /** Numbers have a bar behind them, from 0 to the largest; not where one is below 0. */
  bar?: boolean;
  /** The cells of this column name their row. */
  rowHeader?: boolean;
}

/** Columns of texts up to this long, in characters, are never broken into lines; of longer ones a line, and a head, holds as much. */
const unbrokenLength = 40;

/** Captions up to this long, in characters, stand on one line: what a notebook's output of 700 pixels holds. */
const captionLength = 90;

/** @returns `text/html` and its `text/plain` twin; for tables only, never beside a chart */
export function tableBundle(table: Table): MimeBundle {
  return { data: { "text/html": sortableTableHtml(table), "text/plain": tableText(table, consoleWidth) } };
}

/**
 * The table as HTML for a notebook: where scripts run, its columns sort and a long one is shown in pages; elsewhere it is what
 * `tableHtml` gives, a long one in a box that scrolls.
 */
export function sortableTableHtml(table: Table): string {
  const rows = Math.min(table.rows.length, table.maxRows ?? defaultMaxRows);
  return withTableScript(tableHtml(table), rows, table.pageRows ?? usualPage);
}

/**
 * The table as HTML: all text escaped, styles inline and neutral to the theme, no script. A long one scrolls in its box.
 * @param caption - show the caption; without, it is there for screen readers alone. Default true
 */
export function tableHtml(table: Table, { caption = true }: { caption?: boolean } = {}): string {
  const grid = layOut(table);
  const head = grid.columns
    .map((column) => {
      const unsorted = column.type === "sparkline" ? " data-unsorted" : "";
      const shown = clip(column.label, unbrokenLength);
      const whole = shown === column.label ? "" : ` title="${escapeHtml(column.label)}"`;
      return `<th scope="col"${unsorted} style="${headStyle}${alignOf(column)}"${whole}>${escapeHtml(shown)}</th>`;
    })
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
  const label = escapeHtml(table.caption);
  const page = table.pageRows ?? usualPage;
  return (
    `<div><div style="${isLongTable(grid.cells.length, page) ? longBoxStyle(page) : boxStyle}">` +
    `<table style="${tableStyle}"${caption ? "" : ` aria-label="${label}"`}>` +
    (caption ? `<caption style="${captionStyle}${captionWrap(table.caption)}">${label}</caption>` : "") +
    `<thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>${notes}</div>`
  );
}

/** Characters of a line in a notebook's consoles, whose windows may be no wider. */
export const consoleWidth = 80;

/** Characters of a long text that stand on the line of its row at least, before the console goes on below. */
const narrowest = 8;

/** Characters that a name keeps at least where a table must be made narrower: two of them and a number still stand side by side. */
const narrowCell = 32;

/**
 * The table as text in columns; best values carry a `*`.
 * @param width - where a line would be longer, the columns that have no room follow below, each part with the columns that name the
 * rows, and long names and labels are cut. Default: a line per row, however long it is, for files and pipes
 */
export function tableText(table: Table, width = Number.POSITIVE_INFINITY): string {
  const grid = layOut({ ...table, maxRows: table.maxTextRows ?? table.maxRows });
  const { columns } = grid;
  const marked = columns.map((_, at) => grid.cells.some((row) => row[at]?.best));
  const text = (cell: Cell, at: number) => oneLine(cell.text) + (cell.best ? " *" : marked[at] ? "  " : "");
  const rows = grid.cells.map((row) => row.map(text));
  const cellWidths = columns.map((_, at) => rows.reduce((longest, row) => Math.max(longest, row[at]?.length ?? 0), 0));
  const labels = columns.map(({ label }) => oneLine(label));
  const whole = labels.map((label, at) => Math.max(label.length, cellWidths[at] ?? 0));
  const fits = whole.reduce((sum, wide) => sum + wide + 2, -2) <= width;
  const naming =
    Math.max(
      0,
      columns.findIndex(({ rowHeader }) => rowHeader),
    ) + 1;
  const widest = cellWidths.slice(naming).reduce((most, wide) => Math.max(most, wide), narrowCell);
  const cut = (value: string, at: number) =>
    fits || at >= naming ? value : clip(value, Math.max(narrowCell, width - widest - 2));
  const head = labels.map((label, at) => (fits ? label : clip(label, Math.max(narrowCell, cellWidths[at] ?? 0))));
  const cells = rows.map((row) => row.map(cut));
  const widths = head.map((label, at) =>
    cells.reduce((longest, row) => Math.max(longest, row[at]?.length ?? 0), label.length),
  );
  const part = (indices: readonly number[]) => {
    const line = (texts: readonly string[]) =>
      indices
        .map((at) => {
          const [cell = "", wide = 0] = [texts[at], widths[at]];
          return isRight(columns[at]) ? cell.padStart(wide) : cell.padEnd(wide);
        })
        .join("  ")
        .trimEnd();
    return [line(head), indices.map((at) => "-".repeat(widths[at] ?? 0)).join("  "), ...cells.map(line)].join("\n");
  };
  const parts = columnParts(columns, widths, naming, width).map(part);
  return [visible(table.caption), parts.join("\n\n"), ...grid.notes.map(visible)].join("\n");
}

/** The places of the columns of each part: the first, which name the rows, and as many others as fit beside them, at least one. */
function columnParts(
  columns: readonly TableColumn[],
  widths: readonly number[],
  naming: number,
  width: number,
): number[][] {
  const names = widths.map((_, at) => at).slice(0, naming);
  const parts: number[][] = [];
  let taken = 0;
  for (let at = naming; at < widths.length; at++) {
    // A long text at the end of a row reads better where it stands, over the edge, than apart from the row.
    const isTail = at === widths.length - 1 && !isRight(columns[at]) && (widths[at] ?? 0) > narrowCell;
    const wide = 2 + (isTail ? narrowest : (widths[at] ?? 0));
    if (parts.length === 0 || taken + wide > width) {
      parts.push([...names]);
      taken = names.reduce((sum, name) => sum + 2 + (widths[name] ?? 0), -2);
    }
    parts.at(-1)?.push(at);
    taken += wide;
  }
  return parts.length === 0 ? [names] : parts;
}

function cellHtml(cell: Cell, column: TableColumn | undefined, wrap: string): string {
  const title = cell.full === undefined ? "" : ` title="${escapeHtml(cell.full)}"`;
  const text = cell.html ?? escapeHtml(cell.text);
  const inner = cell.best ? `<strong>${text}</strong><span title="best" aria-label="best"> ★</span>` : text;
  const code = column?.type === "code" ? codeStyle : "";
  const style = `${cellStyle}${alignOf(column)}${wrap}${code}${barStyle(cell)}`;
  return column?.rowHeader
    ? `<th scope="row" style="${style}font-weight:600"${title}>${inner}</th>`
    : `<td style="${style}"${title}>${inner}</td>`;
}

/** A picture rather than an element: it needs no room, and sanitizers keep it. */
function barStyle({ bar }: Cell): string {
  if (bar === undefined) return "";
  const end = `${Math.round(bar * 1000) / 10}%`;
  return `background:linear-gradient(90deg, rgba(59,130,196,0.25) ${end}, rgba(59,130,196,0) ${end});`;
}

function alignOf(column: TableColumn | undefined): string {
  return `text-align:${isRight(column) ? "right" : "left"};`;
}

/** A page that is too narrow scrolls the table instead of breaking names and numbers into lines of one word each. */
function wrapOf(column: TableColumn, texts: readonly string[]): string {
  const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
  if (isRight(column) || column.type === "time" || longest <= unbrokenLength) return nowrapStyle;
  return `${longTextStyle}min-width:${unbrokenLength / 2}em;`;
}

/**
 * A caption of usual length stands on one line, also above a narrow table: without a width of its own it reaches past the table
 * and does not widen it. A long one breaks between its words, so that the id of a run can be read and copied; only a very long word
 * is broken.
 */
function captionWrap(caption: string): string {
  if (caption.length <= captionLength) return `${nowrapStyle}width:0;`;
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
  /** Markup that is shown instead of the text. */
  html?: string;
  /** How far its bar reaches, from 0 to 1. */
  bar?: number | undefined;
}

/** Significant digits of a number that is a text: one with more was computed, not chosen. */
const mostDigits = 7;

type CellText = Omit<Cell, "best" | "bar">;

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
    const bars = barsOf(column, values);
    return cellTexts(column, values).map((cell, row) => ({
      ...(table.missing !== undefined && (values[row] ?? undefined) === undefined
        ? { text: table.missing, full: undefined }
        : cell),
      best: best !== undefined && values[row] === best,
      bar: bars[row],
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

function barsOf({ bar }: TableColumn, values: readonly unknown[]): ReadonlyArray<number | undefined> {
  const numbers = values.filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];
  const largest = numbers.reduce((a, b) => Math.max(a, b), 0);
  if (!bar || largest === 0 || numbers.some((number) => number < 0)) return [];
  return values.map((value) => (typeof value === "number" && Number.isFinite(value) ? value / largest : undefined));
}

const emptyCell: Cell = { text: "", full: undefined, best: false };

function cellTexts(column: TableColumn, values: readonly unknown[]): Array<CellText> {
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

function cellText(column: TableColumn, value: unknown): CellText {
  if (value === null || value === undefined) return { text: "", full: undefined };
  if (column.type === "sparkline") {
    const points = value as readonly PointRow[];
    return { text: sparklineText(points), full: undefined, html: sparklineHtml(points, column.label) };
  }
  if (typeof value === "number") {
    if (column.type === "time") return { text: formatTime(value), full: new Date(value).toISOString() };
    if (column.type === "duration") return { text: formatDuration(value), full: `${value} ms` };
    return { text: formatNumber(value), full: String(value) };
  }
  if (typeof value === "boolean") return { text: value ? "yes" : "no", full: undefined };
  const full = String(value);
  const text = clip(column.type === "number" ? shortNumber(full) : full, maxCellLength);
  return { text, full: text === full ? undefined : clip(full, 10 * maxCellLength) };
}

/** A number that was logged as text: as it was written, unless a random draw gave it more digits than anybody reads. */
function shortNumber(text: string): string {
  const digits = /^[+-]?(\d*)\.(\d+)(?:e[+-]?\d+)?$/i.exec(text);
  if (digits === null) return text;
  const [, whole = "", fraction = ""] = digits;
  const significant = (whole + fraction).replace(/^0+/, "");
  return significant.length <= mostDigits ? text : formatNumber(Number(text)).replaceAll(",", "");
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

// JupyterLab drops what refers to its own variables when a notebook is not trusted, so that colours are the page's, with lines
// that show on white and on black.
const boxStyle = "overflow-x:auto";
const longBoxStyle = (page: number) => `overflow:auto;max-height:${page * 2}em`;
const line = "1px solid rgba(128,128,128,0.35)";
const tableStyle =
  "border-collapse:collapse;table-layout:auto;width:auto;margin:0;font-variant-numeric:tabular-nums;color:inherit";
const captionStyle = "caption-side:top;text-align:left;padding:4px 8px;font-weight:600;color:inherit;";
const nowrapStyle = "white-space:nowrap;";
const longTextStyle = "overflow-wrap:anywhere;";
// Said in full: JupyterLab lets text break anywhere.
const wholeWordsStyle = "overflow-wrap:normal;word-break:normal;";
const headStyle = "padding:4px 8px;border-bottom:2px solid rgba(128,128,128,0.6);font-weight:600;white-space:nowrap;";
// On the row, not in every cell: a table of 200 rows is kept in the notebook.
const rowStyle = `border-bottom:${line};vertical-align:top`;
const cellStyle = "padding:4px 8px;";
const codeStyle = "font-family:monospace;font-size:0.92em;";
const noteStyle = "padding:4px 8px;font-size:0.9em;opacity:0.85";

/** For drawings that are tables of another build. */
export const tableStyles = {
  table: tableStyle,
  caption: captionStyle,
  head: headStyle,
  row: rowStyle,
  note: noteStyle,
} as const;

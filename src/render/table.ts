import { visible } from "../visible.js";
import { escapeHtml } from "./escape-html.js";
import type { MimeBundle } from "./mime-bundle.js";
import { type Cell, emptyCell, isRight, layOut, type Table, type TableColumn } from "./table-grid.js";

export type { Table, TableColumn } from "./table-grid.js";

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

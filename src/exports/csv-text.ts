import { TrackingError } from "../errors.js";

/** CSV as RFC 4180 has it. An empty cell is missing; an empty text is written `""`. */

export type CsvCell = string | undefined;

/**
 * One line, with its line end. A text that a spreadsheet would run as a formula gets a `'` in front, and one that begins
 * with `'` gets another, so that `parseCsv` gives back what was written.
 */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(",")}\r\n`;
}

/** Every row, an empty line as one of a missing cell. @throws {TrackingError} INVALID_PARAMETER_VALUE for quotes that do not close, naming the line */
export function parseCsv(text: string): CsvCell[][] {
  const rows: CsvCell[][] = [];
  let row: CsvCell[] = [];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length) {
    const { cell, end } = text[at] === '"' ? quotedCell(text, at, rows.length + 1) : plainCell(text, at);
    row.push(cell);
    at = end;
    if (text[at] === ",") {
      at++;
      // A comma at the very end has one more empty cell behind it.
      if (at === text.length) row.push(undefined);
      continue;
    }
    rows.push(row);
    row = [];
    at += text.startsWith("\r\n", at) ? 2 : 1;
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function cellText(cell: CsvCell): string {
  if (cell === undefined) return "";
  const guarded = /^[=+\-@\t\r']/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell;
  return guarded === "" || /[",\r\n]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

function plainCell(text: string, start: number): { cell: CsvCell; end: number } {
  let end = start;
  while (end < text.length && text[end] !== "," && text[end] !== "\n" && text[end] !== "\r") end++;
  return { cell: end === start ? undefined : unguarded(text.slice(start, end)), end };
}

function quotedCell(text: string, start: number, line: number): { cell: CsvCell; end: number } {
  let cell = "";
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", `Row ${line} of the CSV opens a quote that is never closed.`);
    }
    cell += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    cell += '"';
    at++;
  }
  // What stands between the closing quote and the comma belongs to no format; it is kept.
  const rest = plainCell(text, at);
  return { cell: unguarded(cell) + (rest.cell ?? ""), end: rest.end };
}

function unguarded(cell: string): string {
  return /^'[=+\-@\t\r']/.test(cell) ? cell.slice(1) : cell;
}

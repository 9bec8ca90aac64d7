import { bad, table } from "./input-format.js";
import type { InputShape, ShapedInput } from "./input-shape.js";

/**
 * Rows of a CSV body (RFC 4180), the first of which has the columns' names. An empty cell is no value.
 * @throws {HttpError} 400 for no rows, ragged rows, or a quote that is not closed
 */
export function readCsvBody(text: string, shape: InputShape): ShapedInput {
  const [names, ...rows] = csvRows(text);
  if (names === undefined) throw bad("The body is empty. CSV begins with a line of column names.");
  const casts = names.map((name) => shape.cell(name));
  const cells = rows.map((row) => row.map((cell, at) => casts[at]?.(cell) ?? (cell === "" ? null : cell)));
  return table("The CSV", names, cells, shape);
}

/** Lines end in LF or CRLF; blank lines are left out. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  const plain = /[^",\r\n]*/y;
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const quoted = text[at] === '"';
    const cell = quoted ? quotedCell(text, at) : plainCell(text, at, plain);
    if (cell === undefined) {
      throw bad(`The CSV cannot be read at row ${rows.length}: a quote is misplaced or not closed.`);
    }
    const { value, end, behind } = cell;
    row.push(value);
    at = behind;
    if (end === ",") {
      // A comma at the very end leaves an empty last cell.
      if (at === text.length) row.push("");
      else continue;
    }
    if (row.length > 1 || row[0] !== "" || quoted) rows.push(row);
    row = [];
  }
  return row.length > 0 ? [...rows, row] : rows;
}

interface Cell {
  value: string;
  /** What ends it: a comma, a line end, or nothing at the end of the text. */
  end: string;
  behind: number;
}

/** @returns undefined when a quote is not closed, or something stands behind it */
function quotedCell(text: string, start: number): Cell | undefined {
  // Not by a regular expression: for a cell of some MB the one there would be runs out of stack.
  let close = text.indexOf('"', start + 1);
  while (text[close + 1] === '"' && close >= 0) close = text.indexOf('"', close + 2);
  if (close < 0) return undefined;
  return ended(text, close + 1, text.slice(start + 1, close).replaceAll('""', '"'));
}

function plainCell(text: string, start: number, pattern: RegExp): Cell | undefined {
  pattern.lastIndex = start;
  const value = pattern.exec(text)?.[0] ?? "";
  return ended(text, start + value.length, value);
}

function ended(text: string, at: number, value: string): Cell | undefined {
  const end = text.startsWith("\r\n", at) ? "\r\n" : text.slice(at, at + 1);
  return ["", ",", "\n", "\r\n"].includes(end) ? { value, end, behind: at + end.length } : undefined;
}

import { bad, table } from "./input-format.js";
import type { InputShape, ShapedInput } from "./input-shape.js";

/**
 * Rows of a CSV body (RFC 4180), the first of which has the columns' names. An empty cell is no value.
 * @throws {RequestError} 400 for no rows, ragged rows, or a quote that is not closed
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
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let row: string[] = [];
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw bad(`The CSV cannot be read at row ${rows.length}: a quote is misplaced or not closed.`);
    const [, quotedCell, plain = "", end] = match;
    row.push(quotedCell === undefined ? plain : quotedCell.replaceAll('""', '"'));
    if (end === ",") {
      // A comma at the very end leaves an empty last cell.
      if (pattern.lastIndex === text.length) row.push("");
      else continue;
    }
    if (row.length > 1 || row[0] !== "" || text[at] === '"') rows.push(row);
    row = [];
  }
  return row.length > 0 ? [...rows, row] : rows;
}

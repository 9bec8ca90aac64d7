import { CsvQuoteError, parseCsv } from "../../../csv-text.js";
import { bad, table } from "./input-format.js";
import type { InputShape, ShapedInput } from "./input-shape.js";

/**
 * Rows of a CSV body (RFC 4180), the first of which has the columns' names. An empty cell is no value.
 * @throws {HttpError} 400 for no rows, ragged rows, or a quote that is misplaced or not closed
 */
export function readCsvBody(text: string, shape: InputShape): ShapedInput {
  const [names, ...rows] = rowsOf(text);
  if (names === undefined) throw bad("The body is empty. A CSV starts with a line of column names.");
  const casts = names.map((name) => shape.cell(name));
  const cells = rows.map((row) => row.map((cell, at) => casts[at]?.(cell) ?? (cell === "" ? null : cell)));
  return table("The CSV", names, cells, shape);
}

function rowsOf(text: string): string[][] {
  try {
    return parseCsv(text, { skipEmptyLines: true });
  } catch (error) {
    if (!(error instanceof CsvQuoteError)) throw error;
    const place = error.row === 1 ? "the header" : `row ${error.row - 2}`;
    throw bad(
      `The CSV has a misplaced or unclosed quote in ${place}. Quote the whole cell, and double the quotes inside it.`,
    );
  }
}

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Both are loaded with their first use. Not by `import()`: a scoring request is read without waiting. */
function csvParse(): typeof import("csv-parse/sync") {
  return require("csv-parse/sync");
}

function csvStringify(): typeof import("csv-stringify/sync") {
  return require("csv-stringify/sync");
}

/** `undefined` is an empty cell: nothing between two commas. */
export type CsvCell = string | undefined;

/** A quote in a place that RFC 4180 does not allow, or one that is never closed. */
export class CsvQuoteError extends Error {
  override readonly name = "CsvQuoteError";
  /** From 1; the header counts. */
  readonly row: number;

  constructor(row: number, cause: unknown) {
    super(`Row ${row} of the CSV has a misplaced or unclosed quote.`, { cause });
    this.row = row;
  }
}

/** In this order, so that CRLF is one line end; files that were joined mix them. */
const lineEnds = ["\r\n", "\n", "\r"];

/**
 * Every row of a CSV text as its cells' text, without a byte order mark; rows may differ in length. An empty line is a row of one
 * empty text, or left out with `skipEmptyLines`.
 * @throws {CsvQuoteError} for a misplaced or unclosed quote
 */
export function parseCsv(text: string, { skipEmptyLines = false } = {}): string[][] {
  return parsed(text, { skip_empty_lines: skipEmptyLines });
}

/**
 * What `csvLine` wrote: as `parseCsv`, but an empty cell (`undefined`) differs from an empty text (`""`), and the `'` before what
 * looks like a formula is gone. A quote inside an unquoted cell is kept as text, as spreadsheets do.
 * @throws {CsvQuoteError} for an unclosed quote
 */
export function parseCsvCells(text: string): CsvCell[][] {
  // Asking for each cell whether it was quoted takes ten times as long, so only where an empty text may stand.
  const rows: CsvCell[][] = /(?:^|[,\n\r\ufeff])""(?:[,\n\r]|$)/.test(text)
    ? parsed(text, { relax_quotes: true, cast: (cell, { quoting }) => (cell === "" && !quoting ? undefined : cell) })
    : parsed(text, { relax_quotes: true }).map((row) => row.map((cell) => (cell === "" ? undefined : cell)));
  return rows.map((row) => row.map((cell) => cell && unguarded(cell)));
}

/**
 * One line, with its line end. A text that a spreadsheet would run as a formula gets a `'` in front, and one that begins
 * with `'` gets another, so that `parseCsvCells` gives back what was written.
 */
export function csvLine(cells: readonly CsvCell[]): string {
  return csvStringify().stringify([cells.map((cell) => cell && guarded(cell))], {
    record_delimiter: "\r\n",
    // An empty text; spaces at the ends, which some readers trim; line ends of other systems.
    quoted_match: /^$|^\s|\s$|[\r\n]/,
  });
}

function parsed(text: string, options: import("csv-parse/sync").Options): string[][] {
  const { CsvError, parse } = csvParse();
  try {
    return parse(text, { bom: true, record_delimiter: lineEnds, relax_column_count: true, ...options }) as string[][];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CsvQuoteError(Number(error.records) + 1, error);
  }
}

function guarded(cell: string): string {
  return /^[=+\-@\t\r']/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell;
}

function unguarded(cell: string): string {
  return /^'[=+\-@\t\r']/.test(cell) ? cell.slice(1) : cell;
}

import { type CsvCell, CsvQuoteError, csvLine, parseCsvCells } from "../csv-text.js";
import { TrackingError } from "../errors.js";
import { numberToJson } from "../tracking/mlflow-json.js";
import type { ExportFormat, ImportedRun, ImportedRuns } from "./export-format.js";
import { checkColumns, type RunColumn, runColumns, runOfRecord, timeText } from "./run-columns.js";

/** A row per run, see `runColumns`; times are ISO 8601 in UTC. It reads what MLflow's `search_runs().to_csv()` writes as well. */
export const csv = {
  name: "csv",
  doc: "a row per run: params, last metrics, tags, and histories as JSON",
  extensions: [".csv"],
  async *write(source) {
    const columns = runColumns(source);
    yield csvLine(columns.map(({ name }) => name));
    for (const run of source.runs) {
      const cells = await Promise.all(columns.map((column) => column.cell(run, source.history)));
      yield csvLine(cells.map((cell, at) => cellText(columns[at]?.type, cell)));
      source.advance();
    }
  },
  read: async (file) => readCsv(await file.text()),
} satisfies ExportFormat;

/** @throws {TrackingError} INVALID_PARAMETER_VALUE naming the row */
export function readCsv(text: string): ImportedRuns {
  const [header = [], ...rows] = rowsOf(text);
  const names = header.map((name) => name ?? "");
  checkColumns(names, "Row 1 of the CSV");
  const runs = rows.flatMap((row, at): ImportedRun[] => {
    if (row.length === 1 && row[0] === undefined) return []; // an empty line
    if (row.length !== names.length) {
      throw new TrackingError(
        "INVALID_PARAMETER_VALUE",
        `Row ${at + 2} of the CSV has ${row.length} cells, but the header has ${names.length}.`,
      );
    }
    const record = new Map<string, string>();
    for (const [column, cell] of row.entries()) if (cell !== undefined) record.set(names[column] ?? "", cell);
    return [runOfRecord(record, `Row ${at + 2} of the CSV`)];
  });
  return { experimentTags: {}, runs };
}

function cellText(type: RunColumn["type"] | undefined, cell: string | number | undefined): CsvCell {
  if (typeof cell !== "number") return cell;
  return type === "time" ? timeText(cell) : String(numberToJson(cell));
}

function rowsOf(text: string): CsvCell[][] {
  try {
    return parseCsvCells(text);
  } catch (error) {
    if (!(error instanceof CsvQuoteError)) throw error;
    throw new TrackingError("INVALID_PARAMETER_VALUE", `A quote in row ${error.row} of the CSV is never closed.`, {
      hint: "Close the quote, and double any quotes inside a quoted cell.",
      cause: error,
    });
  }
}

import { TrackingError } from "../errors.js";
import type { ExportFormat, ExportSource } from "./export-format.js";
import { readParquet, writeParquet } from "./parquet-file.js";
import { checkColumns, runColumns, runOfRecord, timeText } from "./run-columns.js";

/** Runs of one row group: their histories are in memory at the same time. */
const groupRuns = 200;

/**
 * A row per run, see `runColumns`, with typed columns: numbers are DOUBLE, times TIMESTAMP in UTC, all else STRING. It reads what
 * pandas writes of MLflow's `search_runs` as well.
 */
export const parquet = {
  name: "parquet",
  doc: "the columns of csv, typed, for pandas, DuckDB and Polars",
  extensions: [".parquet"],
  write(source) {
    const columns = runColumns(source);
    return writeParquet(columns, groups(source, columns));
  },
  async read(file) {
    const { names, rows } = await readParquet(await file.bytes());
    checkColumns(names, "The header of the Parquet file");
    return {
      experimentTags: {},
      runs: rows.map((cells, at) => {
        const row = `Row ${at + 1} of the Parquet file`;
        const record = new Map<string, string>();
        for (const [column, name] of names.entries()) {
          const text = cellText(cells[column], `${row}, ${name}`);
          if (text !== undefined) record.set(name, text);
        }
        return runOfRecord(record, row);
      }),
    };
  },
} satisfies ExportFormat;

async function* groups(
  { runs, history, advance }: ExportSource,
  columns: ReturnType<typeof runColumns>,
): AsyncGenerator<unknown[][]> {
  for (let from = 0; from < runs.length; from += groupRuns) {
    const group = runs.slice(from, from + groupRuns);
    const cells: unknown[][] = columns.map(() => []);
    for (const run of group) {
      for (const [at, column] of columns.entries()) {
        const cell = await column.cell(run, history);
        cells[at]?.push(column.type === "time" && typeof cell === "number" ? new Date(cell) : cell);
      }
      advance();
    }
    yield cells;
  }
}

/** @returns undefined for a null; text of a number reads back as the same number */
function cellText(cell: unknown, where: string): string | undefined {
  if (cell === null || cell === undefined) return undefined;
  if (typeof cell === "string") return cell;
  if (typeof cell === "number" || typeof cell === "bigint" || typeof cell === "boolean") return String(cell);
  if (cell instanceof Date && !Number.isNaN(cell.getTime())) return timeText(cell.getTime());
  throw new TrackingError("INVALID_PARAMETER_VALUE", `${where} is neither text, a number, a boolean nor a time.`);
}

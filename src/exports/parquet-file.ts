import type { ColumnSource } from "hyparquet-writer";
import { reasonOf, TrackingError } from "../errors.js";
import { readParquetRows } from "../parquet-rows.js";
import type { RunColumn } from "./run-columns.js";

/** Loaded with its first use. */
const hyparquetWriter = () => import("hyparquet-writer");

const types = { text: "STRING", number: "DOUBLE", time: "TIMESTAMP", json: "STRING" } as const satisfies Record<
  RunColumn["type"],
  ColumnSource["type"]
>;

/**
 * A Parquet file in pieces, one per row group, compressed with Snappy.
 * @param groups - of each row group, its columns' cells; undefined is a null; a time is a Date
 */
export async function* writeParquet(
  columns: readonly RunColumn[],
  groups: AsyncIterable<unknown[][]>,
): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await hyparquetWriter();
  const sources = (cells: readonly unknown[][]): ColumnSource[] =>
    columns.map(({ name, type }, at) => ({ name, type: types[type], nullable: true, data: cells[at] ?? [] }));
  const pieces = new ByteWriter();
  const writer = new ParquetWriter({
    writer: pieces,
    schema: schemaFromColumnData({ columnData: sources([]) }),
    createdBy: "runlab",
  });
  const next = () => {
    const bytes = pieces.getBytes().slice();
    pieces.index = 0;
    return bytes;
  };
  for await (const cells of groups) {
    await writer.write({ columnData: sources(cells), rowGroupSize: cells[0]?.length ?? 0 });
    yield next();
  }
  await writer.finish();
  yield next();
}

/**
 * The rows of a Parquet file, each with its cells in the order of `names`.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for what is no Parquet file, is damaged or compressed with LZO
 */
export async function readParquet(bytes: Uint8Array): Promise<{ names: string[]; rows: unknown[][] }> {
  const slice = (start: number, end?: number) => new Uint8Array(bytes.slice(start, end)).buffer;
  try {
    return await readParquetRows({ byteLength: bytes.byteLength, slice });
  } catch (cause) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The file cannot be read as Parquet: ${reasonOf(cause)}`, {
      hint: "If it is compressed with LZO, write it with Snappy. If it was truncated, export the runs again.",
      cause,
    });
  }
}

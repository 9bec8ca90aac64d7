/** A file that can be read in parts. */
export interface PartedFile {
  byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** Columns of a Parquet file by name, and rows with their cells in that order. */
export interface ParquetRows {
  names: string[];
  rows: unknown[][];
  /** Of the whole file. */
  total: number;
}

/**
 * Reads a Parquet file that is uncompressed or compressed with Snappy. The library is loaded with the first one.
 * @param most - rows that are read; no more of the file is than they need. Default: all
 * @throws for what is no Parquet file, is damaged or compressed in another way
 */
export async function readParquetRows(file: PartedFile, most?: number): Promise<ParquetRows> {
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet");
  const metadata = await parquetMetadataAsync(file);
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const total = Number(metadata.num_rows);
  const rowEnd = most === undefined ? total : Math.min(most, total);
  const rows = await new Promise<unknown[][]>((resolve, reject) => {
    parquetRead({ file, metadata, rowEnd, rowFormat: "array", onComplete: resolve }).catch(reject);
  });
  return { names, rows, total };
}

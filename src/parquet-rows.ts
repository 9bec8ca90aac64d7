import type { Compressors, FileMetaData } from "hyparquet";

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
 * Reads a Parquet file, compressed with Snappy, gzip, Brotli, Zstandard or LZ4, or not at all. The library is loaded with the first one.
 * @param most - rows that are read; no more of the file is than they need. Default: all
 * @throws for what is no Parquet file, is damaged or compressed with LZO
 */
export async function readParquetRows(file: PartedFile, most?: number): Promise<ParquetRows> {
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet");
  const metadata = await parquetMetadataAsync(file);
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const total = Number(metadata.num_rows);
  const rowEnd = most === undefined ? total : Math.min(most, total);
  const compressors = await compressorsFor(metadata);
  const rows = await new Promise<unknown[][]>((resolve, reject) => {
    parquetRead({ file, metadata, rowEnd, rowFormat: "array", compressors, onComplete: resolve }).catch(reject);
  });
  return { names, rows, total };
}

/** Only loaded for files that need them: hyparquet itself reads Snappy, which pandas writes unless it is told otherwise. */
async function compressorsFor({ row_groups }: FileMetaData): Promise<Compressors> {
  const codecs = row_groups.flatMap(({ columns }) =>
    columns.map((column) => column.meta_data?.codec ?? "UNCOMPRESSED"),
  );
  if (codecs.every((codec) => codec === "UNCOMPRESSED" || codec === "SNAPPY")) return {};
  // Named one by one, so that its `compressors` are not in the page: they compile WebAssembly, which the page's policy forbids.
  const { decompressBrotli, decompressGzip, decompressLz4, decompressLz4Raw, decompressZstd } = await import(
    "hyparquet-compressors"
  );
  const all = {
    BROTLI: decompressBrotli,
    GZIP: decompressGzip,
    LZ4: decompressLz4,
    LZ4_RAW: decompressLz4Raw,
    ZSTD: (bytes: Uint8Array) => decompressZstd(bytes),
  };
  // A page without values is a byte or so, which the library's LZ4 takes for damage.
  const orNothing = (decompress: Decompress): Decompress => {
    return (bytes, length) => (length === 0 ? new Uint8Array() : decompress(bytes, length));
  };
  return Object.fromEntries(Object.entries(all).map(([codec, decompress]) => [codec, orNothing(decompress)]));
}

type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

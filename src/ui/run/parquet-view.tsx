import type { PartedFile } from "../../parquet-rows.js";
import { formatBytes } from "../../render/format-value.js";
import { ErrorBox } from "../parts/error-box.js";
import { artifactUrl } from "../server/artifacts.js";
import { failure } from "../server/ask.js";
import { useAsked } from "../server/use-asked.js";
import { TableView } from "./table-view.js";

/** Rows that are read. */
const mostRows = 500;
/** Bytes up to which a file is read at once; of a larger one, its end and the column chunks of the first rows. */
const smallFile = 2 * 1024 * 1024;
/** Bytes that are read for the rows of a preview: a row group may be the whole file. */
const mostBytes = 64 * 1024 * 1024;

/** The first rows of a Parquet file, read by a library that is loaded with the first one. */
export function ParquetView({ runId, path }: { runId: string; path: string }) {
  const asked = useAsked(`${runId}/${path}`, async (signal) => {
    const file = await openFile(artifactUrl(runId, path), signal);
    const { readParquetRows } = await import("../../parquet-rows.js");
    try {
      const { names, rows, total } = await readParquetRows(file, mostRows);
      return { names, rows: rows.map((row) => row.map(plain)), total };
    } catch (cause) {
      throw new Error(`The file cannot be shown as a table: ${(cause as Error).message}`, { cause });
    }
  });
  if (asked.error) return <ErrorBox error={asked.error} again={asked.again} />;
  if (asked.value === undefined) return <p class="faint">Reading…</p>;
  const { names, rows, total } = asked.value;
  return <TableView columns={names} rows={rows} label={path} total={total} />;
}

async function openFile(url: string, signal: AbortSignal): Promise<PartedFile> {
  const read = async (start: number, end: number) => {
    const response = await fetch(url, { headers: { range: `bytes=${start}-${end - 1}` }, signal });
    if (!response.ok) throw await failure(response);
    return { bytes: await response.arrayBuffer(), size: Number(response.headers.get("content-range")?.split("/")[1]) };
  };
  const { bytes, size } = await read(0, smallFile);
  const byteLength = Number.isNaN(size) ? bytes.byteLength : size;
  let left = mostBytes;
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      if (end <= bytes.byteLength) return bytes.slice(start, end);
      left -= end - start;
      if (left < 0) throw new Error(`its first rows take more than ${formatBytes(mostBytes)}. Download it.`);
      return (await read(start, end)).bytes;
    },
  };
}

/** A cell that can be shown, whatever JSON has no word for. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date)
    return value
      .toISOString()
      .replace(/\.000Z$|Z$/, "")
      .replace("T", " ");
  if (value instanceof Uint8Array) return formatBytes(value.length);
  if (typeof value !== "object" || value === null) return value;
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner));
}

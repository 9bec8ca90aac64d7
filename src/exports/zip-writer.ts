import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";

/** A file of an archive. */
export interface ZipEntry {
  /** With `/` between its parts. */
  path: string;
  /** Pieces, a file to copy, or what gives the bytes when it is their turn. */
  content: AsyncIterable<string | Uint8Array> | Iterable<string> | { file: string } | (() => Promise<Uint8Array>);
}

/** Larger files are mostly weights and pictures, which do not get smaller. Bytes. */
const largestDeflated = 64 * 2 ** 20;

/**
 * From so many bytes on, what gets smaller than a part in 50 is stored as it is: `ZipReader` takes an archive that unpacks to a
 * hundred times its size for a bomb.
 */
const squeezed = { bytes: 512 * 2 ** 20, ratio: 50 };

/** A zip archive in pieces; entries are read one at a time, when it is their turn. Zip64 where it must be. */
export async function* zipPieces(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const { ZipFile } = await import("yazl");
  const archive = new ZipFile();
  const output = archive.outputStream as Readable;
  archive.on("error", (error: Error) => output.destroy(error));
  const counts = { in: 0, out: 0 };
  let current: Readable | undefined;
  const addAll = async () => {
    for await (const { path, content } of entries) {
      const { stream, bytes } = await opened(content);
      current = stream;
      stream.on("data", (piece: string | Uint8Array) => {
        counts.in += Buffer.byteLength(piece);
      });
      stream.pause();
      const compress =
        bytes <= largestDeflated && (counts.in < squeezed.bytes || counts.in < squeezed.ratio * counts.out);
      archive.addReadStream(stream, path, { compress });
      await finished(stream);
    }
    archive.end();
  };
  const added = addAll().catch((error: unknown) => {
    output.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const piece of output as AsyncIterable<Uint8Array>) {
      counts.out += piece.length;
      yield piece;
    }
    await added;
  } finally {
    output.destroy();
    current?.destroy();
  }
}

/** @returns `bytes`: how many they are; 0 when that is not known, as of a document */
async function opened(content: ZipEntry["content"]): Promise<{ stream: Readable; bytes: number }> {
  if (typeof content === "function") {
    const bytes = await content();
    return { stream: Readable.from([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)]), bytes: bytes.length };
  }
  if ("file" in content) return { stream: createReadStream(content.file), bytes: (await stat(content.file)).size };
  return { stream: Readable.from(inBuffers(content), { objectMode: false }), bytes: 0 };
}

async function* inBuffers(pieces: AsyncIterable<string | Uint8Array> | Iterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

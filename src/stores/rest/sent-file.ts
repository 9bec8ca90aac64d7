import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { OnSent } from "../../tracking/artifact-store.js";

/**
 * A file as the body of a request that may be sent again: each call begins anew.
 * @param range - bytes of the file, `end` included; default: all of it
 * @param onSent - hears of the bytes as the connection takes them
 */
export function sentFile(file: string, range: { start?: number; end?: number }, onSent?: OnSent): () => Readable {
  if (onSent === undefined) return () => createReadStream(file, range);
  let told = 0;
  async function* pieces(): AsyncGenerator<Buffer> {
    for await (const piece of createReadStream(file, range) as AsyncIterable<Buffer>) {
      yield piece;
      told += piece.length;
      onSent?.(piece.length);
    }
  }
  return () => {
    if (told > 0) onSent(-told);
    told = 0;
    return Readable.from(pieces(), { objectMode: false });
  };
}

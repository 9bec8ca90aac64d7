import { crc32 } from "node:zlib";
import type { ReadingDisk } from "./disk.js";

/** A CRC-32 as documents and the index have it: eight hex digits. It finds what a disk or an editor changed, and no forger. */
export function checksum(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}

/** The CRC-32 of the first bytes of a file that only grows. */
export interface FileSum {
  readonly bytes: number;
  readonly crc: number;
}

export const emptySum: FileSum = { bytes: 0, crc: 0 };

/** The sum once `text` is appended, ASCII. */
export function extendSum({ bytes, crc }: FileSum, text: string): FileSum {
  return { bytes: bytes + text.length, crc: crc32(text, crc) };
}

/** @param known - of this file, of no more bytes. @returns the sum of a file's first bytes; of fewer where it is shorter */
export function sumOf(path: string, bytes: number, disk: ReadingDisk, known = emptySum): FileSum {
  let sum = known;
  disk.readPieces(path, known.bytes, (piece) => {
    const more = piece.subarray(0, Math.max(0, bytes - sum.bytes));
    sum = { bytes: sum.bytes + more.length, crc: crc32(more, sum.crc) };
  });
  return sum;
}

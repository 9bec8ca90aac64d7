import { constants } from "node:buffer";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { reasonOf, TrackingError } from "../errors.js";
import type { ImportFile } from "./export-format.js";

/** A file longer than this is read in pieces, so that somebody can see how far it is. Bytes. */
const longFile = 16 * 2 ** 20;

/** Bytes read at once. */
const pieceLength = 4 * 2 ** 20;

/**
 * The text of a file, without a byte order mark.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST for what cannot be read; INVALID_PARAMETER_VALUE for what is not UTF-8, of which
 * other readers replace letters without a word, and for what is longer than a text can be
 */
export async function readTextFile(path: string, reading: ImportFile["reading"]): Promise<string> {
  const { size } = await stat(path).catch((cause) => unreadable(path, cause));
  if (size > constants.MAX_STRING_LENGTH) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `The file ${path} has ${size.toLocaleString("en-US")} bytes; at most ${constants.MAX_STRING_LENGTH.toLocaleString("en-US")} can be read.`,
      { hint: "Export fewer runs per file, using the option where or run names." },
    );
  }
  const bytes = await readBytes(path, reading);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The file ${path} is not UTF-8.`, {
      hint: "In a spreadsheet program, save it as 'CSV UTF-8'.",
      cause,
    });
  }
}

/** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when it cannot be looked at */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch((cause) => unreadable(path, cause))).isDirectory();
}

/** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when it cannot be read */
export async function readBytes(path: string, reading: ImportFile["reading"]): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size <= longFile) return await readFile(path);
    const advance = reading(size);
    const pieces: Buffer[] = [];
    for await (const piece of createReadStream(path, { highWaterMark: pieceLength }) as AsyncIterable<Buffer>) {
      pieces.push(piece);
      advance(piece.length);
    }
    return Buffer.concat(pieces);
  } catch (cause) {
    return unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): never {
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `${path} cannot be read: ${reasonOf(cause)}.`, { cause });
}

import { access, link, open, rename, unlink } from "node:fs/promises";
import { errorCode, reasonOf, TrackingError } from "./errors.js";

/**
 * Writes a file that appears when it is whole: the pieces go to a file beside it, which is put in place at the end.
 * @param path - absolute
 * @param what - what is written, for errors: "The export"
 * @param force - replace a file that is there
 * @returns bytes
 * @throws {TrackingError} RESOURCE_ALREADY_EXISTS when the file is there and `force` is not set; PERMISSION_DENIED or
 * INVALID_PARAMETER_VALUE when it cannot be written
 */
export async function writeWhole(
  path: string,
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  { what, force }: { what: string; force: boolean },
): Promise<number> {
  const exists = new TrackingError("RESOURCE_ALREADY_EXISTS", `The file ${path} already exists.`, {
    hint: "Overwrite it with the option force, or choose another path with the option to.",
  });
  if (!force && (await isThere(path))) throw exists;
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, "wx").catch((cause: unknown) => {
    throw cannotWrite(what, path, cause);
  });
  try {
    let bytes = 0;
    try {
      for await (const piece of pieces) {
        // Unlike write(), which on a disk that is nearly full writes a part and says so.
        await file.appendFile(piece);
        bytes += Buffer.byteLength(piece);
      }
    } finally {
      await file.close();
    }
    await (force ? rename(part, path) : putInPlace(part, path));
    return bytes;
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") throw exists;
    throw cause instanceof TrackingError ? cause : cannotWrite(what, path, cause);
  } finally {
    await unlink(part).catch(() => undefined);
  }
}

/** A name that every file system takes: the text and the day, `cars-2026-11-24.json`. @param extension - with the dot */
export function datedName(text: string, extension: string): string {
  const safe = text.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|(?<![-.])[-.]+$/g, "");
  const now = new Date();
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${[...safe].slice(0, 60).join("") || "experiment"}-${day}${extension}`;
}

/** A link, unlike a rename, never replaces a file that came in the meantime. Not every file system has links. */
async function putInPlace(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    if (errorCode(error) === "EEXIST" || (await isThere(path))) throw error;
    await rename(part, path);
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function cannotWrite(what: string, path: string, cause: unknown): TrackingError {
  const code =
    errorCode(cause) === "EACCES" || errorCode(cause) === "EROFS" ? "PERMISSION_DENIED" : "INVALID_PARAMETER_VALUE";
  return new TrackingError(code, `${what} cannot be written to ${path}: ${reasonOf(cause)}.`, { cause });
}

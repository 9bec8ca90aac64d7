import { readFileSync } from "node:fs";
import { LowSync, type SyncAdapter } from "lowdb";
import { TrackingError } from "../../errors.js";
import { type Disk, diskError } from "./disk.js";

/** Of every document; a greater one was written by a newer runlab. */
export const schemaVersion = 1;

/**
 * A lowdb document on the disk. lowdb's own file adapters write through one fixed temporary name, which two processes would
 * share; this one writes through a name of its own and renames.
 */
export class JsonDocument<T extends object> {
  readonly path: string;
  readonly #low: LowSync<T>;

  constructor(path: string, disk: Disk, initial: T) {
    this.path = path;
    this.#low = new LowSync(new DocumentAdapter<T>(path, disk), initial);
  }

  /** As it stands on the disk, else as it was before. @throws {TrackingError} DATA_LOSS, naming the document */
  read(): T {
    this.#low.read();
    return this.#low.data;
  }

  write(data: T): void {
    this.#low.data = data;
    this.#low.write();
  }
}

class DocumentAdapter<T extends object> implements SyncAdapter<T> {
  readonly #path: string;
  readonly #disk: Disk;

  constructor(path: string, disk: Disk) {
    this.#path = path;
    this.#disk = disk;
  }

  read(): T | null {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw diskError("read", this.#path, cause);
    }
    return parseDocument<T>(this.#path, text);
  }

  write(data: T): void {
    this.#disk.replace(this.#path, `${JSON.stringify({ schema_version: schemaVersion, ...data }, null, 1)}\n`);
  }
}

function parseDocument<T>(path: string, text: string): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, text.trim() === "" ? "it is empty" : `it is no JSON (${(cause as Error).message})`, cause);
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw damaged(path, "it holds no JSON object");
  const version: unknown = (data as { schema_version?: unknown }).schema_version;
  if (typeof version !== "number") throw damaged(path, "it has no schema_version");
  if (version > schemaVersion) {
    throw new TrackingError(
      "INVALID_STATE",
      `'${path}' has schema version ${version}; this runlab reads up to ${schemaVersion}.`,
      {
        hint: "Update runlab: npm i runlab@latest.",
      },
    );
  }
  return data as T;
}

/** A document that cannot be read; it is named, left as it is, and the rest of the store works. */
export function damaged(path: string, problem: string, cause?: unknown): TrackingError {
  return new TrackingError("DATA_LOSS", `'${path}' is damaged: ${problem}.`, {
    hint: "It is left as it is; the rest of the store works. Bring it back from a copy or from version control.",
    cause,
  });
}

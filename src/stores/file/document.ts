import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { LowSync, SyncAdapter } from "lowdb";
import { RunlabError, TrackingError } from "../../errors.js";
import type { Disk } from "./disk.js";
import { diskError } from "./disk-error.js";

const require = createRequire(import.meta.url);

/**
 * Loaded with the first document rather than with this module, which every session imports. Not by `import()`: a process that
 * exits writes the ends of its runs, and can wait for nothing. Node 20.19 requires modules like this one; again it costs 0.3 µs.
 */
function lowdb(): typeof import("lowdb") {
  return require("lowdb");
}

/** How documents grow: `upgrades[n]` makes of one of version n + 1 one of version n + 2. */
export interface DocumentSchema {
  readonly upgrades: ReadonlyArray<(document: Record<string, unknown>) => Record<string, unknown>>;
}

/** Of every document of a store. An older one is upgraded as it is read, and on the disk when it is next changed. */
const storeSchema: DocumentSchema = { upgrades: [] };

/** A greater one was written by a newer runlab. */
export const schemaVersion = versionOf(storeSchema);

/**
 * A lowdb document on the disk. lowdb's own file adapters write through one fixed temporary name, which two processes would
 * share; this one writes through a name of its own and renames.
 */
export class JsonDocument<T extends object> {
  readonly path: string;
  readonly #adapter: DocumentAdapter<T>;
  readonly #low: LowSync<T>;

  /** @param copy - where every state of the document is also kept, for `runlab doctor --store --mend`; derived, not read otherwise */
  constructor(path: string, initial: T, { copy, schema = storeSchema }: DocumentOptions = {}) {
    this.path = path;
    this.#adapter = new DocumentAdapter<T>(path, schema, copy);
    this.#low = new (lowdb().LowSync)(this.#adapter, initial);
  }

  /** As it stands on the disk, else as it was before. @throws {TrackingError} DATA_LOSS, naming the document */
  read(): T {
    this.#low.read();
    return this.#low.data;
  }

  /** @param disk - of a document that several processes change, the one that {@link FolderLock.hold} hands out */
  write(data: T, disk: DocumentDisk): void {
    this.#low.data = data;
    this.#adapter.writeOn(disk, () => this.#low.write());
  }
}

/** What writing a document takes. */
export type DocumentDisk = Pick<Disk, "replace" | "overwrite">;

/** Whether `read` does without an error about the document. */
export function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof RunlabError) return false;
    throw error;
  }
}

/** Where the copy of a shared document is kept. */
export function copyOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.copy`);
}

interface DocumentOptions {
  copy?: string;
  schema?: DocumentSchema;
}

class DocumentAdapter<T extends object> implements SyncAdapter<T> {
  readonly #path: string;
  readonly #schema: DocumentSchema;
  readonly #copy: string | undefined;
  #disk: DocumentDisk | undefined;

  constructor(path: string, schema: DocumentSchema, copy: string | undefined) {
    this.#path = path;
    this.#schema = schema;
    this.#copy = copy;
  }

  /** What `write` does in it goes to `disk`: lowdb's interface has no place for it. */
  writeOn(disk: DocumentDisk, write: () => void): void {
    this.#disk = disk;
    try {
      write();
    } finally {
      this.#disk = undefined;
    }
  }

  read(): T | null {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw diskError("read", this.#path, cause);
    }
    return parseDocument<T>(this.#path, text, this.#schema);
  }

  write(data: T): void {
    const version = { schema_version: versionOf(this.#schema) };
    // First for a reader's eye, last so that it wins over the version that was read.
    const text = `${JSON.stringify({ ...version, ...data, ...version }, null, 1)}\n`;
    if (this.#disk === undefined) throw new Error("A document is written by `writeOn` only.");
    this.#disk.replace(this.#path, text);
    if (this.#copy === undefined) return;
    try {
      // Every process waits while a shared document is written, and a new file costs more than all the rest.
      this.#disk.overwrite(this.#copy, text);
    } catch {
      // The document is written, which is what was asked for.
    }
  }
}

function parseDocument<T>(path: string, text: string, schema: DocumentSchema): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, text.trim() === "" ? "it is empty" : `it is no JSON (${(cause as Error).message})`, cause);
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw damaged(path, "it holds no JSON object");
  const version: unknown = (data as { schema_version?: unknown }).schema_version;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1)
    throw damaged(path, "it has no schema_version");
  if (version > versionOf(schema)) {
    throw new TrackingError(
      "INVALID_STATE",
      `'${path}' has schema version ${version}; this runlab reads up to ${versionOf(schema)}.`,
      {
        hint: "Update runlab: npm i runlab@latest.",
      },
    );
  }
  return schema.upgrades.slice(version - 1).reduce((document, upgrade) => upgrade(document), {
    ...data,
  } as Record<string, unknown>) as T;
}

function versionOf({ upgrades }: DocumentSchema): number {
  return upgrades.length + 1;
}

/** A document that cannot be read; it is named, left as it is, and the rest of the store works. */
export function damaged(path: string, problem: string, cause?: unknown): TrackingError {
  return new TrackingError("DATA_LOSS", `'${path}' is damaged: ${problem}.`, {
    hint: "It is left as it is; the rest of the store works. Mend it with `runlab doctor --store --mend`, or bring it back from a copy.",
    cause,
  });
}

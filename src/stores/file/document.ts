import { isUtf8 } from "node:buffer";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { LowSync, SyncAdapter } from "lowdb";
import { RunlabError, TrackingError } from "../../errors.js";
import { checked, flawText, type Schema } from "../../schema.js";
import type { Disk, ReadingDisk } from "./disk.js";

const require = createRequire(import.meta.url);

/**
 * Loaded with the first document rather than with this module, which every session imports. Not by `import()`: a process that
 * exits writes the ends of its runs, and can wait for nothing. Node 20.19 requires modules like this one; again it costs 0.3 µs.
 */
function lowdb(): typeof import("lowdb") {
  return require("lowdb");
}

/** How documents grow: `upgrades[n]` makes of one of version n + 1 one of version n + 2. */
export type Upgrades = ReadonlyArray<(document: Record<string, unknown>) => Record<string, unknown>>;

/** Of every document of a store. An older one is upgraded as it is read, and on the disk when it is next changed. */
const storeUpgrades: Upgrades = [];

/** Far beyond what any runlab will write: a greater number is damage, not a newer document. */
const greatestVersion = 10_000;

/** A greater one was written by a newer runlab. */
export const schemaVersion = versionAfter(storeUpgrades);

/**
 * A lowdb document on the disk, checked by its schema when it is read and before it is written. lowdb's own file adapters write
 * through one fixed temporary name, which two processes would share; this one writes through a name of its own and renames.
 */
export class JsonDocument<T extends object> {
  readonly path: string;
  readonly #schema: Schema<T>;
  readonly #adapter: DocumentAdapter<T>;
  readonly #low: LowSync<T | null>;

  constructor(
    path: string,
    disk: ReadingDisk,
    schema: Schema<T>,
    { copy, upgrades = storeUpgrades }: DocumentOptions = {},
  ) {
    this.path = path;
    this.#schema = schema;
    this.#adapter = new DocumentAdapter<T>(path, disk, (text) => parseDocument(path, text, upgrades, schema), {
      version: versionAfter(upgrades),
      copy,
    });
    const { LowSync: Low } = lowdb();
    this.#low = new Low<T | null>(this.#adapter, null);
  }

  /** @returns undefined when there is no such file. @throws {TrackingError} DATA_LOSS, naming the document and the field */
  read(): T | undefined {
    this.#low.data = null;
    this.#low.read();
    return this.#low.data ?? undefined;
  }

  /**
   * @param disk - of a document that several processes change, the one that {@link FolderLock.hold} hands out
   * @throws {TrackingError} INVALID_PARAMETER_VALUE for what could not be read again; of the disk
   */
  write(data: T, disk: DocumentDisk): void {
    checkWritable(this.path, this.#schema, data);
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

export interface DocumentOptions {
  /** Where every state of the document is also kept; read only when the document itself is damaged. */
  copy?: string | undefined;
  upgrades?: Upgrades;
}

class DocumentAdapter<T extends object> implements SyncAdapter<T | null> {
  readonly #path: string;
  readonly #parse: (text: string) => T;
  readonly #version: number;
  readonly #copy: string | undefined;
  readonly #reading: ReadingDisk;
  #writing: DocumentDisk | undefined;

  constructor(
    path: string,
    disk: ReadingDisk,
    parse: (text: string) => T,
    { version, copy }: { version: number; copy: string | undefined },
  ) {
    this.#path = path;
    this.#reading = disk;
    this.#parse = parse;
    this.#version = version;
    this.#copy = copy;
  }

  /** What `write` does in it goes to `disk`: lowdb's interface has no place for it. */
  writeOn(disk: DocumentDisk, write: () => void): void {
    this.#writing = disk;
    try {
      write();
    } finally {
      this.#writing = undefined;
    }
  }

  read(): T | null {
    const text = readText(this.#path, this.#reading);
    return text === undefined ? null : this.#parse(text);
  }

  write(data: T | null): void {
    const version = { schema_version: this.#version };
    // First for a reader's eye, last so that it wins over the version that was read.
    const text = `${JSON.stringify({ ...version, ...data, ...version }, null, 1)}\n`;
    if (this.#writing === undefined) throw new Error("A document is written by `writeOn` only.");
    this.#writing.replace(this.#path, text);
    if (this.#copy === undefined) return;
    try {
      // Every process waits while a shared document is written, and a new file costs more than all the rest.
      this.#writing.overwrite(this.#copy, text);
    } catch {
      // The document is written, which is what was asked for.
    }
  }
}

/** @returns undefined when there is no such file. @throws {TrackingError} DATA_LOSS when it is not text */
function readText(path: string, disk: ReadingDisk): string | undefined {
  try {
    const text = disk.readText(path);
    // A byte that is not UTF-8 reads as this character, which a text may hold as well.
    if (text?.includes("\ufffd") && !isUtf8(disk.read(path) ?? Buffer.alloc(0))) throw damaged(path, "it is not UTF-8");
    return text;
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    throw code === "EISDIR" ? damaged(path, "it is a folder", error) : error;
  }
}

function parseDocument<T>(path: string, text: string, upgrades: Upgrades, schema: Schema<T>): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, text.trim() === "" ? "it is empty" : `it is not JSON (${(cause as Error).message})`, cause);
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw damaged(path, "it is not a JSON object");
  const version: unknown = (data as { schema_version?: unknown }).schema_version;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1 || version > greatestVersion)
    throw damaged(path, "it has no schema_version");
  const newest = versionAfter(upgrades);
  if (version > newest) {
    throw new TrackingError(
      "INVALID_STATE",
      `'${path}' has schema version ${version}; this runlab reads up to ${newest}.`,
      {
        hint: "Update runlab: npm i runlab@latest.",
      },
    );
  }
  const steps = upgrades.slice(version - 1);
  const current = steps.reduce((document, upgrade) => upgrade(document), data as Record<string, unknown>);
  return checked(schema, current, (flaw) => damaged(path, flawText(flaw)));
}

function versionAfter(upgrades: Upgrades): number {
  return upgrades.length + 1;
}

/** So that a store never writes what it would not read. @throws {TrackingError} INVALID_PARAMETER_VALUE */
export function checkWritable<T>(path: string, schema: Schema<T>, data: T): void {
  const flaw = schema.find(data);
  if (flaw === undefined) return;
  throw new TrackingError("INVALID_PARAMETER_VALUE", `Cannot write '${path}': ${flawText(flaw)}.`, {
    hint: "Nothing was changed. Give a value of that type.",
  });
}

/** A document that cannot be read; it is named, left as it is, and the rest of the store works. */
export function damaged(path: string, problem: string, cause?: unknown): TrackingError {
  return new TrackingError("DATA_LOSS", `'${path}' is damaged: ${problem}.`, {
    hint: "It is left as it is, and the rest of the store works. `runlab doctor --store --fix` repairs what can be repaired.",
    cause,
  });
}

import { isUtf8 } from "node:buffer";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import type { LowSync, SyncAdapter } from "lowdb";
import { RunlabError, TrackingError } from "../../errors.js";
import { checked, flawText, type Schema } from "../../schema.js";
import { checksum } from "./checksum.js";
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
    this.#adapter = new DocumentAdapter<T>(path, disk, (fields) => checkDocument(path, fields, upgrades, schema), {
      version: versionAfter(upgrades),
      copy,
    });
    const { LowSync: Low } = lowdb();
    this.#low = new Low<T | null>(this.#adapter, null);
  }

  /** Whether what was read last is something else than what was written: its checksum does not fit. */
  get isAltered(): boolean {
    return this.#adapter.isAltered;
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

/** What is said of a document that {@link JsonDocument.isAltered}; it is read all the same. */
export function altered(path: string): TrackingError {
  return damaged(path, "its checksum (crc32) is wrong: it was changed after it was written. It is used as it is");
}

/** The name of a document's checksum, its last field: of the text before it, as this runlab lays it out. */
const checksumField = "crc32";

function render(fields: object): string {
  return JSON.stringify(fields, null, 1).slice(0, -2);
}

function seal(body: string): string {
  return `${body},\n "${checksumField}": "${checksum(crc32(body))}"\n}\n`;
}

const sealed = new RegExp(`,\\n "${checksumField}": "([0-9a-f]{8})"\\n\\}\\n$`);

/** Whether a document's text and its checksum belong together. One without a checksum was written by an earlier runlab, or by hand. */
function isSound(text: string, fields: Readonly<Record<string, unknown>>): boolean {
  const tail = sealed.exec(text.slice(-40));
  if (tail !== null && checksum(crc32(text.slice(0, -tail[0].length))) === tail[1]) return true;
  // Git gives lines another end on Windows, and a formatter lays them out anew: what counts is what they say.
  const { [checksumField]: told, ...rest } = fields;
  return told === undefined || told === checksum(crc32(render(rest)));
}

/** Whether a document is JSON whose checksum does not fit, see {@link JsonDocument.isAltered}. */
export function isAltered(path: string, disk: ReadingDisk): boolean {
  const found = looselyRead(path, disk);
  return found !== undefined && !isSound(found.text, found.fields);
}

/** Whether a document that {@link isAltered} said this when it was written. */
export function wasWritten(path: string, disk: ReadingDisk, data: object): boolean {
  return looselyRead(path, disk)?.fields[checksumField] === checksum(crc32(render(versioned(data, schemaVersion))));
}

/** What a document that {@link isAltered} said when it was written, when its copy says just that; else what it says now. */
export function restored(path: string, disk: ReadingDisk): { text: string; fromCopy: boolean } {
  const found = looselyRead(path, disk);
  const copy = looselyRead(copyOf(path), disk);
  const told = found?.fields[checksumField];
  if (copy !== undefined && copy.fields[checksumField] === told && isSound(copy.text, copy.fields)) {
    return { text: copy.text, fromCopy: true };
  }
  const { [checksumField]: _, ...rest } = found?.fields ?? {};
  return { text: seal(render(rest)), fromCopy: false };
}

function looselyRead(path: string, disk: ReadingDisk): { text: string; fields: Record<string, unknown> } | undefined {
  try {
    const text = readText(path, disk);
    return text === undefined ? undefined : { text, fields: parseObject(path, text) };
  } catch (error) {
    if (error instanceof RunlabError) return undefined;
    throw error;
  }
}

/** First for a reader's eye, last so that it wins over the version that was read. */
function versioned(data: object | null, version: number): object {
  const first = { schema_version: version };
  return { ...first, ...data, ...first };
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
  readonly #parse: (fields: Record<string, unknown>) => T;
  readonly #version: number;
  readonly #copy: string | undefined;
  readonly #reading: ReadingDisk;
  #isAltered = false;
  #writing: DocumentDisk | undefined;

  constructor(
    path: string,
    disk: ReadingDisk,
    parse: (fields: Record<string, unknown>) => T,
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
    this.#isAltered = false;
    if (text === undefined) return null;
    const fields = parseObject(this.#path, text);
    this.#isAltered = !isSound(text, fields);
    delete fields[checksumField];
    return this.#parse(fields);
  }

  get isAltered(): boolean {
    return this.#isAltered;
  }

  write(data: T | null): void {
    const text = seal(render(versioned(data, this.#version)));
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

function parseObject(path: string, text: string): Record<string, unknown> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, text.trim() === "" ? "it is empty" : `it is not JSON (${(cause as Error).message})`, cause);
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw damaged(path, "it is not a JSON object");
  return data as Record<string, unknown>;
}

function checkDocument<T>(path: string, fields: Record<string, unknown>, upgrades: Upgrades, schema: Schema<T>): T {
  const version: unknown = fields.schema_version;
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
  const current = steps.reduce((document, upgrade) => upgrade(document), fields);
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
    hint: "Nothing was changed. Pass a value of the expected type.",
  });
}

/** A document that cannot be read; it is named, left as it is, and the rest of the store works. */
export function damaged(path: string, problem: string, cause?: unknown): TrackingError {
  return new TrackingError("DATA_LOSS", `'${path}' is damaged: ${problem}.`, {
    hint: "It was left unchanged, and the rest of the store works. Run `runlab doctor --store --fix` to repair what can be repaired.",
    cause,
  });
}

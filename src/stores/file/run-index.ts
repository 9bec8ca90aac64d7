import { fstatSync } from "node:fs";
import { crc32 } from "node:zlib";
import { RunlabError } from "../../errors.js";
import { checksum } from "./checksum.js";
import type { Disk, ReadingDisk } from "./disk.js";
import { schemaVersion } from "./document.js";
import type { HandlePool } from "./handle-pool.js";
import { decode, IndexedRun } from "./indexed-run.js";
import type { RunLayout, StoreLayout } from "./layout.js";
import type { RunDocument, RunState } from "./run-codec.js";

/** A file system may give two changes within a tick the same time; what is younger than this is not trusted, ms. */
const settledMs = 2_000;

/**
 * The documents of an experiment's runs in one file, so that a first search reads one file in place of thousands. Derived:
 * a line counts only while the run's files look as they did when it was written, and its checksum fits; the file may be deleted
 * at any time. One line a run, `<run id> <checksum> <stamp> <document>`; the last one of a run counts.
 */
export class RunIndex {
  readonly #layout: StoreLayout;
  readonly #disk: Disk;
  readonly #pool: HandlePool;
  readonly #handles = new Map<string, { fd: number }>();
  #isClosed = false;
  #isDistrusted = false;

  constructor(layout: StoreLayout, disk: Disk, pool: HandlePool) {
    this.#layout = layout;
    this.#disk = disk;
    this.#pool = pool;
  }

  /** What the index says of an experiment's runs. */
  load(experimentId: string): IndexedRuns {
    const nothing = () => new IndexedRuns(this.#disk);
    if (this.#isDistrusted) return nothing();
    try {
      const indexed = new IndexedRuns(this.#disk);
      indexed.read(this.#layout.index(experimentId));
      if (!this.#isClosed && indexed.lines > 1000 && indexed.lines > 2 * indexed.size)
        this.#compact(experimentId, indexed);
      return indexed;
    } catch {
      // Unreadable: the documents are read.
      return nothing();
    }
  }

  /**
   * Notes runs that are at rest. A store that cannot be written to is searched without an index; one that was closed may be about
   * to be moved or removed, and is only read.
   */
  note(experimentId: string, runs: ReadonlyArray<{ document: RunDocument; stamp: string }>): void {
    if (this.#isClosed) return;
    const lines = runs.map(({ document, stamp }) => indexLine(document.info.run_id, stamp, JSON.stringify(document)));
    if (lines.length > 0) this.#append(experimentId, lines.join(""));
  }

  /** The run is about to change. */
  forget(experimentId: string, runId: string): void {
    this.#append(experimentId, indexLine(runId, none, "{}"));
  }

  /** The documents are read from now on, and noted anew. */
  distrust(): void {
    this.#isDistrusted = true;
  }

  /** Runs are written to, also after a {@link close}. */
  open(): void {
    this.#isClosed = false;
  }

  close(): void {
    this.#isClosed = true;
    for (const handle of this.#handles.values()) this.#pool.close(handle);
  }

  #append(experimentId: string, lines: string): void {
    const path = this.#layout.index(experimentId);
    const handle = this.#handles.get(experimentId) ?? { fd: -1 };
    this.#handles.set(experimentId, handle);
    try {
      // The experiment, or the whole store, may have been removed and made anew.
      if (handle.fd >= 0 && fstatSync(handle.fd).nlink === 0) this.#pool.close(handle);
      if (handle.fd < 0) this.#pool.open(handle, path);
      this.#disk.append(handle.fd, lines, path);
    } catch (error) {
      if (!(error instanceof RunlabError)) throw error;
    }
  }

  #compact(experimentId: string, indexed: IndexedRuns): void {
    const handle = this.#handles.get(experimentId);
    if (handle !== undefined) this.#pool.close(handle);
    // Lines that another process appends meanwhile are lost; their runs are read from their documents.
    this.#disk.replace(this.#layout.index(experimentId), indexed.bytes());
  }
}

/** A line of the index, in the text of a piece of it: a character for each byte. */
interface IndexedLine {
  readonly text: string;
  /** Where its stamp begins, after the checksum. */
  readonly start: number;
  readonly end: number;
  /** Whether its checksum fits. */
  readonly isWhole: boolean;
}

class IndexedRuns {
  readonly #disk: ReadingDisk;
  /** The last line of each run, by its id. */
  readonly #lines = new Map<string, IndexedLine>();
  /** Of all runs, those that count no more included. */
  lines = 0;

  constructor(disk: ReadingDisk) {
    this.#disk = disk;
  }

  /** Reads an index piece by piece; a last line without its end does not count. */
  read(path: string): void {
    const rest: Buffer[] = [];
    this.#disk.readPieces(path, 0, (piece) => {
      const last = piece.lastIndexOf(newline);
      // A line that began in an earlier piece is put together by itself: to copy the whole piece would cost as much as to read it.
      const first = rest.length > 0 ? piece.indexOf(newline) : -1;
      if (first >= 0) this.#take(Buffer.concat([...rest.splice(0), piece.subarray(0, first + 1)]));
      this.#take(piece.subarray(first + 1, last + 1));
      rest.push(Buffer.from(piece.subarray(last + 1)));
    });
  }

  /** @param bytes - whole lines */
  #take(bytes: Buffer): void {
    const text = bytes.toString("latin1");
    let begin = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", begin)) {
      const blank = text.indexOf(" ", begin);
      if (blank > 0 && blank < end) {
        const runId = text.slice(begin, blank);
        const start = blank + 1 + checksumLength + 1;
        const isWhole = wholeRest(runId, bytes.subarray(blank + 1, end)) !== undefined;
        this.#lines.set(runId, { text, start, end, isWhole });
      }
      begin = end + 1;
      this.lines++;
    }
  }

  get size(): number {
    return this.#lines.size;
  }

  /** The run, if it still looks as it did when it was indexed. */
  find(experimentId: string, runId: string, layout: StoreLayout): IndexedRun | undefined {
    const line = this.#lines.get(runId);
    if (line === undefined || !line.isWhole) return undefined;
    const stamp = `${stampOf(layout.run(experimentId, runId), this.#disk)} `;
    if (!line.text.startsWith(stamp, line.start)) return undefined;
    return new IndexedRun(line.text.slice(line.start + stamp.length, line.end), layout, experimentId, runId);
  }

  /** Without the lines that count no more. */
  bytes(): Buffer {
    const whole = [...this.#lines].map(([runId, { text, start, end }]) => {
      const begin = start - checksumLength - 2 - runId.length;
      return text.slice(begin, end + 1);
    });
    return Buffer.from(whole.join(""), "latin1");
  }
}

const newline = 0x0a;
const space = 0x20;

/** The newest that an index has of a run, whether or not the run's files still look as they did then. */
export function lastIndexed(path: string, layout: RunLayout, disk: ReadingDisk): RunState | undefined {
  const { runId } = layout;
  try {
    const lines = (disk.readText(path) ?? "").split("\n").filter((text) => text.startsWith(`${runId} `));
    for (const text of lines.reverse()) {
      const rest = wholeRest(runId, Buffer.from(text.slice(runId.length + 1)))?.toString();
      if (rest !== undefined && !rest.startsWith(`${none} `)) return decode(rest.slice(rest.indexOf(" ") + 1), layout);
    }
    return undefined;
  } catch {
    return undefined;
  }
}

/** How many lines of an index are damaged: they do not count. */
export function damagedLines(path: string, disk: ReadingDisk): number {
  const bytes = disk.read(path) ?? Buffer.alloc(0);
  let damaged = 0;
  let start = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
    const blank = bytes.indexOf(space, start);
    const runId = bytes.toString("latin1", start, Math.min(end, blank < 0 ? end : blank));
    const rest = bytes.subarray(start + runId.length + 1, end);
    if (wholeRest(runId, rest) === undefined && !isUnsummed(rest)) damaged++;
    start = end + 1;
  }
  return damaged;
}

/** What follows a line's checksum; undefined when it does not fit: a digit has changed, or lines have run together. */
function wholeRest(runId: string, behindId: Buffer): Buffer | undefined {
  const rest = behindId.subarray(checksumLength + 1);
  return behindId.toString("latin1", 0, checksumLength + 1) === `${checksumOf(runId, rest)} ` ? rest : undefined;
}

function checksumOf(runId: string, rest: string | Buffer): string {
  return checksum(crc32(rest, crc32(`${runId} `)));
}

/** A line of a runlab before there were checksums: a stamp comes first. It counts no more, and is not damaged. */
function isUnsummed(rest: Buffer): boolean {
  return /^(-|[\d.]+\/\d+\/\S+) \{/.test(rest.toString("latin1", 0, 200));
}

const checksumLength = 8;

/** How a run's files look: a changed document, or a journal that came or went, gives another stamp. */
export function stampOf(layout: RunLayout, disk: ReadingDisk): string {
  const found = disk.lookInside(layout.folder, layout.document);
  if (found === undefined) return none;
  const { folder, file } = found;
  return `${Math.max(file.mtimeMs, folder.mtimeMs)}/${file.ino}/${file.size}/${file.mtimeMs}/${folder.mtimeMs}/${schemaVersion}`;
}

/** Whether a stamp is so old that a later change would show in it. */
export function isSettled(stamp: string, now: number): boolean {
  return stamp !== none && now - Number.parseFloat(stamp) > settledMs;
}

const none = "-";

/** As it stands in the file, with its checksum. */
export function indexLine(runId: string, stamp: string, document: string): string {
  const rest = `${stamp} ${document}`;
  return `${runId} ${checksumOf(runId, rest)} ${rest}\n`;
}

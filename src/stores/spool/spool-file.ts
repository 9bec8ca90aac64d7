import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { errorCode, TrackingError } from "../../errors.js";
import { BatchBuilder } from "../../tracking/batch-builder.js";
import { diskError } from "../file/disk-error.js";
import { entryLine, lineEntry, type SpoolEntry, type SpoolHeader, type SpoolNote } from "./spool-entry.js";

/** An entry that waits, and the byte of the file that it ends at. */
export interface WaitingEntry {
  /** Undefined for a line that is damaged. */
  entry: SpoolEntry | undefined;
  end: number;
}

interface Line {
  text: string;
  /** The byte after it. */
  end: number;
}

/** Bytes read at a time; more where one entry is larger. */
const pieceSize = 256 * 1024;

/**
 * The changes of one run that its server does not have yet: a file that only grows, one JSON line each, with notes of what has been
 * sent. It is named `<id>.<owner>`: one process sends it, and a process that takes it over from one that has ended renames it.
 */
export class SpoolFile {
  /** Marks the batches that come from this file, whichever process sends them. */
  readonly id: string;
  readonly header: SpoolHeader;
  readonly #path: string;
  readonly #fd: number;
  readonly #fsync: boolean;
  #size: number;
  #sent: number;
  #remoteId: string | undefined;
  #files = 0;

  private constructor(path: string, fd: number, header: SpoolHeader, fsync: boolean) {
    this.id = idOf(path);
    this.header = header;
    this.#path = path;
    this.#fd = fd;
    this.#fsync = fsync;
    this.#size = fstatSync(fd).size;
    this.#sent = 0;
    if (header.create === undefined) this.#remoteId = header.runId;
  }

  /** A new one. @throws {TrackingError} with the way out, when the folder cannot be written */
  static create(path: string, header: SpoolHeader, fsync: boolean): SpoolFile {
    try {
      const fd = openSync(path, "ax+", 0o600);
      const text = `${JSON.stringify(header)}\n`;
      writeSync(fd, text);
      const file = new SpoolFile(path, fd, header, fsync);
      file.#sent = Buffer.byteLength(text);
      return file;
    } catch (cause) {
      throw spoolError("write", path, cause);
    }
  }

  /**
   * Takes over the file of a process that has ended.
   * @returns undefined when another process was quicker, or the file holds nothing to be read
   */
  static take(path: string, owner: string, fsync: boolean): SpoolFile | undefined {
    const own = join(dirname(path), `${idOf(path)}.${owner}`);
    try {
      if (own !== path) renameSync(path, own);
      const fd = openSync(own, "a+");
      const file = SpoolFile.#open(own, fd, fsync);
      if (file === undefined) closeSync(fd);
      return file;
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return undefined;
      throw spoolError("read", path, cause);
    }
  }

  static #open(path: string, fd: number, fsync: boolean): SpoolFile | undefined {
    const first = readLines(fd, 0, fstatSync(fd).size).next().value;
    const header = toHeader(first?.text);
    if (header === undefined) return undefined;
    const file = new SpoolFile(path, fd, header, fsync);
    file.#sent = first?.end ?? 0;
    let end = file.#sent;
    for (const line of readLines(fd, end, file.#size)) {
      end = line.end;
      const note = lineEntry(line.text);
      if (note?.kind === "sent") file.#sent = note.bytes;
      else if (note?.kind === "created") file.#remoteId = note.runId;
      else if (note?.kind === "artifact") file.#files++;
    }
    // A call that was being written when its process died has not returned.
    if (end < file.#size) ftruncateSync(fd, end);
    file.#size = end;
    return file;
  }

  /** The server's id of the run, once it has one. */
  get remoteId(): string | undefined {
    return this.#remoteId;
  }

  set remoteId(runId: string) {
    this.#remoteId = runId;
    this.#append(entryLine({ kind: "created", runId }));
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }

  /** Of these, those that the server has. */
  get sent(): number {
    return this.#sent;
  }

  /** Entries that wait are counted by reading them. */
  count(): number {
    let count = 0;
    for (const { text } of readLines(this.#fd, this.#sent, this.#size)) {
      const entry = lineEntry(text);
      if (entry === undefined || !isNote(entry)) count++;
    }
    return count;
  }

  /** @returns the byte it ends at. It is with the operating system when the call returns, so it outlives the process. */
  append(entry: SpoolEntry): number {
    this.#append(entryLine(entry));
    return this.#size;
  }

  /** The server has everything up to here. */
  markSent(end: number): void {
    this.#sent = end;
    this.#append(entryLine({ kind: "sent", bytes: end }));
  }

  /** The next entries that go together in one request; none when nothing waits. */
  next(): WaitingEntry[] {
    const builder = new BatchBuilder();
    const entries: WaitingEntry[] = [];
    for (const { text, end } of readLines(this.#fd, this.#sent, this.#size)) {
      const entry = lineEntry(text);
      if (entry !== undefined && isNote(entry)) continue;
      if (entry?.kind !== "batch") return entries.length > 0 ? entries : [{ entry, end }];
      if (!builder.add(entry.batch)) return entries;
      entries.push({ entry, end });
    }
    return entries;
  }

  /** A path for the copy of a file that waits too. */
  newFile(): { name: string; path: string } {
    const name = String(++this.#files);
    return { name, path: this.fileNamed(name) };
  }

  fileNamed(name: string): string {
    return join(dirname(this.#path), `${this.id}.files`, basename(name));
  }

  close(): void {
    closeSync(this.#fd);
  }

  remove(): void {
    this.close();
    rmSync(this.#path, { force: true });
    rmSync(join(dirname(this.#path), `${this.id}.files`), { recursive: true, force: true });
  }

  #append(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
      if (this.#fsync) fsyncSync(this.#fd);
    } catch (cause) {
      // Half of a line would spoil the next one.
      ftruncateSync(this.#fd, this.#size);
      throw spoolError("write", this.#path, cause);
    }
    this.#size += bytes.length;
  }
}

/** Undefined for a file that is not a spool of this version. */
export function headerOf(path: string): SpoolHeader | undefined {
  return look(path, (lines) => toHeader(lines.next().value?.text));
}

/** The entries of a file that wait, as they are at this moment. */
export function countWaiting(path: string): number {
  const count = look(path, (lines) => {
    const ends: number[] = [];
    let sent = 0;
    lines.next();
    for (const { text, end } of lines) {
      const entry = lineEntry(text);
      if (entry?.kind === "sent") sent = entry.bytes;
      else if (entry?.kind !== "created") ends.push(end);
    }
    return ends.filter((end) => end > sent).length;
  });
  return count ?? 0;
}

function look<T>(path: string, read: (lines: Generator<Line, undefined>) => T): T | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    // Sent and removed in this moment.
    return undefined;
  }
  try {
    return read(readLines(fd, 0, fstatSync(fd).size));
  } finally {
    closeSync(fd);
  }
}

function toHeader(line: string | undefined): SpoolHeader | undefined {
  try {
    const header = Object(JSON.parse(line ?? "")) as Partial<SpoolHeader>;
    return header.version === 1 && typeof header.store === "string" ? (header as SpoolHeader) : undefined;
  } catch {
    return undefined;
  }
}

/** What stands before the first dot; a host's name may have more of them. */
export function idOf(path: string): string {
  return basename(path).split(".", 1)[0] ?? "";
}

/** The name of the process that a spool belongs to, see `nameOfProcess`. */
export function ownerOf(path: string): string {
  return basename(path).slice(idOf(path).length + 1);
}

function isNote(entry: SpoolEntry | SpoolNote): entry is SpoolNote {
  return entry.kind === "sent" || entry.kind === "created";
}

/** The whole lines between two bytes of a file, each with the byte that it ends at. */
function* readLines(fd: number, from: number, to: number): Generator<Line, undefined> {
  let start = from;
  let size = pieceSize;
  while (start < to) {
    const piece = Buffer.alloc(Math.min(size, to - start));
    const length = readSync(fd, piece, 0, piece.length, start);
    let done = 0;
    for (let end = piece.indexOf(10, done); end >= 0 && end < length; end = piece.indexOf(10, done)) {
      yield { text: piece.toString("utf8", done, end), end: start + end + 1 };
      done = end + 1;
    }
    if (done === 0 && start + length >= to) return;
    start += done;
    size = done === 0 ? size * 4 : pieceSize;
  }
}

function spoolError(what: string, path: string, cause: unknown): TrackingError {
  const { code, message } = diskError(what, path, cause);
  return new TrackingError(code, message, {
    cause,
    hint: "What is logged to a server waits in this folder until it is sent. Set RUNLAB_SPOOL to another folder, or to off.",
  });
}

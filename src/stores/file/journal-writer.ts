import { endsTorn } from "./disk.js";
import type { Handle } from "./handle-pool.js";
import { type JournalEntry, journalLine, type Owner, readJournal } from "./journal.js";
import type { WriterContext } from "./writer-context.js";

/**
 * Where an appended line came to stand: right after what this process knows, after lines of other processes, or in a journal
 * that has been folded away meanwhile, where nobody will read it.
 */
export type Landing = "next" | "later" | "lost";

/** One process's end of a run's journal, to which other processes append too. */
export class JournalWriter {
  readonly #context: WriterContext;
  readonly #path: string;
  readonly #handle: Handle = { fd: -1 };
  #inode = 0;
  #known = 0;
  #torn = false;

  constructor(context: WriterContext, path: string) {
    this.#context = context;
    this.#path = path;
  }

  get isOpen(): boolean {
    return this.#handle.fd >= 0;
  }

  /** Which file it is, and up to where its reader knows it, bytes. */
  get place(): { inode: number; end: number } {
    return { inode: this.#inode, end: this.#known };
  }

  /** Opens the journal that is there now, or makes one, and says who writes. Its reader knows no more than this line. */
  open(owner: Owner): void {
    const { disk, pool } = this.#context;
    this.close();
    const { inode, size } = pool.open(this.#handle, this.#path);
    this.#inode = inode;
    // A line that was torn when its process died must not run on into ours.
    const line = (endsTorn(this.#handle.fd, size) ? "!\n" : "") + journalLine({ kind: "owner", owner }, this.#path);
    disk.append(this.#handle.fd, line, this.#path);
    this.#known = Buffer.byteLength(line);
  }

  /** Its reader has read it up to here by other means. */
  knowUpTo(end: number): void {
    this.#known = end;
  }

  /** @throws {TrackingError} of the disk: the line is not written, whatever stands of it */
  append(line: string): Landing {
    this.#appendWhole(line);
    const now = this.#context.disk.look(this.#path);
    if (now?.ino !== this.#inode) return "lost";
    if (now.size !== this.#known + Buffer.byteLength(line)) return "later";
    this.#known = now.size;
    return "next";
  }

  /** Whether other processes have written: nothing, more lines, or this journal is folded away and all must be read again. */
  news(): "none" | "lines" | "folded" {
    const now = this.#context.disk.look(this.#path);
    if (now?.ino !== this.#inode) return "folded";
    return now.size === this.#known ? "none" : "lines";
  }

  /** The lines that its reader does not know, in their order; they count as known from now on. */
  readNews(): JournalEntry[] {
    const more = readJournal(this.#path, this.#context.disk, this.#known);
    if (more === undefined) return [];
    this.#known = more.end;
    return more.entries;
  }

  close(): void {
    this.#context.pool.close(this.#handle);
  }

  #appendWhole(line: string): void {
    const { disk } = this.#context;
    try {
      if (this.#torn) {
        // Whatever stands there, it is not JSON with a mark after it.
        disk.append(this.#handle.fd, "!\n", this.#path);
        this.#torn = false;
      }
      disk.append(this.#handle.fd, line, this.#path);
    } catch (error) {
      // A part of the line may stand there; it was not acknowledged, and the next begins on a line of its own.
      this.#torn = true;
      throw error;
    }
  }
}

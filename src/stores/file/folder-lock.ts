import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Disk } from "./disk.js";
import { diskError } from "./disk-error.js";
import { HeldDisk, LockLost } from "./held-disk.js";
import { filesIn, Sighting, touchedAt, tryRemove, tryRemoveFolder } from "./lock-files.js";
import { lifeOf, nameOfProcess, type ProcessIdentity, processNamed } from "./owner.js";
import { Ticket } from "./ticket.js";

/** How long a waiting process looks at something that does not change before it takes it to be left behind, ms. */
export interface LockLimits {
  /** A lock of a process that cannot be asked whether it lives (`owner.ts`). What is done under a lock takes milliseconds. */
  readonly foreignMs: number;
  /** A lock of a process that lives: it is stopped, or its disk hangs. */
  readonly ownMs: number;
  /** The turn of a process that is busy, or gone; it loses its place only. */
  readonly ticketMs: number;
}

/** What all locks of a process in a store share. */
export interface LockContext {
  readonly disk: Disk;
  readonly self: ProcessIdentity;
  /** Other limits than the usual ones. */
  readonly limits?: Partial<LockLimits>;
}

const defaultLimits: LockLimits = { foreignMs: 5_000, ownMs: 60_000, ticketMs: 1_000 };

/** Ends the name of the file that the new content of a document is written to. */
const slotMark = "@new";

/**
 * A fair lock between processes, made of folders. It is held while the folder `path` has a file in it. Two files are put there,
 * named for the holder: its mark, and a slot for what it writes, see {@link HeldDisk}. The lock is taken by renaming a folder
 * with one's own files onto `path`, which fails unless `path` is absent or empty; it is broken by removing the holder's files by
 * their names, which cannot hit anybody else. Who has to wait draws a {@link Ticket}.
 */
export class FolderLock {
  readonly #path: string;
  readonly #self: ProcessIdentity;
  readonly #disk: Disk;
  readonly #limits: LockLimits;
  readonly #counter = { next: 0 };

  constructor(path: string, { self, disk, limits = {} }: LockContext) {
    this.#path = path;
    this.#self = self;
    this.#disk = disk;
    this.#limits = { ...defaultLimits, ...limits };
  }

  /**
   * Runs `work` while nobody else does, in the order of asking.
   * @param work - synchronous, so that a busy thread never keeps a lock. It reads what it changes, and writes by the disk that it
   * is given. When another process has broken the lock meanwhile, nothing is written and the work starts over once the lock is
   * back, so it must leave nothing behind in memory before it has written.
   * @throws {TrackingError} when the file system refuses; and what `work` throws
   */
  async hold<T>(work: (disk: HeldDisk) => T): Promise<T> {
    for (;;) {
      try {
        return await this.#holdOnce(work);
      } catch (error) {
        if (!(error instanceof LockLost)) throw error;
      }
    }
  }

  async #holdOnce<T>(work: (disk: HeldDisk) => T): Promise<T> {
    const name = `${nameOfProcess(this.#self)}${this.#counter.next++}`;
    const queue = `${this.#path}.queue`;
    // Neither they nor their folder is a link out of the store: all that follows is done in these folders.
    for (const folder of [this.#path, queue]) this.#disk.list(folder);
    const offer = this.#makeOffer(name);
    const holder = new Sighting();
    let ticket: Ticket | undefined;
    try {
      for (;;) {
        // With the lock free and nobody waiting, no ticket is needed.
        const ahead = ticket?.ahead() ?? filesIn(queue).length;
        if (ahead === 0 && this.#claim(offer)) {
          ticket?.giveBack();
          return this.#run(name, work);
        }
        if (ticket === undefined) {
          // Who died while it waited has left its offer behind.
          ticket = new Ticket(queue, name, this.#limits.ticketMs, this.#self, (owner) =>
            removeFolder(this.#offerOf(owner)),
          );
          continue;
        }
        if (ahead === 0) this.#breakIfLeft(holder);
        await delay(1 + Math.min(ahead, 8));
      }
    } finally {
      ticket?.giveBack();
      removeFolder(offer);
    }
  }

  #offerOf(name: string): string {
    return join(dirname(this.#path), `.${basename(this.#path)}-${name}`);
  }

  /** A folder with the holder's files, to be put into the lock's place. */
  #makeOffer(name: string): string {
    const offer = this.#offerOf(name);
    try {
      mkdirSync(offer);
      writeFileSync(join(offer, name), "");
      writeFileSync(join(offer, name + slotMark), "");
      return offer;
    } catch (cause) {
      removeFolder(offer);
      throw diskError("lock", this.#path, cause);
    }
  }

  #claim(offer: string): boolean {
    try {
      renameSync(offer, this.#path);
      return true;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "ENOTEMPTY" || code === "EEXIST") return false;
      if (code === "EPERM" && process.platform === "win32") {
        // Windows renames onto no folder, not even an empty one.
        tryRemoveFolder(this.#path);
        return false;
      }
      throw diskError("lock", this.#path, cause);
    }
  }

  #run<T>(name: string, work: (disk: HeldDisk) => T): T {
    const mark = join(this.#path, name);
    const slot = mark + slotMark;
    try {
      return work(new HeldDisk(this.#disk, mark, slot));
    } finally {
      tryRemove(slot);
      tryRemove(mark);
      tryRemoveFolder(this.#path);
    }
  }

  #breakIfLeft(seen: Sighting): void {
    const [file] = filesIn(this.#path);
    if (file === undefined) return;
    const name = file.endsWith(slotMark) ? file.slice(0, -slotMark.length) : file;
    const mark = join(this.#path, name);
    const holder = processNamed(name);
    const sameMs = seen.sameFor(`${name} ${touchedAt(mark)}`);
    const life = holder === undefined ? "unknown" : lifeOf(holder, this.#self);
    const limitMs = life === "alive" ? this.#limits.ownMs : this.#limits.foreignMs;
    if (life !== "dead" && sameMs <= limitMs) return;
    try {
      // In this order: who has no slot any more can write nothing, who has no mark starts over.
      rmSync(mark + slotMark, { force: true });
      rmSync(mark, { force: true });
    } catch (cause) {
      throw diskError("break", this.#path, cause);
    }
  }
}

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

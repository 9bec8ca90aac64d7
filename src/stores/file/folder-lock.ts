import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { diskError } from "./disk-error.js";
import { filesIn, Sighting, touch, touchedAt, tryRemove, tryRemoveFolder } from "./lock-files.js";
import { isDead, nameOfProcess, type ProcessIdentity, processNamed } from "./owner.js";
import { Ticket } from "./ticket.js";

/** How long a waiting process looks at something that does not change before it takes it to be left behind, ms. */
export interface LockLimits {
  /** A lock of another host, which cannot be asked whether its process lives. What is done under a lock takes milliseconds. */
  readonly foreignMs: number;
  /** A lock of this host whose process seems to live: it is stopped, or another process has its pid by now. */
  readonly ownMs: number;
  /** The turn of a process that is busy, or gone; it loses its place only. */
  readonly ticketMs: number;
}

const defaultLimits: LockLimits = { foreignMs: 5_000, ownMs: 60_000, ticketMs: 1_000 };

/**
 * A fair lock between processes, made of folders. It is held while the folder `path` has a file in it, whose name is its
 * holder. It is taken by renaming a folder with one's own file onto `path`, which fails unless `path` is absent or empty; it is
 * broken by removing the dead holder's file by its name, which cannot hit anybody else. Who has to wait draws a {@link Ticket}.
 */
export class FolderLock {
  readonly #path: string;
  readonly #self: ProcessIdentity;
  readonly #limits: LockLimits;
  readonly #counter = { next: 0 };

  constructor(path: string, self: ProcessIdentity, limits: LockLimits = defaultLimits) {
    this.#path = path;
    this.#self = self;
    this.#limits = limits;
  }

  /**
   * Runs `work` while nobody else does, in the order of asking.
   * @param work - synchronous, so that a busy thread never keeps a lock. Work that may take seconds calls `confirm` before it
   * writes: when another host has broken the lock meanwhile, it starts again once the lock is back.
   * @throws {TrackingError} when the file system refuses; and what `work` throws
   */
  async hold<T>(work: (confirm: () => void) => T): Promise<T> {
    for (;;) {
      try {
        return await this.#holdOnce(work);
      } catch (error) {
        if (!(error instanceof LockLost)) throw error;
      }
    }
  }

  async #holdOnce<T>(work: (confirm: () => void) => T): Promise<T> {
    const name = `${nameOfProcess(this.#self)}${this.#counter.next++}`;
    const offer = this.#makeOffer(name);
    const queue = `${this.#path}.queue`;
    const holder = new Sighting();
    let ticket: Ticket | undefined;
    try {
      for (;;) {
        // Whoever finds the lock free and nobody waiting needs no ticket.
        const ahead = ticket?.ahead() ?? filesIn(queue).length;
        if (ahead === 0 && this.#claim(offer)) {
          ticket?.giveBack();
          return this.#run(name, work);
        }
        if (ticket === undefined) {
          // Who died while it waited has left its offer behind.
          ticket = new Ticket(queue, name, this.#limits.ticketMs, (owner) => removeFolder(this.#offerOf(owner)));
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

  /** A folder with the file that says who holds the lock, to be put into its place. */
  #makeOffer(name: string): string {
    const offer = this.#offerOf(name);
    try {
      mkdirSync(offer);
      writeFileSync(join(offer, name), "");
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

  #run<T>(name: string, work: (confirm: () => void) => T): T {
    const held = join(this.#path, name);
    try {
      return work(() => {
        if (!touch(held)) throw new LockLost();
      });
    } finally {
      tryRemove(held);
      tryRemoveFolder(this.#path);
    }
  }

  #breakIfLeft(seen: Sighting): void {
    const [name] = filesIn(this.#path);
    if (name === undefined) return;
    const path = join(this.#path, name);
    const holder = processNamed(name);
    const sameMs = seen.sameFor(`${name} ${touchedAt(path)}`);
    const limitMs = holder?.host === this.#self.host ? this.#limits.ownMs : this.#limits.foreignMs;
    if (sameMs <= limitMs && (holder === undefined || !isDead(holder))) return;
    try {
      rmSync(path, { force: true });
    } catch (cause) {
      throw diskError("break", this.#path, cause);
    }
  }
}

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Somebody has taken the lock for left behind. Inside this file only. */
class LockLost extends Error {}

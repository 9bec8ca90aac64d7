import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TrackingError } from "../../errors.js";
import { diskError } from "./disk.js";
import { isDead, type ProcessIdentity } from "./owner.js";

/** A lock of another host cannot be asked whether it lives; nobody holds one longer than a moment. */
const foreignLimitMs = 60_000;

/**
 * A fair lock between processes, made of folders. It is held while the folder `path` has a file in it, whose name is its
 * holder. It is taken by renaming a folder with one's own file onto `path`, which fails unless `path` is absent or empty; it is
 * broken by removing the dead holder's file by its name, which cannot hit anybody else. Who has to wait draws a ticket.
 */
export class FolderLock {
  readonly #path: string;
  readonly #queue: string;
  readonly #self: ProcessIdentity;
  readonly #counter = { next: 0 };

  constructor(path: string, self: ProcessIdentity) {
    this.#path = path;
    this.#queue = `${path}.queue`;
    this.#self = self;
  }

  /** Runs `work` while nobody else does; fair in the order of asking. */
  async hold<T>(work: () => T | Promise<T>): Promise<T> {
    const name = this.#ownName();
    await this.#take(name);
    try {
      return await work();
    } finally {
      this.#release(name);
    }
  }

  async #take(name: string): Promise<void> {
    const offer = join(dirname(this.#path), `.${basename(this.#path)}-${name}`);
    try {
      mkdirSync(offer);
      writeFileSync(join(offer, name), "");
    } catch (cause) {
      rmSync(offer, { recursive: true, force: true });
      throw diskError("lock", this.#path, cause);
    }
    try {
      if (this.#tickets().length === 0 && this.#claim(offer)) return;
      await this.#queueUp(name, offer);
    } catch (error) {
      rmSync(offer, { recursive: true, force: true });
      throw error;
    }
  }

  async #queueUp(name: string, offer: string): Promise<void> {
    // The monotonic clock is one for all processes of a host.
    const ticket = `${process.hrtime.bigint().toString().padStart(20, "0")}+${name}`;
    mkdirSync(this.#queue, { recursive: true });
    writeFileSync(join(this.#queue, ticket), "");
    const since = { holder: "", at: Date.now() };
    try {
      for (;;) {
        const tickets = this.#tickets();
        const ahead = tickets.indexOf(ticket);
        if (ahead <= 0 && this.#claim(offer)) return;
        const first = tickets[0];
        if (ahead > 0 && first !== undefined && this.#isGone(first.slice(first.indexOf("+") + 1))) {
          removeFile(join(this.#queue, first));
          continue;
        }
        if (ahead <= 0 && this.#breakDead(since)) continue;
        await delay(1 + Math.min(Math.max(ahead, 0), 8));
      }
    } finally {
      removeFile(join(this.#queue, ticket));
      removeFolder(this.#queue);
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
        removeFolder(this.#path);
        return false;
      }
      throw diskError("lock", this.#path, cause);
    }
  }

  /** @returns whether the lock may be free now */
  #breakDead(since: { holder: string; at: number }): boolean {
    const holder = list(this.#path)[0];
    if (holder === undefined) return true;
    if (holder !== since.holder) Object.assign(since, { holder, at: Date.now() });
    const expired = parseName(holder)?.host !== this.#self.host && Date.now() - since.at > foreignLimitMs;
    if (!expired && !this.#isGone(holder)) return false;
    removeFile(join(this.#path, holder));
    return true;
  }

  #isGone(name: string): boolean {
    const identity = parseName(name);
    return identity !== undefined && isDead(identity);
  }

  #release(name: string): void {
    removeFile(join(this.#path, name));
    removeFolder(this.#path);
  }

  #tickets(): string[] {
    return list(this.#queue).sort();
  }

  #ownName(): string {
    const { host, pid, start, id } = this.#self;
    return `${pid}@${start}@${encodeURIComponent(host)}@${id}${this.#counter.next++}`;
  }
}

function parseName(name: string): Omit<ProcessIdentity, "id"> | undefined {
  const [pid, start, host] = name.split("@");
  if (host === undefined || start === undefined) return undefined;
  return { pid: Number(pid), start, host: decodeURIComponent(host) };
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause instanceof TrackingError ? cause : diskError("read", folder, cause);
  }
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else has removed it.
  }
}

function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It is in use again, or gone.
  }
}

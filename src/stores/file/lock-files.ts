import { closeSync, constants, fstatSync, openSync, readdirSync, rmdirSync, unlinkSync, utimesSync } from "node:fs";
import { diskError } from "./disk-error.js";

/** Names in a folder; none when it is not there. @throws {TrackingError} */
export function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (isAbsent(cause)) return [];
    throw diskError("read", folder, cause);
  }
}

/** Says that a file's owner lives: its time changes, which works on a full disk too. @returns false when it is gone */
export function touch(path: string): boolean {
  const now = new Date();
  try {
    utimesSync(path, now, now);
    return true;
  } catch (cause) {
    if (isAbsent(cause)) return false;
    throw cause;
  }
}

/** When a file was touched, ms by its host's clock: to be compared with itself only. 0 when it is gone. */
export function touchedAt(path: string): number {
  let fd: number;
  try {
    // A network file system asks its server when a file is opened; what `stat` says may be a minute old (nfs(5), acregmax).
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return 0;
  }
  try {
    return fstatSync(fd).mtimeMs;
  } finally {
    closeSync(fd);
  }
}

export function tryRemove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else has removed it.
  }
}

export function tryRemoveFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It is in use again, or gone.
  }
}

/** How long something has looked the same to this process. No clock is compared with another host's. */
export class Sighting {
  #seen: string | undefined;
  #since = 0;

  /** @returns since when it has been so, ms; 0 for something new. Time in which the machine slept does not count. */
  sameFor(seen: string): number {
    const now = performance.now();
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#since = now;
    }
    return now - this.#since;
  }
}

function isAbsent(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === "ENOENT";
}

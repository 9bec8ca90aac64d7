import type { Stats } from "node:fs";
import { basename, dirname, sep } from "node:path";
import { TrackingError } from "../../errors.js";
import { lookAt } from "./node-disk.js";

/** So long what was found out about a folder is good enough, ms: a run is made, or ten thousand are read, with one look at each. */
const freshMs = 50;

/** Folders that are remembered for that time. */
const freshLimit = 10_000;

/**
 * Looks whether a path stays inside a store's folder. A store may come from somebody else, in a git clone or an archive, with
 * symbolic links to any place of this machine in it: none is followed. The store's own folder may be a link, and those above it.
 */
export class LinkGuard {
  readonly #root: string;
  readonly #inside: string;
  /** Folders that were real ones a moment ago. */
  readonly #fresh = new Set<string>();
  #since = 0;
  /** The folder that the last path was in: for ten thousand paths in one, its name is not made anew each time. */
  #last = "";

  /** @param root - absolute */
  constructor(root: string) {
    this.#root = root;
    this.#inside = root.endsWith(sep) ? root : root + sep;
  }

  /** The folder that a path is in is a real one, or not there. @throws {TrackingError} PERMISSION_DENIED */
  above(path: string): void {
    if (path === this.#root) return;
    if (!isDirectlyIn(path, this.#last)) this.#last = dirname(path);
    this.folder(this.#last);
  }

  /** So is the path itself. */
  folder(path: string): void {
    const now = performance.now();
    if (now - this.#since > freshMs || this.#fresh.size > freshLimit) {
      this.#fresh.clear();
      this.#since = now;
    }
    if (!this.#fresh.has(path)) this.#checkFolder(path);
  }

  /** Takes note of a folder that was made, or seen to be a real one, this moment; see {@link above} for those that it is in. */
  made(path: string): void {
    this.#fresh.add(path);
  }

  /** At a path is a regular file, or nothing. @throws {TrackingError} PERMISSION_DENIED; INVALID_STATE for a pipe, device or socket */
  file(path: string): void {
    this.above(path);
    const found = lookAt(path);
    if (found === undefined || found.isFile()) return;
    if (!found.isDirectory()) throw new RefusedPath(path, found);
  }

  #checkFolder(path: string): void {
    if (path === this.#root) return;
    if (!path.startsWith(this.#inside) || basename(path) === "..") {
      throw new TrackingError("PERMISSION_DENIED", `'${path}' is outside the store '${this.#root}'.`);
    }
    const parent = dirname(path);
    if (!this.#fresh.has(parent)) this.#checkFolder(parent);
    const found = lookAt(path);
    if (found?.isSymbolicLink()) throw new RefusedPath(path, found);
    // What is absent may be something else when it comes; anything but a folder fails by itself.
    if (found?.isDirectory()) this.#fresh.add(path);
  }
}

/** A path of a store that is not read or written, because of what stands there. */
export class RefusedPath extends TrackingError {
  constructor(path: string, found: Stats) {
    if (found.isSymbolicLink()) {
      super("PERMISSION_DENIED", `'${path}' is a symbolic link; links inside a store are not followed.`, {
        hint: "Replace it with a copy of its target, or remove it. Only the store's own folder may be a link.",
      });
    } else {
      super("INVALID_STATE", `'${path}' is ${kindOf(found)}, not a file.`, {
        hint: "Remove it, or replace it with the file.",
      });
    }
  }
}

/** What `dirname` would tell; false where Windows has two separators. */
function isDirectlyIn(path: string, folder: string): boolean {
  const end = folder.length;
  return sep === "/" && end > 0 && path.length > end + 1 && path.lastIndexOf(sep) === end && path.startsWith(folder);
}

/** In words, for what is neither a file nor a folder. */
function kindOf(found: Stats): string {
  if (found.isFIFO()) return "a named pipe";
  return found.isSocket() ? "a socket" : "a device";
}

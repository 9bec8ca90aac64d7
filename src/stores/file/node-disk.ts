import fs, { constants, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../../make-folder.js";
import type { Disk, OpenFile } from "./disk.js";
import { AppendError, diskError } from "./disk-error.js";

/** What a disk calls of `node:fs`. */
export type FileCalls = Pick<
  typeof fs,
  | "closeSync"
  | "fstatSync"
  | "fsyncSync"
  | "linkSync"
  | "lstatSync"
  | "mkdirSync"
  | "openSync"
  | "promises"
  | "readdirSync"
  | "readFileSync"
  | "readSync"
  | "renameSync"
  | "rmSync"
  | "statSync"
  | "unlinkSync"
  | "writeSync"
>;

export interface NodeDiskOptions {
  /** Wait until every change is on the disk (slow: some hundred a second). */
  fsync?: boolean;
  /** Stands in for `node:fs`. */
  calls?: FileCalls;
}

/**
 * A link in the place of a file is an error, and a named pipe does not make the call wait for its other end. Windows has
 * none of these flags: there {@link storeDisk} looks first.
 */
const asItself = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
/** Windows cannot open a file without following a link in its place. */
export const opensLinks = constants.O_NOFOLLOW === undefined;

const flags = {
  append: constants.O_APPEND | constants.O_CREAT | constants.O_RDWR | asItself,
  overwrite: constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | asItself,
  create: constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | asItself,
  appendNew: constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | asItself,
  rewrite: constants.O_WRONLY | constants.O_TRUNC | asItself,
  read: constants.O_RDONLY | asItself,
};

/** Most documents fit; longer ones are read in two steps. */
const shortLength = 64 * 1024;

/** Of a file that is read in pieces, bytes. */
const pieceSize = 256 * 1024;

/**
 * With `fsync`, the order is: content, then its name, then what relies on both. A file is synced before its folder, a second
 * name before the first one is removed, a folder's parent before anything is put into the folder.
 */
export function nodeDisk({ fsync = false, calls = fs }: NodeDiskOptions = {}): Disk {
  const { closeSync, fstatSync, fsyncSync, linkSync, lstatSync, openSync, readSync, renameSync, rmSync, unlinkSync } =
    calls;
  const { writeSync } = calls;
  const look = (path: string) => lookAt(path, lstatSync);
  const syncFolder = (path: string) => {
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  };
  const writeAll = (fd: number, content: string | Uint8Array) => {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
  };
  const counter = { next: 0 };
  /** Calls `make` with names beside `path` until one is free: a process of the same pid may have left some behind. */
  const temporary = <T>(path: string, make: (name: string) => T): T => {
    for (;;) {
      try {
        return make(join(dirname(path), `.${process.pid}-${counter.next++}.tmp`));
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw diskError("write", path, cause);
      }
    }
  };
  /** Puts a file that is whole in the place of another one. */
  const putInPlace = (temp: string, path: string) => {
    renameSync(temp, path);
    if (fsync) syncFolder(dirname(path));
  };
  const reading = <T>(path: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      throw diskError("read", path, cause);
    }
  };
  /** What an open file is. @throws {TrackingError} for a pipe or a device */
  const regular = (fd: number, path: string): Stats => {
    const found = fstatSync(fd);
    if (found.isFile() || found.isDirectory()) return found;
    throw diskError("open", path, Object.assign(new Error("ENXIO"), { code: "ENXIO" }));
  };
  const openRegular = (path: string, how: number): OpenFile => {
    const fd = openSync(path, how, 0o666);
    try {
      const { ino, size } = regular(fd, path);
      return { fd, inode: ino, size };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  };
  const short = Buffer.allocUnsafeSlow(shortLength);
  /** Reads a file from a place on, until it ends or the buffer is full. @returns how many bytes */
  const readInto = (buffer: Buffer, fd: number, from: number): number => {
    let length = 0;
    while (length < buffer.length) {
      const more = readSync(fd, buffer, length, buffer.length - length, from + length);
      if (more === 0) break;
      length += more;
    }
    return length;
  };
  /** Calls `use` with the open file; undefined when there is none. */
  const withFile = <T>(path: string, use: (fd: number) => T): T | undefined =>
    reading(path, () => {
      const fd = openSync(path, flags.read);
      try {
        return use(fd);
      } finally {
        closeSync(fd);
      }
    });
  return {
    makeFolder: (path) =>
      attempt("make the folder", path, () => makeFolder(path, { calls, ...(fsync && { made: syncFolder }) })),
    open(path) {
      const isNew = fsync && look(path) === undefined;
      const file = attempt("open", path, () => openRegular(path, flags.append));
      if (isNew) syncFolder(dirname(path));
      return file;
    },
    create(path) {
      let fd: number;
      try {
        fd = openSync(path, flags.appendNew, 0o666);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === "EEXIST") return undefined;
        throw diskError("open", path, cause);
      }
      if (fsync) syncFolder(dirname(path));
      return fd;
    },
    append(fd, text, path) {
      let written = 0;
      try {
        const length = Buffer.byteLength(text);
        written = writeSync(fd, text);
        const bytes = written < length ? Buffer.from(text) : undefined;
        while (bytes !== undefined && written < length) written += writeSync(fd, bytes, written);
        if (fsync) fsyncSync(fd);
      } catch (cause) {
        throw new AppendError(diskError("append to", path, cause), written);
      }
    },
    close: closeSync,
    replace(path, content) {
      const { fd, temp } = temporary(path, (name) => ({ fd: openSync(name, flags.create, 0o666), temp: name }));
      try {
        try {
          writeAll(fd, content);
          if (fsync) fsyncSync(fd);
        } finally {
          closeSync(fd);
        }
        putInPlace(temp, path);
      } catch (cause) {
        rmSync(temp, { force: true });
        throw diskError("write", path, cause);
      }
    },
    commit(slot, path, content) {
      try {
        // Not O_CREAT: a slot that was taken away stays away.
        const fd = openSync(slot, flags.rewrite);
        try {
          writeAll(fd, content);
          if (fsync) fsyncSync(fd);
        } finally {
          closeSync(fd);
        }
        renameSync(slot, path);
      } catch (cause) {
        if (isAbsent(cause)) return false;
        throw diskError("write", path, cause);
      }
      if (fsync) syncFolder(dirname(path));
      return true;
    },
    overwrite(path, content) {
      attempt("write", path, () => {
        const fd = openSync(path, flags.overwrite, 0o666);
        try {
          if (content !== "") regular(fd, path);
          writeAll(fd, content);
        } finally {
          closeSync(fd);
        }
      });
    },
    async replaceByCopy(path, source) {
      const temp = temporary(path, (name) => {
        closeSync(openSync(name, flags.create, 0o666));
        return name;
      });
      try {
        await calls.promises.copyFile(source, temp, constants.COPYFILE_FICLONE);
        if (fsync) {
          const copy = await calls.promises.open(temp, "r+");
          await copy.sync().finally(() => copy.close());
        }
        putInPlace(temp, path);
      } catch (cause) {
        rmSync(temp, { force: true });
        throw diskError("write", path, cause);
      }
    },
    async copyOut(path, target) {
      await calls.promises.copyFile(path, target, constants.COPYFILE_FICLONE).catch((cause: unknown) => {
        throw diskError("copy", path, cause);
      });
    },
    link(path, name) {
      try {
        linkSync(path, name);
        // Else a power cut could keep the removal of the first name and not the second one.
        if (fsync) syncFolder(dirname(name));
        return true;
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        if (code === "EEXIST" || code === "ENOENT") return false;
        throw diskError("link", name, cause);
      }
    },
    rename(from, to) {
      attempt("rename", from, () => renameSync(from, to));
      if (fsync) syncFolder(dirname(to));
    },
    remove(path) {
      try {
        unlinkSync(path);
      } catch (cause) {
        if (!isAbsent(cause)) throw diskError("remove", path, cause);
      }
    },
    async removeFolder(path) {
      await calls.promises.rm(path, { recursive: true, force: true }).catch((cause: unknown) => {
        throw diskError("remove", path, cause);
      });
    },
    read(path, from = 0) {
      return withFile(path, (fd) => {
        const rest = Buffer.allocUnsafe(Math.max(0, regular(fd, path).size - from));
        return rest.subarray(0, readInto(rest, fd, from));
      });
    },
    async readAsync(path) {
      try {
        const file = await calls.promises.open(path, flags.read);
        return await file.readFile().finally(() => file.close());
      } catch (cause) {
        if (isAbsent(cause)) return undefined;
        throw diskError("read", path, cause);
      }
    },
    readText: (path) =>
      withFile(path, (fd) => {
        const length = readInto(short, fd, 0);
        if (length < short.length) return short.toString("utf8", 0, length);
        const whole = Buffer.allocUnsafe(regular(fd, path).size);
        return whole.toString("utf8", 0, readInto(whole, fd, 0));
      }),
    readPieces(path, from, visit) {
      const found = withFile(path, (fd) => {
        const { size } = regular(fd, path);
        // One for all: memory that was not used before takes longer to get than to fill.
        const piece = Buffer.allocUnsafe(Math.min(pieceSize, Math.max(0, size - from)));
        for (let at = from; at < size; ) {
          const length = readSync(fd, piece, 0, Math.min(piece.length, size - at), at);
          if (length === 0) break;
          visit(piece.subarray(0, length));
          at += length;
        }
        return true;
      });
      return found ?? false;
    },
    openToRead: (path) => reading(path, () => openRegular(path, flags.read).fd),
    list: (path) => reading(path, () => calls.readdirSync(path)) ?? [],
    look,
    lookInside(path, inside) {
      const folder = look(path);
      const file = folder?.isDirectory() ? look(inside) : undefined;
      return folder === undefined || file === undefined ? undefined : { folder, file };
    },
    exists: (path) => look(path) !== undefined,
  };
}

function attempt<T>(what: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw diskError(what, path, cause);
  }
}

/** What is at a path, a link as itself; undefined for nothing. @throws {TrackingError} */
export function lookAt(path: string, lstatSync: FileCalls["lstatSync"] = fs.lstatSync): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw diskError("look at", path, cause);
  }
}

/** ENOTDIR: a file stands where the folder would be. */
function isAbsent(cause: unknown): boolean {
  const { code = "" } = cause as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

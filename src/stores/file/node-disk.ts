import fs, { constants } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../../make-folder.js";
import type { Disk } from "./disk.js";
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
 * neither flag: there, as everywhere, {@link storeDisk} looks first.
 */
const asItself = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const flags = {
  append: constants.O_APPEND | constants.O_CREAT | constants.O_RDWR | asItself,
  overwrite: constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | asItself,
  create: constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | asItself,
  rewrite: constants.O_WRONLY | constants.O_TRUNC | asItself,
  read: constants.O_RDONLY | asItself,
};

/** Of a file that is read in pieces, bytes. */
const pieceSize = 4 * 1024 * 1024;

/**
 * With `fsync`, the order is: content, then its name, then what relies on both. A file is synced before its folder, a second
 * name before the first one is removed, a folder's parent before anything is put into the folder.
 */
export function nodeDisk({ fsync = false, calls = fs }: NodeDiskOptions = {}): Disk {
  const { closeSync, fsyncSync, linkSync, lstatSync, openSync, readSync, renameSync, rmSync, unlinkSync, writeSync } =
    calls;
  const look = (path: string) => {
    try {
      return lstatSync(path, { throwIfNoEntry: false });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
      throw diskError("look at", path, cause);
    }
  };
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
    makeFolder(path) {
      attempt("make the folder", path, () => makeFolder(path, { calls, ...(fsync && { made: syncFolder }) }));
    },
    open(path) {
      const isNew = fsync && look(path) === undefined;
      const fd = attempt("open", path, () => openSync(path, flags.append, 0o666));
      if (isNew) syncFolder(dirname(path));
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
        if (from === 0) return calls.readFileSync(fd);
        const rest = Buffer.alloc(Math.max(0, calls.fstatSync(fd).size - from));
        return rest.subarray(0, readSync(fd, rest, 0, rest.length, from));
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
    readText: (path) => withFile(path, (fd) => calls.readFileSync(fd, "utf8")),
    readPieces(path, from, visit) {
      const found = withFile(path, (fd) => {
        const { size } = calls.fstatSync(fd);
        for (let at = from; at < size; ) {
          const piece = Buffer.allocUnsafe(Math.min(pieceSize, size - at));
          const length = readSync(fd, piece, 0, piece.length, at);
          if (length === 0) break;
          visit(piece.subarray(0, length));
          at += length;
        }
        return true;
      });
      return found ?? false;
    },
    openToRead: (path) => reading(path, () => openSync(path, flags.read)),
    list: (path) => reading(path, () => calls.readdirSync(path)) ?? [],
    look,
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

/** ENOTDIR: a file stands where the folder would be. */
function isAbsent(cause: unknown): boolean {
  const { code = "" } = cause as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

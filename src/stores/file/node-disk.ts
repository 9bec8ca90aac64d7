import fs, { constants } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../../make-folder.js";
import type { Disk } from "./disk.js";
import { AppendError, diskError } from "./disk-error.js";

/** What a disk calls of `node:fs`. */
export type FileCalls = Pick<
  typeof fs,
  | "closeSync"
  | "existsSync"
  | "fsyncSync"
  | "linkSync"
  | "mkdirSync"
  | "openSync"
  | "promises"
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
 * With `fsync`, the order is: content, then its name, then what relies on both. A file is synced before its folder, a second
 * name before the first one is removed, a folder's parent before anything is put into the folder.
 */
export function nodeDisk({ fsync = false, calls = fs }: NodeDiskOptions = {}): Disk {
  const { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, unlinkSync, writeSync } = calls;
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
  const temporary = (path: string) => join(dirname(path), `.${process.pid}-${counter.next++}.tmp`);
  const abandon = (path: string, temp: string, cause: unknown) => {
    rmSync(temp, { force: true });
    return diskError("write", path, cause);
  };
  return {
    makeFolder(path) {
      attempt("make the folder", path, () => makeFolder(path, { calls, ...(fsync && { made: syncFolder }) }));
    },
    open(path) {
      const isNew = fsync && !calls.existsSync(path);
      const fd = attempt("open", path, () =>
        openSync(path, constants.O_APPEND | constants.O_CREAT | constants.O_RDWR, 0o666),
      );
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
      const temp = temporary(path);
      try {
        const fd = openSync(temp, "wx");
        try {
          writeAll(fd, content);
          if (fsync) fsyncSync(fd);
        } finally {
          closeSync(fd);
        }
        renameSync(temp, path);
        if (fsync) syncFolder(dirname(path));
      } catch (cause) {
        throw abandon(path, temp, cause);
      }
    },
    commit(slot, path, content) {
      try {
        // Not O_CREAT: a slot that was taken away stays away.
        const fd = openSync(slot, constants.O_WRONLY | constants.O_TRUNC);
        try {
          writeAll(fd, content);
          if (fsync) fsyncSync(fd);
        } finally {
          closeSync(fd);
        }
        renameSync(slot, path);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === "ENOENT") return false;
        throw diskError("write", path, cause);
      }
      if (fsync) syncFolder(dirname(path));
      return true;
    },
    overwrite(path, content) {
      attempt("write", path, () => {
        const fd = openSync(path, "w");
        try {
          writeAll(fd, content);
        } finally {
          closeSync(fd);
        }
      });
    },
    async replaceByCopy(path, source) {
      const temp = temporary(path);
      try {
        await calls.promises.copyFile(source, temp, constants.COPYFILE_FICLONE);
        if (fsync) {
          const copy = await calls.promises.open(temp, "r+");
          await copy.sync().finally(() => copy.close());
        }
        renameSync(temp, path);
        if (fsync) syncFolder(dirname(path));
      } catch (cause) {
        throw abandon(path, temp, cause);
      }
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
    exists: calls.existsSync,
    rename(from, to) {
      attempt("rename", from, () => renameSync(from, to));
      if (fsync) syncFolder(dirname(to));
    },
    remove(path) {
      try {
        unlinkSync(path);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw diskError("remove", path, cause);
      }
    },
  };
}

function attempt<T>(what: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw diskError(what, path, cause);
  }
}

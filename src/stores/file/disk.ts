import fs, { constants } from "node:fs";
import { dirname, join } from "node:path";
import { TrackingError } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";

/**
 * The one place of the file store that writes. Calls are synchronous: what has returned is with the operating system, so it
 * outlives the process; with `fsync` it is on the disk, so it outlives a power cut.
 */
export interface Disk {
  makeFolder(path: string): void;
  /** For appending; made when absent. */
  open(path: string): number;
  /** All of `text`. @throws {AppendError} when only a part of it stands in the file */
  append(fd: number, text: string, path: string): void;
  close(fd: number): void;
  /** Puts `content` in the place of a file, whole or not at all. */
  replace(path: string, content: string | Uint8Array): void;
  /** Puts `content` into a file as it is: quicker than `replace`, and half of it may stand there when the process dies. */
  overwrite(path: string, content: string): void;
  /** As `replace`, with the content of another file; memory stays flat, and the thread goes on meanwhile. */
  replaceByCopy(path: string, source: string): Promise<void>;
  /** A second name of a file. @returns false when the name is taken or the file is gone */
  link(path: string, name: string): boolean;
  remove(path: string): void;
  exists(path: string): boolean;
  /** Of a file or folder; both names are in one folder. */
  rename(from: string, to: string): void;
}

/** An append that failed halfway, as on a disk that fills up. */
export class AppendError extends TrackingError {
  /** Bytes that stand in the file. */
  readonly written: number;

  constructor({ code, message, hint, cause }: TrackingError, written: number) {
    super(code, message, { ...(hint === undefined ? {} : { hint }), cause });
    this.written = written;
  }
}

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
        if (written < length) {
          const bytes = Buffer.from(text);
          while (written < length) written += writeSync(fd, bytes, written);
        }
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
          const bytes = typeof content === "string" ? Buffer.from(content) : content;
          for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
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
    overwrite(path, content) {
      attempt("write", path, () => {
        const fd = openSync(path, "w");
        try {
          const bytes = Buffer.from(content);
          for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
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

const reasons: Readonly<
  Record<string, { code: ConstructorParameters<typeof TrackingError>[0]; text: string; hint: string }>
> = {
  ENOSPC: {
    code: "RESOURCE_EXHAUSTED",
    text: "the disk is full",
    hint: "Earlier data is intact. Make room and log again.",
  },
  EDQUOT: {
    code: "RESOURCE_EXHAUSTED",
    text: "the disk quota is used up",
    hint: "Earlier data is intact. Make room and log again.",
  },
  EMFILE: {
    code: "RESOURCE_EXHAUSTED",
    text: "the process has too many open files",
    hint: "Close some, or raise `ulimit -n`.",
  },
  ENFILE: {
    code: "RESOURCE_EXHAUSTED",
    text: "the system has too many open files",
    hint: "Close some programs and log again.",
  },
  EACCES: {
    code: "PERMISSION_DENIED",
    text: "permission is denied",
    hint: "Choose a store that you may write to: setTrackingUri.",
  },
  EPERM: {
    code: "PERMISSION_DENIED",
    text: "permission is denied",
    hint: "Choose a store that you may write to: setTrackingUri.",
  },
  EROFS: {
    code: "PERMISSION_DENIED",
    text: "the file system is read-only",
    hint: "Choose a store that you may write to: setTrackingUri.",
  },
  EIO: { code: "INTERNAL_ERROR", text: "the disk reports an I/O error", hint: "Copy the store to another disk." },
};

/** A failure of the file system as a person can use it. */
export function diskError(what: string, path: string, cause: unknown): TrackingError {
  if (cause instanceof TrackingError) return cause;
  const { code = "", message = String(cause) } = cause as NodeJS.ErrnoException;
  const reason = reasons[code];
  return new TrackingError(reason?.code ?? "INTERNAL_ERROR", `Cannot ${what} '${path}': ${reason?.text ?? message}.`, {
    ...(reason === undefined ? {} : { hint: reason.hint }),
    cause,
  });
}

import { fstatSync, readSync, type Stats } from "node:fs";

/** What reads. A file is a regular file: see {@link Disk}. */
export interface ReadingDisk {
  /** The content of a file from byte `from` on; undefined when there is no such file. */
  read(path: string, from?: number): Buffer | undefined;
  /** All of a file, UTF-8. Quicker than `read`; undefined when there is no such file. */
  readText(path: string): string | undefined;
  /** As `read`; the thread goes on meanwhile. */
  readAsync(path: string): Promise<Buffer | undefined>;
  /** As `read`, for files of any size: piece by piece, each of which holds until `visit` returns. @returns false when there is no such file */
  readPieces(path: string, from: number, visit: (piece: Buffer) => void): boolean;
  /** The names in a folder; none when there is no such folder. */
  list(path: string): string[];
  /** What stands at a path, a link itself rather than what it leads to; undefined when there is nothing. */
  look(path: string): Stats | undefined;
  /** A folder and a file in it, as two `look`s show them; undefined when one of them is not there, or the folder is something else. */
  lookInside(folder: string, path: string): { folder: Stats; file: Stats } | undefined;
  exists(path: string): boolean;
  /** As it stands now, also where a file system is another host's; undefined when there is none. To be closed by `close`. */
  openToRead(path: string): number | undefined;
  close(fd: number): void;
}

/** A file that was opened for appending, as it was then. */
export interface OpenFile {
  readonly fd: number;
  readonly inode: number;
  readonly size: number;
}

/**
 * The one way to the files of a store: nothing else in this folder opens, reads or writes one by its path. Calls are
 * synchronous: what has returned is with the operating system, so it outlives the process; with `fsync` it is on the disk,
 * so it outlives a power cut.
 *
 * A file is a regular file: no call follows a symbolic link in its place, or waits for a named pipe. The disk of a store
 * ({@link storeDisk}) follows no link in the folders above it either.
 * @throws {TrackingError} of every call: PERMISSION_DENIED, RESOURCE_EXHAUSTED, INVALID_STATE, INTERNAL_ERROR
 */
export interface Disk extends ReadingDisk {
  /** Makes a folder, and those above it; one that is there is fine. @returns whether it is new */
  makeFolder(path: string): boolean;
  /** For appending; made when absent. */
  open(path: string): OpenFile;
  /** A new file for appending. @returns undefined when the name is taken */
  create(path: string): number | undefined;
  /** All of `text`. @throws {AppendError} when only a part of it stands in the file */
  append(fd: number, text: string, path: string): void;
  /** Puts `content` in the place of a file, whole or not at all. */
  replace(path: string, content: string | Uint8Array): void;
  /**
   * As `replace`, by way of the file `slot`, which is there already: removing `slot` revokes the right to write, at any
   * moment up to the one in which `path` has the content.
   * @returns false, with `path` as it was, when `slot` is gone
   */
  commit(slot: string, path: string, content: string | Uint8Array): boolean;
  /** Puts `content` into a file as it is: quicker than `replace`, and half of it may stand there when the process dies. */
  overwrite(path: string, content: string): void;
  /** As `replace`, with the content of a file from anywhere; memory stays flat, and the thread goes on meanwhile. */
  replaceByCopy(path: string, source: string): Promise<void>;
  /** Copies a file to a path outside the store, as `replaceByCopy` copies one in. */
  copyOut(path: string, target: string): Promise<void>;
  /** A second name of a file. @returns false when the name is taken or the file is gone */
  link(path: string, name: string): boolean;
  /** A file, or a link itself; one that is absent is fine. */
  remove(path: string): void;
  /** With all that is in it; links in it are removed, not followed. One that is absent is fine. */
  removeFolder(path: string): Promise<void>;
  /** Of a file or folder; both names are in one folder. */
  rename(from: string, to: string): void;
}

/** How a file looks: another one, or a changed one, gives another stamp. Undefined when there is none. */
export function fileStamp(path: string, disk: ReadingDisk): string | undefined {
  const file = disk.look(path);
  return file === undefined ? undefined : `${file.ino} ${file.size} ${file.mtimeMs}`;
}

const newline = 0x0a;

/** Whether an open file of `size` bytes ends in the middle of a line, as after a kill or on a full disk. */
export function endsTorn(fd: number, size = fstatSync(fd).size): boolean {
  if (size === 0) return false;
  const byte = Buffer.alloc(1);
  return readSync(fd, byte, 0, 1, size - 1) !== 1 || byte[0] !== newline;
}

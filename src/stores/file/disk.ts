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
  /**
   * As `replace`, by way of the file `slot`, which is there already: whoever removes `slot` revokes the right to write, at any
   * moment up to the one in which `path` has the content.
   * @returns false, with `path` as it was, when `slot` is gone
   */
  commit(slot: string, path: string, content: string | Uint8Array): boolean;
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

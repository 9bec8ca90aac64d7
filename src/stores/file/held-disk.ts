import type { Stats } from "node:fs";
import type { Disk, OpenFile, ReadingDisk } from "./disk.js";
import { touch } from "./lock-files.js";

/**
 * The disk for the holder of a lock: every call first makes sure that the lock is still held, and throws
 * {@link LockLost} when it is not. A process that was stopped for a while thus writes nothing over the work of those who
 * came after it.
 */
export class HeldDisk implements Omit<Disk, "commit" | "copyOut" | "replaceByCopy" | "removeFolder">, ReadingDisk {
  readonly #disk: Disk;
  readonly #mark: string;
  readonly #slot: string;
  #replaced = false;

  /**
   * @param mark - the file that says who holds the lock
   * @param slot - an empty file beside it; a process that breaks the lock removes it first
   */
  constructor(disk: Disk, mark: string, slot: string) {
    this.#disk = disk;
    this.#mark = mark;
    this.#slot = slot;
  }

  /** Also shows those who wait that the work goes on. */
  confirm(): void {
    if (!touch(this.#mark)) throw new LockLost();
  }

  /**
   * The one document that is written while the lock is held. The content goes into the slot, and the slot is renamed: the lock
   * cannot be lost between a check and the write, since breaking it takes away what would be renamed.
   */
  replace(path: string, content: string | Uint8Array): void {
    if (this.#replaced) throw new Error("One document is replaced while a lock is held; take the lock again.");
    this.#replaced = true;
    if (!this.#disk.commit(this.#slot, path, content)) throw new LockLost();
  }

  overwrite(path: string, content: string): void {
    this.confirm();
    this.#disk.overwrite(path, content);
  }

  makeFolder(path: string): boolean {
    this.confirm();
    return this.#disk.makeFolder(path);
  }

  open(path: string): OpenFile {
    this.confirm();
    return this.#disk.open(path);
  }

  create(path: string): number | undefined {
    this.confirm();
    return this.#disk.create(path);
  }

  append(fd: number, text: string, path: string): void {
    this.confirm();
    this.#disk.append(fd, text, path);
  }

  close(fd: number): void {
    this.#disk.close(fd);
  }

  link(path: string, name: string): boolean {
    this.confirm();
    return this.#disk.link(path, name);
  }

  remove(path: string): void {
    this.confirm();
    this.#disk.remove(path);
  }

  rename(from: string, to: string): void {
    this.confirm();
    this.#disk.rename(from, to);
  }

  read(path: string, from?: number): Buffer | undefined {
    return this.#disk.read(path, from);
  }

  readText(path: string): string | undefined {
    return this.#disk.readText(path);
  }

  readAsync(path: string): Promise<Buffer | undefined> {
    return this.#disk.readAsync(path);
  }

  readPieces(path: string, from: number, visit: (piece: Buffer) => void): boolean {
    return this.#disk.readPieces(path, from, visit);
  }

  openToRead(path: string): number | undefined {
    return this.#disk.openToRead(path);
  }

  list(path: string): string[] {
    return this.#disk.list(path);
  }

  look(path: string): Stats | undefined {
    return this.#disk.look(path);
  }

  lookInside(folder: string, path: string): { folder: Stats; file: Stats } | undefined {
    return this.#disk.lookInside(folder, path);
  }

  exists(path: string): boolean {
    return this.#disk.exists(path);
  }
}

/** Another process has broken the lock. {@link FolderLock.hold} catches it and does the work again. */
export class LockLost extends Error {}

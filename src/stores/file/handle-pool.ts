import type { Disk, OpenFile } from "./disk.js";

/** Something that holds a file open and can open it again. */
export interface Handle {
  fd: number;
}

/** Bounds how many files are open: the one opened first is closed first. `fd` is -1 while closed. */
export class HandlePool {
  readonly #disk: Disk;
  readonly #limit: number;
  readonly #open = new Set<Handle>();

  constructor(disk: Disk, limit: number) {
    this.#disk = disk;
    this.#limit = limit;
  }

  /** Opens a handle's file for appending. */
  open(handle: Handle, path: string): OpenFile {
    this.#makeRoom();
    const file = this.#disk.open(path);
    handle.fd = file.fd;
    this.#open.add(handle);
    return file;
  }

  /** As {@link open}, for a file that is not there. @returns false when it is, with the handle as it was */
  create(handle: Handle, path: string): boolean {
    this.#makeRoom();
    const fd = this.#disk.create(path);
    if (fd === undefined) return false;
    handle.fd = fd;
    this.#open.add(handle);
    return true;
  }

  close(handle: Handle): void {
    if (!this.#open.delete(handle)) return;
    this.#disk.close(handle.fd);
    handle.fd = -1;
  }

  #makeRoom(): void {
    if (this.#open.size < this.#limit) return;
    const [oldest] = this.#open;
    if (oldest !== undefined) this.close(oldest);
  }
}

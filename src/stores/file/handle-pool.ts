import type { Disk } from "./disk.js";

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
  open(handle: Handle, path: string): void {
    const [oldest] = this.#open;
    if (this.#open.size >= this.#limit && oldest !== undefined) this.close(oldest);
    handle.fd = this.#disk.open(path);
    this.#open.add(handle);
  }

  close(handle: Handle): void {
    if (!this.#open.delete(handle)) return;
    this.#disk.close(handle.fd);
    handle.fd = -1;
  }
}

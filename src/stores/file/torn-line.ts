import { fstatSync, readSync } from "node:fs";

const newline = 0x0a;

/** Whether an open file of `size` bytes ends in the middle of a line, as after a kill or on a full disk. */
export function endsTorn(fd: number, size = fstatSync(fd).size): boolean {
  if (size === 0) return false;
  const byte = Buffer.alloc(1);
  return readSync(fd, byte, 0, 1, size - 1) !== 1 || byte[0] !== newline;
}

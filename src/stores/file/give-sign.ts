import { closeSync, constants, lstatSync, mkdirSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { touchedAt, tryRemove } from "./lock-files.js";

/** A sign of life this old is of a process that was killed, ms: a week, many times what anybody waits for one. */
const leftMs = 7 * 24 * 3_600_000;

/**
 * Changes the time of a file, by the clock of its file system: a byte is written, since a time that is set comes from our own
 * clock. On a full disk it may fail, as it may in a store that was removed; the next one may not.
 */
export function giveSign(folder: string, file: string): void {
  try {
    if (writeTo(file)) return;
    makeFolder(folder);
    writeTo(file, constants.O_CREAT);
    removeLeft(folder, touchedAt(file));
  } catch {
    // Others take this process for silent then, and count its writes as signs of life.
  }
}

/** @returns false when there is no such file */
function writeTo(file: string, flag = 0): boolean {
  let fd: number;
  try {
    fd = openSync(file, constants.O_WRONLY | flag | (constants.O_NOFOLLOW ?? 0), 0o666);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw cause;
  }
  try {
    writeSync(fd, "\n", 0);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** Not those above it: a store that was removed is not made again. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST" || !lstatSync(folder).isDirectory()) throw cause;
  }
}

function removeLeft(folder: string, now: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (now - touchedAt(path) > leftMs) tryRemove(path);
  }
}

import fs from "node:fs";
import type { Disk } from "../../../src/stores/file/disk.js";
import { type FileCalls, nodeDisk } from "../../../src/stores/file/node-disk.js";

/** A seeded random number generator (mulberry32): from 0 up to 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export interface Faults {
  /** Of a call, from 0 to 1. */
  probability: number;
  codes: readonly string[];
  /** How many calls have failed so far. */
  failed: number;
}

/**
 * A disk whose calls to the file system fail at random: a write may write a part before it fails. What a failed call of an
 * operation does is the disk's own affair, as with a real one.
 */
export function randomlyFaultyDisk(random: () => number, faults: Faults): Disk {
  const fail = (): NodeJS.ErrnoException | undefined => {
    if (random() >= faults.probability) return undefined;
    faults.failed++;
    const code = faults.codes[Math.floor(random() * faults.codes.length)] ?? "EIO";
    return Object.assign(new Error(code), { code });
  };
  const halfway = new Map<number, Error>();
  const guarded = <Arguments extends unknown[], Result>(call: (...args: Arguments) => Result) => {
    return (...args: Arguments): Result => {
      const error = fail();
      if (error !== undefined) throw error;
      return call(...args);
    };
  };
  const calls = {
    ...fs,
    openSync: guarded(fs.openSync),
    renameSync: guarded(fs.renameSync),
    linkSync: guarded(fs.linkSync),
    unlinkSync: guarded(fs.unlinkSync),
    mkdirSync: guarded(fs.mkdirSync as (path: fs.PathLike) => undefined),
    writeSync(fd: number, content: string | Uint8Array, ...rest: number[]) {
      const error = halfway.get(fd) ?? fail();
      halfway.delete(fd);
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      if (error === undefined) return fs.writeSync(fd, bytes, ...rest);
      const from = rest[0] ?? 0;
      const part = rest.length > 0 ? 0 : Math.floor(random() * bytes.length);
      if (part === 0) throw error;
      // As POSIX has it: what fits is written and counted, and only the call after it fails.
      halfway.set(fd, error);
      return fs.writeSync(fd, bytes, from, part);
    },
  };
  // The store writes bytes and numbers only; the overload for texts with an encoding is not stood in for.
  return nodeDisk({ calls: calls as unknown as FileCalls });
}

/** A disk each of whose changes takes `ms`, with the thread held up, as a slow network drive does. */
export function slowDisk(ms: number): Disk {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  const real = nodeDisk();
  const slowly = <Arguments extends unknown[], Result>(call: (...args: Arguments) => Result) => {
    return (...args: Arguments): Result => {
      Atomics.wait(nap, 0, 0, ms);
      return call(...args);
    };
  };
  return { ...real, append: slowly(real.append), replace: slowly(real.replace), link: slowly(real.link) };
}

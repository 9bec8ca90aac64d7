import { closeSync, lstatSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { StoreLayout } from "./layout.js";
import { touchedAt, tryRemove } from "./lock-files.js";
import { lifeOf, nameOfProcess, type ProcessIdentity, sameProcess } from "./owner.js";

/** For how long nothing may be heard of a process that cannot be asked. */
export interface SilenceLimits {
  /** A run of it is shown as killed after this, ms, until it is heard again. */
  readonly silentMs: number;
  /** What it has left behind is put in order after this, ms; if it is heard again, its run goes on all the same. */
  readonly lostMs: number;
}

const defaultSilence: SilenceLimits = { silentMs: 60_000, lostMs: 24 * 3_600_000 };

/** `alive` and `dead` as far as one can know; `silent` and `lost`: it cannot be asked, and nothing is heard of it. */
export type OwnerState = "alive" | "dead" | "silent" | "lost";

/** Whether nobody waits for it any more. */
export function isGone(state: OwnerState): boolean {
  return state === "dead" || state === "lost";
}

/** How long the difference between the file system's clock and ours is taken to stay the same, ms. */
const clockMs = 10_000;

/**
 * Whether those who write to a store live. Who cannot be asked is judged by its signs of life (`heartbeat.ts`) and by what it
 * writes, and by the file system's clock: that of another machine may be wrong, and so may be ours.
 */
export class OwnerStates {
  readonly #layout: StoreLayout;
  readonly #self: ProcessIdentity;
  readonly #limits: SilenceLimits;
  readonly #clock = { aheadMs: 0, asked: Number.NEGATIVE_INFINITY };

  constructor(layout: StoreLayout, self: ProcessIdentity, limits: Partial<SilenceLimits> = {}) {
    this.#layout = layout;
    this.#self = self;
    this.#limits = { ...defaultSilence, ...limits };
  }

  /** @param lastWrite - when the files that it writes to have changed last; asked only when it gives no other sign of life */
  of(owner: ProcessIdentity, lastWrite: () => number): OwnerState {
    if (sameProcess(owner, this.#self)) return "alive";
    const life = lifeOf(owner, this.#self);
    if (life !== "unknown") return life;
    const { silentMs, lostMs } = this.#limits;
    const untouchedMs = this.#since(this.#signOf(owner), silentMs);
    if (untouchedMs === undefined) return "alive";
    const unwrittenMs = this.#since(lastWrite(), silentMs);
    if (unwrittenMs === undefined) return "alive";
    return Math.min(untouchedMs, unwrittenMs) > lostMs ? "lost" : "silent";
  }

  /** When it gave its last sign of life, ms; 0 when there is none. */
  #signOf(owner: ProcessIdentity): number {
    const { owners } = this.#layout;
    // Not by a link to another place.
    if (lstatSync(owners, { throwIfNoEntry: false })?.isDirectory() !== true) return 0;
    return touchedAt(this.#layout.signOfLife(nameOfProcess(owner)));
  }

  /** How long ago something was, ms; undefined when it was lately. */
  #since(time: number, limitMs: number): number | undefined {
    // The other host's clock and ours are right most of the time, and asking the file system takes a new file.
    const roughly = Date.now() - time;
    if (roughly >= 0 && roughly <= limitMs) return undefined;
    const exactly = this.#now() - time;
    return exactly <= limitMs ? undefined : exactly;
  }

  /** By the clock that gives the store's files their times; ours where the store cannot be written to. */
  #now(): number {
    const now = performance.now();
    if (now - this.#clock.asked > clockMs) {
      this.#clock.asked = now;
      this.#clock.aheadMs = this.#newFileTime() - Date.now();
    }
    return Date.now() + this.#clock.aheadMs;
  }

  #newFileTime(): number {
    const path = join(this.#layout.root, `.${process.pid}-${Date.now()}.tmp`);
    try {
      const fd = openSync(path, "wx");
      try {
        writeSync(fd, "\n");
      } finally {
        closeSync(fd);
      }
      return touchedAt(path) || Date.now();
    } catch {
      return Date.now();
    } finally {
      tryRemove(path);
    }
  }
}

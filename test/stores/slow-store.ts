import { setTimeout as delay } from "node:timers/promises";
import { MemoryStore } from "../../src/stores/memory.js";
import type { TrackingStore } from "../../src/tracking/store.js";
import { seeded } from "./faults/faulty-disk.js";

/** What a store can do only where its files are on this machine, or when its process is exiting. */
const localOnly = new Set(["locate", "endRunNow", "watch"]);

export interface SlowOptions {
  seed?: number;
  /** Longest wait before and after the work of a call, ms; default 1. */
  ms?: number;
  /** Told of every call that arrives; what it throws is what the call fails with. */
  onCall?(name: string, args: readonly unknown[]): void;
}

/** A store as far away as a server, see {@link slowly}. */
export function slowStore(options?: SlowOptions): TrackingStore {
  return slowly<TrackingStore>(new MemoryStore(), options);
}

/**
 * An object each of whose calls takes a while on its way and on its way back, so of calls that are made side by side any may come
 * first. Values are copied both ways, so that nothing shares memory with it.
 */
export function slowly<T extends object>(target: T, options: SlowOptions = {}): T {
  const random = seeded(options.seed ?? 1);
  const pause = () => delay(random() * (options.ms ?? 1));
  return new Proxy(target, {
    get(_, name) {
      if (typeof name !== "string" || localOnly.has(name)) return undefined;
      const found: unknown = Reflect.get(target, name, target);
      if (name === "registry") return slowly(found as object, options);
      if (typeof found !== "function") return found;
      return async (...args: unknown[]) => {
        // A function stays here, as in any client: it is told how far a call has come.
        const sent = args.map((value) => (typeof value === "function" ? value : structuredClone(value)));
        await pause();
        options.onCall?.(name, sent);
        const answer: unknown = await Reflect.apply(found, target, sent);
        await pause();
        return name === "artifacts" ? slowly(answer as object, options) : copied(answer);
      };
    },
  });
}

/** structuredClone leaves out the token of a page. */
function copied(answer: unknown): unknown {
  const copy: unknown = structuredClone(answer);
  if (Array.isArray(answer) && "nextPageToken" in answer)
    Object.assign(copy as object, { nextPageToken: answer.nextPageToken });
  return copy;
}

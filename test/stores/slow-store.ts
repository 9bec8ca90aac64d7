import { setTimeout as delay } from "node:timers/promises";
import { MemoryStore } from "../../src/stores/memory.js";
import type { ModelRegistry } from "../../src/tracking/registry.js";
import type { TrackingStore } from "../../src/tracking/store.js";
import { seeded } from "./faults/faulty-disk.js";

/** What a store can do only where its files are on this machine, or when its process is exiting. */
const localOnly = new Set(["localArtifactPath", "endRunNow", "watch"]);

export interface SlowStoreOptions {
  seed?: number;
  /** Longest wait before and after the work of a call, ms; default 1. */
  ms?: number;
  /** Told of every call that arrives; what it throws is what the call fails with. */
  onCall?(name: string, args: readonly unknown[]): void;
}

/**
 * A store as far away as a server: each call takes a while on its way and on its way back, so of calls that are made side by side any
 * may come first, and values are copied both ways, so that nothing shares memory with the store.
 */
export function slowStore(options: SlowStoreOptions = {}): TrackingStore {
  const random = seeded(options.seed ?? 1);
  const inner = new MemoryStore();
  const pause = () => delay(random() * (options.ms ?? 1));
  const slowly = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name: string) {
        const found: unknown = localOnly.has(name) ? undefined : Reflect.get(target, name, target);
        if (name === "registry") return registry;
        if (typeof found !== "function") return found;
        return async (...args: unknown[]) => {
          const sent = structuredClone(args);
          await pause();
          options.onCall?.(name, sent);
          const answer: unknown = await Reflect.apply(found, target, sent);
          await pause();
          return copied(answer);
        };
      },
      has: (_, name) => typeof name === "string" && !localOnly.has(name) && name in target,
    });
  const registry: ModelRegistry = slowly(inner.registry);
  return slowly<TrackingStore>(inner);
}

/** structuredClone leaves out the token of a page. */
function copied(answer: unknown): unknown {
  const copy: unknown = structuredClone(answer);
  if (Array.isArray(answer) && "nextPageToken" in answer)
    Object.assign(copy as object, { nextPageToken: answer.nextPageToken });
  return copy;
}

import {
  buildSnapshot,
  engineFlags,
  type SnapshotPlan,
  type SnapshotState,
  snapshotState,
} from "../kernel/engine/snapshot/snapshot.js";
import { fastStartScript } from "./fast-start-script.js";

type SnapshotCache = Pick<SnapshotPlan, "cacheFolder">;

/**
 * Makes what lets the kernel start fast: a snapshot of TypeScript at work, kept in the user's cache for this Node and this
 * installation. Takes a few seconds, once; the kernel works without it.
 * @returns its path
 * @throws {KernelError} when this Node cannot make one
 */
export function prepareFastStart(cache: SnapshotCache = {}): Promise<string> {
  return buildSnapshot({ script: fastStartScript, ...cache });
}

/** The snapshot to start the engine from, or why there is none to be used. */
export function fastStartState(cache: SnapshotCache = {}): SnapshotState {
  return snapshotState({ script: fastStartScript, ...cache });
}

/** Node's flags for an engine process that starts as fast as it can. */
export function fastStartFlags(cache: SnapshotCache = {}): string[] {
  return engineFlags({ script: fastStartScript, ...cache });
}

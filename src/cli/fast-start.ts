import {
  buildSnapshot,
  engineFlags,
  type SnapshotPlan,
  type SnapshotState,
  snapshotState,
} from "../kernel/engine/snapshot/snapshot.js";
import { fastStartScript } from "./fast-start-script.js";

type Place = Pick<SnapshotPlan, "cacheFolder">;

/**
 * Makes what lets the kernel start fast: a snapshot of TypeScript at work, kept in the user's cache for this Node and this
 * installation. Takes a few seconds, once; the kernel works without it.
 * @returns its path
 * @throws {KernelError} when this Node cannot make one
 */
export function prepareFastStart(place: Place = {}): Promise<string> {
  return buildSnapshot({ script: fastStartScript, ...place });
}

/** The snapshot to start the engine from, or why there is none to be used. */
export function fastStartState(place: Place = {}): SnapshotState {
  return snapshotState({ script: fastStartScript, ...place });
}

/** Node's flags for an engine process that starts as fast as it can. */
export function fastStartFlags(place: Place = {}): string[] {
  return engineFlags({ script: fastStartScript, ...place });
}

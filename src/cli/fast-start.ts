import { fileURLToPath } from "node:url";
import { buildSnapshot, engineFlags, type SnapshotPlan, usableSnapshot } from "../kernel/engine/snapshot/snapshot.js";

/** Part of the bundle, whichever copy of this module asks. */
const script = fileURLToPath(new URL("../../bundle/engine-snapshot.cjs", import.meta.url));

type Place = Pick<SnapshotPlan, "cacheFolder">;

/**
 * Makes what lets the kernel start fast: a snapshot of TypeScript at work, kept in the user's cache for this Node and this
 * installation. Takes a few seconds, once; the kernel works without it.
 * @returns its path
 * @throws {KernelError} when this Node cannot make one
 */
export function prepareFastStart(place: Place = {}): Promise<string> {
  return buildSnapshot({ script, ...place });
}

/** The snapshot to start the engine from; undefined when there is none yet. */
export function preparedFastStart(place: Place = {}): string | undefined {
  return usableSnapshot({ script, ...place });
}

/** Node's flags for an engine process that starts as fast as it can. */
export function fastStartFlags(place: Place = {}): string[] {
  return engineFlags({ script, ...place });
}

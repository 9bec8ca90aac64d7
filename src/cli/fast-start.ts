import { buildSnapshot } from "../kernel/engine/snapshot/snapshot.js";
import { ambient } from "../magics/ambient.js";
import { magics } from "../magics/registry.js";

/**
 * Makes what lets the kernel start fast: a snapshot of TypeScript at work, kept in the user's cache for this Node and this
 * installation. Takes a few seconds, once; the kernel works without it.
 * @returns its path
 * @throws {KernelError} when this Node cannot make one
 */
export function prepareFastStart(): Promise<string> {
  return buildSnapshot({ ambient: ambient(magics) });
}

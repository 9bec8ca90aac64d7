import { TrackingError } from "../errors.js";

/**
 * The number after the highest one ever given.
 * @param what - what is numbered, e.g. "experiment"
 * @throws {TrackingError} RESOURCE_EXHAUSTED after the last one that can be counted exactly
 */
export function nextNumber(highest: number, what: string): number {
  const next = highest + 1;
  if (Number.isSafeInteger(next)) return next;
  throw new TrackingError("RESOURCE_EXHAUSTED", `No number is left for another ${what}: ${highest} is taken.`, {
    hint: `Close runlab and renumber that ${what}, or start another store.`,
  });
}

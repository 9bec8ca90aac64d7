import type { QueryHints } from "../../queries/find-run.js";

/** The ways out that queries have, as magics. */
export const magicHints: QueryHints = {
  listRuns: (view) => (view === "deleted" ? "%runs deleted lists them." : "%runs lists them."),
  restoreRun: (run) => `Bring it back with %restore ${quoted(run)}.`,
};

/** A word as a magic's argument: in quotes when it is not one plain word. */
export function quoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : JSON.stringify(word);
}

import type { QueryHints } from "../queries/find-run.js";

/** The ways out that queries have, as commands. */
export const commandHints: QueryHints = {
  listRuns: (view) => `\`runlab runs list${view === "deleted" ? " --deleted" : ""}\` lists them.`,
  restoreRun: (run) => `Restore it with \`runlab runs restore ${shellWord(run)}\`.`,
};

/** A word as POSIX shells take it: in single quotes when it is not one plain word. */
function shellWord(word: string): string {
  return /^[\w./:-]+$/.test(word) && !word.startsWith("-") ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

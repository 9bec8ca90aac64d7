import type { CellOutput } from "../../kernel/cell-output.js";
import type { QueryHints } from "../../queries/find-run.js";
import type { Experiment } from "../../tracking/types.js";
import { visibleLines } from "../../visible.js";
import type { MagicContext } from "../magic.js";

/**
 * Prints a line of runlab's own under the cell. Names in it are of others' choosing, and a console is a terminal: what a
 * terminal would act on is shown as an escape.
 */
export function say(output: CellOutput, line: string, stream: "stdout" | "stderr" = "stdout"): void {
  output.stream(stream, `${visibleLines(line)}\n`);
}

/** As {@link say}, unless only a value is wanted. */
export function sayIn({ output, assigned }: MagicContext): (line: string) => void {
  return (line) => {
    if (!assigned) say(output, line);
  };
}

/** The ways out that queries have, as magics. */
export const magicHints: QueryHints = {
  listRuns: (view) => (view === "deleted" ? "%runs deleted lists them." : "%runs lists them."),
  restoreRun: (run) => `Restore it with %restore ${quoted(run)}.`,
};

/** How a deleted experiment is brought back. */
export function restoreExperiment({ name }: Experiment): string {
  return `To restore it: %restore ${quoted(name)} experiment`;
}

/** A word as a magic's argument: in quotes when it is not one plain word. */
export function quoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : JSON.stringify(word);
}

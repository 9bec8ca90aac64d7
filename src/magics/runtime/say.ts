import type { CellOutput } from "../../kernel/cell-output.js";
import { visibleLines } from "../../visible.js";

/**
 * Prints a line of runlab's own under the cell. Names in it are of others' choosing, and a console is a terminal: what a
 * terminal would act on is shown as an escape.
 */
export function say(output: CellOutput, line: string, stream: "stdout" | "stderr" = "stdout"): void {
  output.stream(stream, `${visibleLines(line)}\n`);
}

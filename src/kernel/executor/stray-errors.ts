import type { CellOutput } from "../cell-output.js";
import type { ErrorContent } from "../messages.js";
import { recovery } from "./executor.js";

/**
 * Errors that no cell can catch, thrown in timers and events or in promises that nobody awaits: shown under the cell
 * they come from, and survived.
 */
export function showStrayErrors(output: CellOutput, render: (error: unknown) => ErrorContent): void {
  const show = (what: string, error: unknown): void => {
    output.stream("stderr", `${what}: ${render(error).traceback.join("\n")}\n`);
  };
  process.on("uncaughtException", (error: unknown) => {
    if (error !== recovery) show("Uncaught", error);
  });
  process.on("unhandledRejection", (reason) => show("Unhandled rejection", reason));
}

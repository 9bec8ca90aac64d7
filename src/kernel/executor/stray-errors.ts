import { executionAsyncResource } from "node:async_hooks";
import { type RunlabError, takeStray } from "../../errors.js";
import type { CellOutput } from "../cell-output.js";
import { isKernelInterrupt } from "../kernel-interrupt.js";
import type { ErrorContent } from "../messages.js";
import type { CellContext } from "./cell-context.js";
import { recovery } from "./executor.js";

/**
 * Errors that no cell can catch, thrown in timers and events or in promises that nobody awaits: shown under the cell
 * they come from, and survived. An interrupt is left out where it is the cell's own error too.
 * @param cell - what the calling code belongs to
 * @param origin - which of the cell's parallel parts that is, for a person; undefined when there is one alone
 * @returns puts the listeners back when a cell has removed them (`process.removeAllListeners()`), since the next stray error would
 *   end the process
 */
export function showStrayErrors(
  output: CellOutput,
  render: (error: unknown) => ErrorContent,
  cell: () => CellContext,
  origin: () => string | undefined = () => undefined,
): () => void {
  const show = (what: string, error: unknown): void => {
    if (isKernelInterrupt(error) && cell().endsByInterrupt) return;
    if (isTaken(error)) return;
    const from = origin();
    output.stream(
      "stderr",
      `${what}${from === undefined ? "" : ` in ${from}`}: ${render(error).traceback.join("\n")}\n`,
    );
  };
  const uncaught = (error: unknown): void => {
    if (error === recovery) return;
    show("Uncaught", error);
    if (isKernelInterrupt(error) && stopInterval()) {
      output.stream("stderr", "The interval that was interrupted is stopped: setInterval does not call it again.\n");
    }
  };
  const unhandled = (reason: unknown): void => show("Unhandled rejection", reason);
  const listen = (): void => {
    if (!process.listeners("uncaughtException").includes(uncaught)) process.on("uncaughtException", uncaught);
    if (!process.listeners("unhandledRejection").includes(unhandled)) process.on("unhandledRejection", unhandled);
  };
  listen();
  return () => {
    try {
      listen();
    } catch {
      // A cell has broken where Node keeps the listeners of `process`; without them, Node begins anew.
      for (const [key, value] of [
        ["_events", undefined],
        ["_eventsCount", 0],
        ["_maxListeners", undefined],
      ] as const)
        Reflect.defineProperty(process, key, { value, writable: true, configurable: true });
      listen();
    }
  };
}

/** Whether an error of ours takes care of itself. Anything can be thrown, also what throws when it is looked at. */
function isTaken(error: unknown): boolean {
  try {
    return error instanceof Error && (error as Partial<RunlabError>)[takeStray]?.() === true;
  } catch {
    return false;
  }
}

/** Ends the interval whose callback has thrown just now: one that loops forever would block every later cell. */
function stopInterval(): boolean {
  // Node runs the handler as part of the callback that threw. @see lib/timers.js, `Timeout`
  const { _repeat: repeats } = executionAsyncResource() as { _repeat?: unknown };
  if (typeof repeats !== "number") return false;
  clearInterval(executionAsyncResource() as NodeJS.Timeout);
  return true;
}

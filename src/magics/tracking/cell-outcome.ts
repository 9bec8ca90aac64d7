import type { CellValue } from "../../kernel/engine/engine.js";
import { describe } from "../../tracking/active-run.js";

/** How a cell's body ended, in a run's words. */
export type CellOutcome =
  | { status: "FINISHED"; value: CellValue; reason?: undefined }
  | { status: "FAILED" | "KILLED"; error: unknown; reason: string };

/**
 * Evaluates a cell's body to its end, whatever that is: FAILED when it throws, KILLED when the user interrupts it,
 * also when the body awaits something that never comes. Never rejects.
 */
export async function cellOutcome(body: () => Promise<CellValue>, signal: AbortSignal): Promise<CellOutcome> {
  const interrupted = onAbort(signal);
  try {
    return { status: "FINISHED", value: await Promise.race([body(), interrupted.promise]) };
  } catch (error) {
    if (signal.aborted) return { status: "KILLED", error, reason: "interrupted by the user" };
    return { status: "FAILED", error, reason: describe(error) };
  } finally {
    interrupted.stop();
  }
}

function onAbort(signal: AbortSignal): { promise: Promise<never>; stop(): void } {
  let stop: () => void = () => undefined;
  const promise = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason);
    stop = () => signal.removeEventListener("abort", abort);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
  return { promise, stop };
}

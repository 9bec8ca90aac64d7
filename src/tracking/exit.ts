import { describe } from "./active-run.js";

interface OpenRuns {
  endRunsNow(status: "FINISHED" | "FAILED", reason?: string): number;
}

/**
 * No run outlives its process: at exit an open one is FINISHED, after an uncaught error or with an exit code FAILED.
 * @returns takes the watch away
 */
export function endRunsAtExit(session: OpenRuns): () => void {
  const seen: { error?: unknown } = {};
  const onError = (error: unknown) => {
    seen.error = error;
  };
  const onExit = (code: number) => {
    if (code === 0) {
      // As if the call had been awaited: its error would have ended the process so.
      if (session.endRunsNow("FINISHED") > 0) process.exitCode = 1;
    } else
      session.endRunsNow("FAILED", "error" in seen ? describe(seen.error) : `The process exited with code ${code}.`);
  };
  process.on("uncaughtExceptionMonitor", onError);
  process.on("exit", onExit);
  return () => {
    process.off("uncaughtExceptionMonitor", onError);
    process.off("exit", onExit);
  };
}

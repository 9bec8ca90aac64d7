import { AsyncLocalStorage } from "node:async_hooks";
import { type ActiveRun, describe } from "./active-run.js";

interface Scope {
  /** Undefined while the store is still creating it. */
  run?: ActiveRun;
  /** The scope of a callback: log calls that come after its end still belong to its run. */
  callback: boolean;
  parent: Scope | undefined;
}

/**
 * Which run is active where. Runs of a callback are active inside it only, so parallel ones do not mix; a run started without
 * a callback is active in the code that awaited it and, until it ends, everywhere that has no run of its own (the next cell).
 */
export class RunScopes {
  readonly #storage = new AsyncLocalStorage<Scope>();
  /** Open runs without a callback, oldest first. */
  readonly #loose: ActiveRun[] = [];

  /** The innermost open run. */
  active(): ActiveRun | undefined {
    for (let scope = this.#storage.getStore(); scope !== undefined; scope = scope.parent) {
      if (scope.run?.ended === false) return scope.run;
    }
    return this.#loose.findLast((run) => !run.ended);
  }

  /** Where a log call goes: the active run, else the run whose callback this (late) code comes from. */
  target(): ActiveRun | undefined {
    for (let scope = this.#storage.getStore(); scope !== undefined; scope = scope.parent) {
      if (scope.run !== undefined && (scope.callback || !scope.run.ended)) return scope.run;
    }
    return this.#loose.findLast((run) => !run.ended);
  }

  /** Runs `body` with `run` active in it and in all that it starts. */
  within<T>(run: ActiveRun, body: () => T): T {
    return this.#storage.run({ run, callback: true, parent: this.#storage.getStore() }, body);
  }

  /**
   * Marks a place for a run started without a callback; must be called before the first await, so that the caller's
   * continuation sees it. A sibling that is still starting is no parent: its code has not gone on yet.
   */
  open(): { enter(run: ActiveRun): void; parent: ActiveRun | undefined } {
    let parent = this.#storage.getStore();
    while (parent !== undefined && !parent.callback && parent.run === undefined) parent = parent.parent;
    const scope: Scope = { callback: false, parent };
    this.#storage.enterWith(scope);
    return {
      parent: this.active(),
      enter: (run) => {
        scope.run = run;
        this.keep(run);
      },
    };
  }

  /** Makes a run active wherever there is no other. */
  keep(run: ActiveRun): void {
    const open = this.#loose.filter((other) => !other.ended);
    this.#loose.splice(0, this.#loose.length, ...open, run);
  }
}

interface OpenRuns {
  endRunsNow(status: "FINISHED" | "FAILED", reason?: string): number;
  /** Whether their end has to be sent to a server. */
  readonly sendsToServer: boolean;
  /** Ends them, and waits until the server has it. */
  close(): Promise<void>;
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
  // A script that has come to its end can still wait, and a server has to be waited for.
  const onIdle = () => {
    if (!session.sendsToServer) return;
    session.close().catch((error: unknown) => {
      process.stderr.write(`runlab: a log call failed: ${describe(error)}\n`);
      process.exitCode = 1;
    });
  };
  process.on("uncaughtExceptionMonitor", onError);
  process.on("beforeExit", onIdle);
  process.on("exit", onExit);
  return () => {
    process.off("beforeExit", onIdle);
    process.off("uncaughtExceptionMonitor", onError);
    process.off("exit", onExit);
  };
}

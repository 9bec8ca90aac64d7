import { performance } from "node:perf_hooks";
import type { ChangeLog } from "./change-log.js";

/** How long a change may wait before other processes are told, ms. */
const quietMs = 200;

/** Tells other processes which runs go on changing: at most once per run and `quietMs`, so that logging stays quick. */
export class ChangeAnnouncer {
  readonly #log: ChangeLog;
  readonly #isOpen: (runId: string) => boolean;
  /** Experiment of each run with changes that nobody has been told of. */
  readonly #waiting = new Map<string, string>();
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param isOpen - a run that has come to rest is not announced: who knows it looks whether its journal is gone */
  constructor(log: ChangeLog, isOpen: (runId: string) => boolean) {
    this.#log = log;
    this.#isOpen = isOpen;
  }

  /** A loop that logs without a pause gives no timer a chance, so the time is looked at here too; whoever knows it hands it over. */
  note(runId: string, experimentId: string, now = performance.now()): void {
    if (this.#waiting.size === 0) {
      this.#since = now;
      this.#waiting.set(runId, experimentId);
      this.#timer ??= setTimeout(() => this.flush(), quietMs).unref();
      return;
    }
    if (!this.#waiting.has(runId)) this.#waiting.set(runId, experimentId);
    if (now - this.#since > quietMs) this.flush();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [runId, experimentId] of waiting) {
      if (!this.#isOpen(runId)) continue;
      try {
        this.#log.announce(experimentId, runId);
      } catch {
        // The change itself is written; it is seen by whoever reads the run.
      }
    }
  }
}

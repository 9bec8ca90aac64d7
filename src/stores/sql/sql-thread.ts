import { Worker } from "node:worker_threads";
import { type ErrorCode, ModelError, RunlabError, TrackingError } from "../../errors.js";
import type { SqlSettings } from "./open-sql.js";
import type { RunEnd } from "./sql-store.js";

/** What the thread is started with. */
export interface ThreadSettings {
  uri: string;
  settings: SqlSettings;
}

export type ThreadRequest =
  | { kind: "call"; id: number; target: "store" | "registry"; method: string; args: readonly unknown[] }
  /** Comes last. */
  | { kind: "close"; id: number }
  /** For a caller that waits without an event loop: `done` is set instead of answering. */
  | { kind: "now"; runId: string; end: RunEnd; done: Int32Array<SharedArrayBuffer> };

export interface CallAnswer {
  id: number;
  value?: unknown;
  error?: SentError;
}

export interface SentError {
  name: string;
  /** Absent for an error that is not one of runlab's. */
  code?: ErrorCode;
  message: string;
  hint?: string;
}

/** How long an exiting process waits, ms. */
const exitMs = 3000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  /** The process stays alive for the answer. */
  isAwaited: boolean;
}

/** A running thread, and the calls that it has not answered yet. */
export class SqlThread {
  isLost = false;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Waiting>();
  /** Calls among them that the process stays alive for. */
  #awaited = 0;
  #lastId = 0;

  constructor(uri: string, settings: SqlSettings) {
    this.#worker = new Worker(new URL("./sql-worker.js", import.meta.url), {
      workerData: { uri, settings } satisfies ThreadSettings,
      // What this process preloads is of no use to the thread.
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    this.#worker.unref();
    this.#worker.on("message", ({ id, value, error }: CallAnswer) => {
      const waiting = this.#pending.get(id);
      this.#pending.delete(id);
      // An idle database keeps no process alive.
      if (waiting?.isAwaited && --this.#awaited === 0) this.#worker.unref();
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(fromSent(error));
    });
    this.#worker.on("error", (cause) => this.#lose(uri, cause.message));
    this.#worker.on("exit", () => this.#lose(uri, "its thread has ended"));
  }

  ask(target: "store" | "registry", method: string, args: readonly unknown[]): Promise<unknown> {
    return this.#send({ kind: "call", id: ++this.#lastId, target, method, args });
  }

  /** Asks the store for what is only of use while the process lives anyway. */
  glance(method: string, args: readonly unknown[]): Promise<unknown> {
    return this.#send({ kind: "call", id: ++this.#lastId, target: "store", method, args }, false);
  }

  /** When all that was asked has been answered. */
  async close(): Promise<void> {
    try {
      await this.#send({ kind: "close", id: ++this.#lastId });
    } finally {
      await this.#worker.terminate();
    }
  }

  #send(request: Exclude<ThreadRequest, { kind: "now" }>, isAwaited = true): Promise<unknown> {
    const { id } = request;
    return new Promise((resolve, reject) => {
      this.#worker.postMessage(request);
      this.#pending.set(id, { resolve, reject, isAwaited });
      if (isAwaited && ++this.#awaited === 1) this.#worker.ref();
    });
  }

  /** @throws {TrackingError} when it was not written in time */
  endNow(runId: string, end: RunEnd, uri: string): void {
    const done = new Int32Array(new SharedArrayBuffer(4));
    this.#worker.postMessage({ kind: "now", runId, end, done } satisfies ThreadRequest);
    Atomics.wait(done, 0, 0, exitMs);
    if (Atomics.load(done, 0) === 1) return;
    throw new TrackingError("TEMPORARILY_UNAVAILABLE", `The end of run ${runId} was not written to ${uri} in time.`);
  }

  #lose(uri: string, problem: string): void {
    this.isLost = true;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    const error = new TrackingError("INTERNAL_ERROR", `The database ${uri} gave an error: ${problem}.`);
    for (const { reject } of waiting) reject(error);
  }
}

function fromSent({ name, code, message, hint }: SentError): Error {
  if (code === undefined) return new Error(message);
  const known = [TrackingError, ModelError].find((kind) => kind.name === name) ?? RunlabError;
  return new known(code, message, hint === undefined ? {} : { hint });
}

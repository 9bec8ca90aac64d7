import { stored } from "./store.js";

/**
 * Log calls that nobody awaited yet. Their promises never become an unhandled rejection; a failure that nobody looked at
 * is handed out by {@link PendingCalls.settle} at the end of the run or cell.
 */
export class PendingCalls {
  readonly #open = new Set<Promise<unknown>>();
  #failures: Array<{ error: unknown; promise: LogPromise<unknown> }> = [];
  #hasFailed = false;

  /** Whether a call has failed so far, seen or not. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /**
   * Takes note of a log call. One that is done when it returns ({@link stored}) costs no promise of its own.
   * @param work - when it fails, its error also tells who called
   */
  track(work: Promise<void>): Promise<void> {
    if (work === stored) return resolved;
    const site = new CallSite(this.track);
    const promise = new LogPromise<void>((resolve, reject) => {
      work.then(resolve, (error) => {
        site.addTo(error);
        reject(error);
      });
    });
    this.#open.add(promise);
    promise.watch(
      () => this.#open.delete(promise),
      (error) => {
        this.#open.delete(promise);
        this.#failures.push({ error, promise });
        this.#hasFailed = true;
      },
    );
    return promise;
  }

  /** Waits for every open call, also those that are made meanwhile; resolves with the failures that nobody looked at. */
  async settle(): Promise<unknown[]> {
    while (this.#open.size > 0) await Promise.allSettled([...this.#open].map((promise) => settled(promise)));
    return this.takeFailures();
  }

  /** The failures so far, without waiting. */
  takeFailures(): unknown[] {
    const unseen = this.#failures.filter(({ promise }) => !promise.observed).map(({ error }) => error);
    this.#failures = [];
    return unseen;
  }
}

/** As the value of a cell, a log call shows nothing: the kernel asks a value by this symbol how it draws itself. */
const display = Symbol.for("Jupyter.display");
const nothing = (): Record<string, never> => ({});

const resolved: Promise<void> = Object.defineProperty(Promise.resolve(), display, { value: nothing });

function settled(promise: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    if (promise instanceof LogPromise) promise.watch(resolve, () => resolve());
  });
}

/** A promise that knows whether somebody waits for it: `await` and `then` on a subclass come through here. */
class LogPromise<T> extends Promise<T> {
  /** Printed as the plain promise that it is for everybody else. */
  static override readonly name = "Promise";

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  #observed = false;

  get observed(): boolean {
    return this.#observed;
  }

  // biome-ignore lint/suspicious/noThenProperty: the override is how an await is noticed
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#observed = true;
    return super.then(fulfilled, rejected);
  }

  [display](): Record<string, never> {
    return nothing();
  }

  /** Like `then`, unnoticed. */
  watch(fulfilled: () => void, rejected: (error: unknown) => void): void {
    super.then(fulfilled, rejected);
  }
}

/**
 * The code that made a call whose failure comes later, when that code is off the stack. Taken in about 1 µs: V8 turns
 * it into text only when it is read.
 */
class CallSite {
  declare readonly stack: string;

  /** @param called - the function that was called; it and what it calls are left out */
  constructor(called: (...args: never[]) => unknown) {
    Error.captureStackTrace(this, called);
  }

  /** Adds the caller's frames to those of the error, so that the printed error shows the caller's line. */
  addTo(error: unknown): void {
    if (!(error instanceof Error) || typeof error.stack !== "string") return;
    const known = new Set(error.stack.split("\n"));
    const frames = this.stack.split("\n").filter((line) => /^\s+at /.test(line) && !known.has(line));
    // a frozen error stays as it is
    if (frames.length > 0) Reflect.set(error, "stack", [error.stack, ...frames].join("\n"));
  }
}

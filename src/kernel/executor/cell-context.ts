import type { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import type { MimeBundle } from "../../render/mime-bundle.js";
import type { CellInfo, OutputTaker } from "../extension.js";
import { KernelInterrupt } from "../kernel-interrupt.js";
import type { CellRequest, StreamName } from "../messages.js";

type OutputListener = (stream: StreamName, text: string) => void;

/** One execution of one cell on the main thread; everything the cell starts finds it by `AsyncLocalStorage`. */
export class CellContext implements CellInfo {
  readonly number: number;
  readonly count: number;
  readonly source: string;
  readonly cellId?: string;
  readonly silent: boolean;
  readonly stored: boolean;
  readonly allowStdin: boolean;
  /** Set by an interrupt. */
  #reason: KernelInterrupt | undefined;
  #abort: AbortController | undefined;
  #interrupted: PromiseWithReject | undefined;
  #isOver = false;
  readonly #listeners = new Set<OutputListener>();
  readonly #pending = new Set<Promise<unknown>>();
  /** All that was ever in `pending`. */
  readonly #drawings = new WeakSet<object>();
  /** The innermost is last. */
  readonly #takers: OutputTaker[] = [];
  readonly #onCapture: (on: boolean) => void;

  /** @param onCapture - told when output of the cell begins to be captured, and when it is shown again */
  constructor(number: number, request: CellRequest, onCapture: (on: boolean) => void) {
    this.#onCapture = onCapture;
    this.number = number;
    this.count = request.count;
    this.source = request.source;
    if (request.cellId !== undefined) this.cellId = request.cellId;
    this.silent = request.silent;
    this.stored = request.stored;
    this.allowStdin = request.allowStdin;
  }

  /** Node 20 and 22 hang it on every handle that a cell opens, where `console.log(server)` shows it. */
  [inspect.custom](): string {
    return `Cell [${this.count}]`;
  }

  get isInterrupted(): boolean {
    return this.#reason !== undefined;
  }

  /** An interrupt that reaches its code is told as the cell's own error, if not yet, then when its message arrives. */
  get endsByInterrupt(): boolean {
    return this.isInterrupted || !this.#isOver;
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  /** Rejects when the cell is interrupted; else stays pending. */
  get interrupted(): Promise<never> {
    this.#interrupted ??= rejectable(this.#reason);
    return this.#interrupted.promise;
  }

  interrupt(): void {
    if (this.#reason) return;
    this.#reason = new KernelInterrupt();
    this.#interrupted?.reject(this.#reason);
    this.#abort?.abort(this.#reason);
  }

  /**
   * The cell has ended. What only an interrupt needs is let go: its late code may hold on to the context, and V8 keeps
   * whatever a FinalizationRegistry watches until a full collection, which is hundreds of cells away.
   */
  over(): void {
    this.#isOver = true;
    this.#interrupted = undefined;
    this.#abort = undefined;
  }

  /** Somebody besides the front end follows the cell's output. */
  get isFollowed(): boolean {
    return this.#listeners.size > 0 || this.#takers.length > 0;
  }

  onOutput(listener: OutputListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  capture(taker: OutputTaker): () => void {
    if (this.#takers.push(taker) === 1) this.#onCapture(true);
    return () => {
      const at = this.#takers.indexOf(taker);
      if (at < 0) return;
      this.#takers.splice(at, 1);
      if (this.#takers.length === 0) this.#onCapture(false);
    };
  }

  /** Hands a piece of output to who listens. @returns whether it was captured, and so is not to be shown */
  takeStream(stream: StreamName, text: string): boolean {
    for (const listener of this.#listeners) listener(stream, text);
    return this.#takers.findLast((taker) => taker.stream(stream, text)) !== undefined;
  }

  /** @returns whether it was captured, and so is not to be shown */
  takeDisplay(bundle: MimeBundle, displayId: string | undefined): boolean {
    return this.#takers.findLast((taker) => taker.display(bundle, displayId)) !== undefined;
  }

  /** Output that is still being made (a value that draws itself asynchronously); the cell waits for it. */
  waitFor(output: Promise<unknown>): void {
    this.#pending.add(output);
    this.#drawings.add(output);
    output.then(
      () => this.#pending.delete(output),
      () => this.#pending.delete(output),
    );
  }

  /** Whether a value is the promise of output that the cell has asked for: `display(spec)` on its last line. */
  isDrawing(value: unknown): boolean {
    return value instanceof Promise && this.#drawings.has(value);
  }

  /** Resolves when all such output is out; its failures are its caller's to see. */
  async outputDone(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }
}

interface PromiseWithReject {
  readonly promise: Promise<never>;
  reject(reason: unknown): void;
}

/** @param reason - with one, the promise is rejected from the start */
function rejectable(reason: unknown): PromiseWithReject {
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, rejectIt) => {
    reject = rejectIt;
  });
  // An interrupt that nobody waits for any more is no unhandled rejection.
  promise.catch(() => undefined);
  if (reason !== undefined) reject(reason);
  return { promise, reject };
}

/** Which cell the code that asks belongs to. */
export type CurrentCell = AsyncLocalStorage<CellContext>;

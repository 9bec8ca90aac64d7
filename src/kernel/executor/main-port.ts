import type { Worker } from "node:worker_threads";
import { KernelError } from "../../errors.js";
import {
  backlogLimit,
  backlogRelief,
  ControlWord,
  EntryCheck,
  type FromMain,
  isDroppable,
  type PostedFromMain,
  postCost,
  publishCost,
  type StreamName,
} from "../messages.js";

/** Longest wait between two looks at the backlog, ms; the worker ends it sooner. */
const look = 20;

/** The main thread's end of the channel to the wire worker. Messages leave at once, also from a loop that never ends. */
export class MainPort {
  readonly #worker: Worker;
  readonly #control: Int32Array;
  /** What the last piece of a stream belonged to: the worker gathers pieces until that changes. */
  #lastCell: number | undefined;
  #lastStream: StreamName | undefined;

  constructor(worker: Worker, control: Int32Array) {
    this.#worker = worker;
    this.#control = control;
  }

  /**
   * Output stands still while the worker is too far behind.
   * @throws {KernelError} INVALID_PARAMETER_VALUE when the message holds data that the wire cannot write as JSON:
   * here, where the stack is the user's
   */
  post(message: FromMain): void {
    let length = 0;
    if ("bundle" in message && message.bundle) {
      for (const [type, data] of Object.entries(message.bundle.data)) length += checkJson(`data of type ${type}`, data);
      length += checkJson("metadata", message.bundle.metadata);
    }
    if (message.type === "comm") {
      length += checkJson("the data of a comm message", message.message.data);
      length += checkJson("the metadata of a comm message", message.message.metadata);
      for (const { byteLength } of message.message.buffers ?? []) length += byteLength;
    }
    if (message.type === "comm" || message.type === "result" || isDroppable(message)) {
      this.#lastStream = undefined;
      this.#postOutput(message, postCost + publishCost + length);
      return;
    }
    this.#worker.postMessage(message);
  }

  /** Posts a piece of output; stands still while the worker is too far behind. */
  stream(cell: number | undefined, stream: StreamName, text: string): void {
    const isNew = stream !== this.#lastStream || cell !== this.#lastCell;
    this.#lastStream = stream;
    this.#lastCell = cell;
    this.#postOutput({ type: "stream", cell, stream, text }, postCost + text.length + (isNew ? publishCost : 0));
  }

  #postOutput(message: FromMain, cost: number): void {
    if (!this.#hasRoom() && isDroppable(message)) {
      Atomics.add(this.#control, ControlWord.dropped, 1);
      return;
    }
    const posted: PostedFromMain = message;
    posted.cost = cost;
    if (this.#isInterrupted) posted.late = true;
    this.#worker.postMessage(posted);
    // Afterwards: where JavaScript is terminated in between, nothing is waited for that was never posted.
    Atomics.add(this.#control, ControlWord.backlog, cost);
  }

  get #isInterrupted(): boolean {
    return Atomics.load(this.#control, ControlWord.interrupt) === 1;
  }

  /** Waits until the worker has caught up. @returns false when an interrupt came first: a flood is to end, not to wait */
  #hasRoom(): boolean {
    let backlog = Atomics.load(this.#control, ControlWord.backlog);
    if (backlog < backlogLimit) return true;
    while (backlog >= backlogRelief) {
      if (this.#isInterrupted) return false;
      Atomics.wait(this.#control, ControlWord.backlog, backlog, look);
      backlog = Atomics.load(this.#control, ControlWord.backlog);
    }
    return true;
  }
}

/** @returns roughly how long it is as JSON */
function checkJson(what: string, data: unknown): number {
  // Most of what is shown is long text; a BigInt is not JSON.
  if (typeof data === "string") return data.length;
  try {
    // Undefined, a function and a symbol have no JSON, whatever the types of TypeScript say.
    const json: string | undefined = JSON.stringify(data);
    return json?.length ?? 0;
  } catch (error) {
    const [reason = ""] = String(error instanceof Error ? error.message : error).split("\n");
    throw new KernelError("INVALID_PARAMETER_VALUE", `Output cannot be shown: ${what} is no JSON. ${reason}`, {
      hint: "A front end is sent texts, numbers, booleans, null, and arrays and objects of them.",
    });
  }
}

/** Time that compiled loops still see an interrupt after it ended the cell, ms: what the cell left running ends too. */
const aftermath = 100;

/** The shared word that compiled loops read: the worker sets it, and the main thread clears it when the cell has ended. */
export class InterruptWord {
  readonly #control: Int32Array;
  #timer: NodeJS.Timeout | undefined;

  constructor(control: Int32Array) {
    this.#control = control;
  }

  get isSet(): boolean {
    return Atomics.load(this.#control, ControlWord.interrupt) === 1;
  }

  /** The event loop turns: functions entered from now on did not hold it up. */
  taken(): void {
    Atomics.store(this.#control, ControlWord.entry, EntryCheck.closed);
  }

  clear(): void {
    clearTimeout(this.#timer);
    Atomics.store(this.#control, ControlWord.interrupt, 0);
  }

  clearSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.clear(), aftermath);
    this.#timer.unref();
  }
}

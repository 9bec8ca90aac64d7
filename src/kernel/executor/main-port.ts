import type { Worker } from "node:worker_threads";
import { KernelError } from "../../errors.js";
import { ControlWord, type FromMain, type StreamName } from "../messages.js";

/** Output that may wait in the worker before the main thread does, UTF-16 units: a bound on memory in a flood. */
const backlogLimit = 16 * 1024 * 1024;

/** The main thread's end of the channel to the wire worker. Messages leave at once, also from a loop that never ends. */
export class MainPort {
  readonly #worker: Worker;
  readonly #control: Int32Array;

  constructor(worker: Worker, control: Int32Array) {
    this.#worker = worker;
    this.#control = control;
  }

  /**
   * @throws {KernelError} INVALID_PARAMETER_VALUE when the message holds data that the wire cannot write as JSON:
   * here, where the stack is the user's
   */
  post(message: FromMain): void {
    if ("bundle" in message && message.bundle) {
      for (const [type, data] of Object.entries(message.bundle.data)) checkJson(`data of type ${type}`, data);
      checkJson("metadata", message.bundle.metadata);
    }
    if (message.type === "comm") {
      checkJson("the data of a comm message", message.message.data);
      checkJson("the metadata of a comm message", message.message.metadata);
    }
    this.#worker.postMessage(message);
  }

  /** Posts a piece of output; stands still while the worker is too far behind. */
  stream(cell: number | undefined, stream: StreamName, text: string): void {
    for (;;) {
      const backlog = Atomics.load(this.#control, ControlWord.backlog);
      if (backlog < backlogLimit || Atomics.load(this.#control, ControlWord.interrupt) === 1) break;
      Atomics.wait(this.#control, ControlWord.backlog, backlog, 100);
    }
    Atomics.add(this.#control, ControlWord.backlog, text.length);
    this.post({ type: "stream", cell, stream, text });
  }
}

function checkJson(what: string, data: unknown): void {
  // Texts are most of what is shown, and long; a BigInt is no JSON.
  if (typeof data === "string") return;
  try {
    JSON.stringify(data);
  } catch (error) {
    const [reason = ""] = String(error instanceof Error ? error.message : error).split("\n");
    throw new KernelError("INVALID_PARAMETER_VALUE", `Output cannot be shown: ${what} is no JSON. ${reason}`, {
      hint: "A front end is sent texts, numbers, booleans, null, and arrays and objects of them.",
    });
  }
}

import type { Worker } from "node:worker_threads";
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

  post(message: FromMain): void {
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

import { type MessagePort, parentPort } from "node:worker_threads";
import { KernelError } from "../../errors.js";
import type { FromMain, ToMain } from "../messages.js";

/** The worker's end of the channel to the main thread. */
export class MainLink {
  readonly #port: MessagePort;

  constructor(onMessage: (message: FromMain) => void) {
    if (!parentPort) throw new KernelError("INTERNAL_ERROR", "The wire runs in a worker thread only.");
    this.#port = parentPort;
    this.#port.on("message", onMessage);
  }

  post(message: ToMain): void {
    this.#port.postMessage(message);
  }
}

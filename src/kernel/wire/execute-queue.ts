import type { Message } from "./message.js";

/** What a request in the queue is worked off with. */
export interface QueueWork {
  /** @param failing - called and awaited before the reply of a cell that failed is sent */
  execute(message: Message, failing: () => Promise<void>): Promise<void>;
  abort(message: Message): void;
  /** Anything else that must keep its place among the cells: comm messages. */
  other(message: Message): void;
}

/**
 * Shell requests that run user code, one at a time and in order. A failed cell with `stop_on_error` aborts the cells
 * that were sent before its reply could be seen. @see Jupyter messaging, "Execution results"
 */
export class ExecuteQueue {
  readonly #work: QueueWork;
  readonly #waiting: Message[] = [];
  #running = false;
  #done = Promise.resolve();
  #closed = false;

  constructor(work: QueueWork) {
    this.#work = work;
  }

  push(message: Message): void {
    if (this.#closed) return;
    this.#waiting.push(message);
    if (!this.#running) this.#done = this.#run();
  }

  /** A comm message does not wait for a cell that is running, only for cells sent before it. */
  pushComm(message: Message): void {
    if (this.#waiting.length === 0) this.#work.other(message);
    else this.push(message);
  }

  /** Aborts what waits and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#abort(this.#waiting.splice(0));
  }

  /** Resolves when the request that is being worked off has been answered, and all after it. */
  async idle(): Promise<void> {
    await this.#done;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let message = this.#waiting.shift(); message; message = this.#waiting.shift()) {
      if (message.header.msg_type === "execute_request") await this.#execute(message);
      else this.#work.other(message);
    }
    this.#running = false;
  }

  async #execute(message: Message): Promise<void> {
    const aborted: Message[] = [];
    await this.#work.execute(message, async () => {
      if (message.content.stop_on_error === false) return;
      // A front end that has seen the reply may go on at once: what it sends then must run.
      await socketTurn();
      aborted.push(...this.#waiting.splice(0));
    });
    this.#abort(aborted);
  }

  #abort(messages: readonly Message[]): void {
    for (const message of messages) {
      if (message.header.msg_type === "execute_request") this.#work.abort(message);
      else this.#work.other(message);
    }
  }
}

/** Two turns of the event loop: what had reached the socket by now is in the queue afterwards. */
async function socketTurn(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((done) => setImmediate(done));
}

import { ControlWord, type ErrorContent, type ToMain } from "../messages.js";
import { type CellRunner, interrupted } from "./cell-runner.js";
import type { EngineClient } from "./engine-client.js";
import type { ExecuteQueue } from "./execute-queue.js";
import type { History } from "./history.js";
import type { Header } from "./message.js";
import type { OutputRelay } from "./output-relay.js";
import type { Publisher } from "./publisher.js";
import type { Sockets } from "./sockets.js";

/**
 * Time that what is handed to ZeroMQ gets to leave before the process is killed, ms: its queues die with the process, and
 * ZeroMQ gives no sign when they are empty. A process that ends by itself waits for them, as long as the sockets linger.
 */
const parting = 50;

/** Time that a cell which was ended gets to be answered, ms; it takes some turns of the event loop. */
const answering = 500;

/** Time the main thread gets to save and close when the kernel ends, ms. */
const closing = 1500;

export interface EndingParts {
  readonly control: Int32Array;
  readonly publisher: Publisher;
  readonly runner: CellRunner;
  readonly queue: ExecuteQueue;
  readonly relay: OutputRelay;
  readonly engine: EngineClient;
  readonly history: History;
  /** Undefined until the channels are bound. */
  sockets(): Sockets | undefined;
  post(message: ToMain): void;
  /** Stops the running cell, if there is one. */
  interrupt(): void;
}

/** The ways in which a kernel ends; whichever comes first is the one. */
export class Ending {
  readonly #parts: EndingParts;
  #begun = false;
  #mainClosed: (() => void) | undefined;

  constructor(parts: EndingParts) {
    this.#parts = parts;
  }

  /** The kernel is on its way out. */
  get begun(): boolean {
    return this.#begun;
  }

  /** A front end asked for it, or is gone. */
  async shutdown(request?: { restart: boolean; header: Header }): Promise<void> {
    if (this.#begun) return;
    const { queue, runner, publisher, post } = this.#parts;
    queue.close();
    this.#parts.interrupt();
    this.#begun = true;
    const closed = new Promise<void>((resolve) => {
      this.#mainClosed = resolve;
    });
    post({ type: "shutdown" });
    const stuck = setTimeout(() => void this.#leave().then(kill), closing);
    await closed;
    clearTimeout(stuck);
    if (request) publisher.publish("shutdown_reply", { status: "ok", restart: request.restart }, request.header);
    if (runner.running) runner.end(interrupted);
    await this.#leave();
    // Ends this thread; the main thread then ends the process.
    process.exit(0);
  }

  /** The main thread has saved and closed what it had. */
  mainClosed(): void {
    this.#mainClosed?.();
  }

  /** The running cell cannot be stopped with state kept: say so, then let the front end start a new kernel. */
  async giveUp(): Promise<void> {
    await this.#lastWords({
      ...interrupted,
      evalue: "The cell could not be interrupted; the kernel restarts and its variables are lost.",
    });
    await kill();
  }

  /** A cell called `process.exit`; the main thread stands still until its last words have left. */
  async farewell(code: number): Promise<void> {
    const evalue = `process.exit(${code}) was called: the kernel ends, and its variables are lost. The front end starts a new one.`;
    await this.#lastWords({ ename: "KernelExit", evalue, traceback: [] });
    Atomics.store(this.#parts.control, ControlWord.farewell, 1);
    Atomics.notify(this.#parts.control, ControlWord.farewell);
  }

  async #lastWords(error: ErrorContent): Promise<void> {
    this.#begun = true;
    const { runner, queue, relay } = this.#parts;
    const content = { ...error, traceback: [`${error.ename}: ${error.evalue}`] };
    if (runner.running) runner.end(content);
    else relay.say(`${content.traceback.join("\n")}\n`);
    queue.close();
    await this.#leave();
  }

  async #leave(): Promise<void> {
    const { publisher, queue, engine, history, relay, sockets } = this.#parts;
    await Promise.race([queue.idle(), pause(answering)]);
    publisher.flush();
    engine.close();
    history.close();
    await sockets()?.flushed();
    sockets()?.close();
    relay.close();
  }
}

async function kill(): Promise<void> {
  await pause(parting);
  process.kill(process.pid, "SIGKILL");
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** How often the parent is looked for, ms. ipykernel looks once a second as well. */
const interval = 1000;

/**
 * Calls `orphaned` when the process that started the kernel is gone: a front end that was killed cannot ask for a
 * shutdown. A kernel that was started by process 1 (in a container) has no such sign and is left alone.
 */
export function watchParent(orphaned: () => void): () => void {
  const parent = process.ppid;
  if (parent === 1) return () => undefined;
  const timer = setInterval(() => {
    if (process.ppid !== parent) orphaned();
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}

import type { Outgoing } from "./message.js";

/** Messages that may wait in ZeroMQ for a front end; the rest waits here, where an interrupt can drop it. */
export const iopubLimit = 64;

/** Pause before a front end that is behind is tried again, ms. */
const pauseBetween = 1;

/** Time after which a front end counts as stuck, and time for which the limit is then off, ms: others must not wait for it. */
const stuckTimeout = 1000;
const unlimited = 30_000;

const droppable = new Set(["stream", "display_data", "update_display_data", "clear_output"]);

type Frame = Buffer | string | Uint8Array;

/** What is needed of ZeroMQ's socket; `send` fails with EAGAIN when a front end is `sendHighWaterMark` messages behind. */
export interface IopubSocket {
  send(frames: Frame[]): Promise<void>;
  sendHighWaterMark: number;
}

export interface IopubOutboxParts {
  serialize(message: Outgoing): Frame[];
  /** Told the cost of what has been sent, or dropped. */
  released(cost: number): void;
  error(error: unknown): void;
}

interface Waiting {
  readonly message: Outgoing;
  readonly cost: number;
}

/**
 * The sending side of iopub. Messages wait while a front end does not keep up, in order; none is lost but output that an
 * interrupt drops. One that has stopped reading holds the others up for a second, then ZeroMQ stores what it is sent.
 */
export class IopubOutbox {
  readonly #socket: IopubSocket;
  readonly #parts: IopubOutboxParts;
  #waiting: Waiting[] = [];
  #pump: Promise<void> | undefined;
  #limitAgain: NodeJS.Timeout | undefined;

  constructor(socket: IopubSocket, parts: IopubOutboxParts) {
    this.#socket = socket;
    this.#parts = parts;
  }

  send(message: Outgoing, cost: number): void {
    this.#waiting.push({ message, cost });
    this.#pump ??= this.#run();
  }

  /** Drops the output that waits, of one request or of all. @returns how many messages */
  drop(parentId: string | undefined): number {
    const isDropped = ({ message }: Waiting) =>
      droppable.has(message.type) && (parentId === undefined || message.parent?.msg_id === parentId);
    const dropped = this.#waiting.filter(isDropped);
    this.#waiting = this.#waiting.filter((waiting) => !isDropped(waiting));
    for (const { cost } of dropped) this.#parts.released(cost);
    return dropped.length;
  }

  /** Resolves when everything queued so far has been handed to ZeroMQ. */
  async flushed(): Promise<void> {
    while (this.#pump) await this.#pump;
  }

  async #run(): Promise<void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (!next) break;
      try {
        await this.#deliver(this.#parts.serialize(next.message));
      } catch (error) {
        this.#parts.error(error);
      }
      this.#parts.released(next.cost);
    }
    this.#pump = undefined;
  }

  async #deliver(frames: Frame[]): Promise<void> {
    const started = performance.now();
    for (;;) {
      try {
        await this.#socket.send(frames);
        return;
      } catch (error) {
        if (!isAgain(error)) throw error;
      }
      if (performance.now() - started > stuckTimeout) this.#liftLimit();
      else await new Promise((done) => setTimeout(done, pauseBetween));
    }
  }

  #liftLimit(): void {
    this.#socket.sendHighWaterMark = 0;
    clearTimeout(this.#limitAgain);
    this.#limitAgain = setTimeout(() => {
      this.#socket.sendHighWaterMark = iopubLimit;
    }, unlimited);
    this.#limitAgain.unref();
  }
}

function isAgain(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EAGAIN";
}

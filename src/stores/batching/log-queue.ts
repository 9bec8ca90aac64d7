import { RunlabError } from "../../errors.js";
import { BatchBuilder, partsOf } from "../../tracking/batch-builder.js";
import type { RunBatch } from "../../tracking/store.js";

/** What waits to be sent: a log call, or a part of one that is larger than one request. */
interface Entry {
  readonly batch: RunBatch;
  readonly call: Call;
}

interface Call {
  /** Parts that are not in the store yet. */
  open: number;
  failed: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * The log calls of one run on their way to a store that is far away. They are sent in the order in which they were made, one request
 * at a time, so while one is on its way the others gather and go together. Each caller hears of its own call alone.
 */
export class LogQueue {
  readonly #send: (batch: RunBatch) => Promise<void>;
  #waiting: Entry[] = [];
  #sending: Promise<void> | undefined;

  /** @param send - stores a batch whole or not at all */
  constructor(send: (batch: RunBatch) => Promise<void>) {
    this.#send = send;
  }

  /**
   * @returns when all of it is in the store. A call larger than one request goes as several: when one is refused, those before it
   * are stored and those after it are not sent.
   */
  add(batch: RunBatch): Promise<void> {
    const parts = partsOf(batch);
    return new Promise((resolve, reject) => {
      const call: Call = { open: parts.length, failed: false, resolve, reject };
      if (parts.length === 0) resolve();
      for (const part of parts) this.#waiting.push({ batch: part, call });
      this.#sending ??= this.#sendAll();
    });
  }

  /** Nothing waits or is on its way. */
  get isIdle(): boolean {
    return this.#sending === undefined;
  }

  /** Waits until nothing is left to be sent; what was refused is its caller's affair. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    // A loop that logs without a pause comes to its end first.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const entries = takeWhatFits(this.#waiting);
      this.#waiting.splice(0, entries.length);
      await this.#deliver(entries);
    }
    this.#sending = undefined;
  }

  /** One wrong value refuses the whole request: then its halves are sent, until the call that is wrong stands alone. */
  async #deliver(all: readonly Entry[]): Promise<void> {
    const entries = all.filter(({ call }) => !call.failed);
    const builder = new BatchBuilder();
    for (const { batch } of entries) builder.add(batch);
    if (entries.length === 0) return;
    try {
      await this.#send(builder.batch);
    } catch (error) {
      if (entries.length > 1 && isRefusal(error)) {
        const middle = entries.length >> 1;
        await this.#deliver(entries.slice(0, middle));
        await this.#deliver(entries.slice(middle));
        return;
      }
      for (const { call } of entries) {
        call.failed = true;
        call.reject(error);
      }
      return;
    }
    for (const { call } of entries) if (--call.open === 0) call.resolve();
  }
}

function takeWhatFits(waiting: readonly Entry[]): Entry[] {
  const builder = new BatchBuilder();
  const end = waiting.findIndex(({ batch }) => !builder.add(batch));
  return waiting.slice(0, end < 0 ? waiting.length : end);
}

/** The store has looked at the batch and taken nothing of it. After any other failure it is not known what it has taken. */
function isRefusal(error: unknown): boolean {
  return error instanceof RunlabError && error.code === "INVALID_PARAMETER_VALUE";
}

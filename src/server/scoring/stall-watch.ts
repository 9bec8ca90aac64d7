import { Worker } from "node:worker_threads";

/** What the watching thread is started with. */
export interface StallWatchData {
  /** One number, changed by the main thread while it comes round. */
  beats: Int32Array<SharedArrayBuffer>;
  /** ms */
  limit: number;
  /** ms between two looks. */
  interval: number;
}

/**
 * Ends a process whose main thread has computed for too long without a pause: a model in an endless loop, of microtasks too,
 * answers nobody and takes no signal. A thread looks for the beats of the main one, and kills the process when they stay away,
 * so that its supervisor can start it again. Time in which the whole process is stopped does not count.
 */
export class StallWatch {
  readonly #beats = new Int32Array(new SharedArrayBuffer(4));
  readonly #timer: NodeJS.Timeout;
  readonly #worker: Worker;

  /** @param limit - in ms */
  constructor(limit: number) {
    const interval = Math.min(1000, limit / 4);
    const workerData: StallWatchData = { beats: this.#beats, limit, interval };
    this.#worker = new Worker(new URL("./stall-watch-worker.js", import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 },
    });
    this.#worker.unref();
    this.#timer = setInterval(() => this.beat(), interval / 2).unref();
  }

  /** The main thread lives. Called besides where many long computations can follow one another in one turn of its loop. */
  beat(): void {
    this.#beats[0] = (this.#beats[0] ?? 0) + 1;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#worker.terminate();
  }
}

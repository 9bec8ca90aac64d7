import { Worker } from "node:worker_threads";
import { giveSign } from "./give-sign.js";
import { tryRemove, tryRemoveFolder } from "./lock-files.js";

/** How often a process with runs gives a sign of life, ms: three may be missed before others take it for dead. */
const defaultBeatMs = 15_000;

export interface HeartbeatOptions {
  /** The folder of all signs of life in the store. */
  folder: string;
  /** This process's file in it. */
  file: string;
  beatMs?: number | undefined;
  /**
   * On a thread of its own, which a training loop does not hold up (some 10 MB). Without, a loop that neither logs nor pauses
   * looks dead from another host, until it does.
   */
  thread?: boolean | undefined;
}

/** What the thread is given. */
export interface BeatingThread extends Required<Pick<HeartbeatOptions, "folder" | "file" | "beatMs">> {
  /** {@link Cell} */
  cells: Int32Array<SharedArrayBuffer>;
}

/** What stands in the shared memory. */
export const cell = {
  /** How many runs there are to give signs of life for. */
  runs: 0,
  /** 1 while the thread waits for a first run, without a limit: an idle process is not woken. */
  resting: 1,
  /** Nobody ever changes it: waiting for it is a pause. */
  pause: 2,
  /** 1 when a sign of life was given that is to be taken back. */
  given: 3,
} as const;

/**
 * Says that this process lives, for those who cannot ask: a file whose time changes as long as the process has open runs. Short
 * runs cost nothing: their journal is a sign of life too, and the first one in the file comes after `beatMs`.
 */
export class Heartbeat {
  readonly #place: Pick<Required<HeartbeatOptions>, "folder" | "file" | "beatMs">;
  readonly #cells = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
  #wantsThread: boolean;
  #thread: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ folder, file, beatMs = defaultBeatMs, thread = false }: HeartbeatOptions) {
    this.#place = { folder, file, beatMs };
    this.#wantsThread = thread;
  }

  /** There is one more run to give signs of life for. */
  begin(): void {
    Atomics.add(this.#cells, cell.runs, 1);
    if (this.#wantsThread) this.#beatOnThread();
    else this.#beatOnTimer();
  }

  /** One of the runs has ended; with the last one the signs of life are taken back. */
  end(): void {
    if (Atomics.sub(this.#cells, cell.runs, 1) > 1) return;
    this.#rest();
  }

  /** No signs of life until the next run begins: none that the thread has begun comes later. */
  async close(): Promise<void> {
    Atomics.store(this.#cells, cell.runs, 0);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
    // A run may have begun meanwhile, with a thread of its own.
    if (Atomics.load(this.#cells, cell.runs) === 0) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (Atomics.exchange(this.#cells, cell.given, 0) === 0) return;
    tryRemove(this.#place.file);
    tryRemoveFolder(this.#place.folder);
  }

  #beatOnThread(): void {
    if (this.#thread !== undefined) {
      if (Atomics.load(this.#cells, cell.resting) === 1) Atomics.notify(this.#cells, cell.runs);
      return;
    }
    const workerData: BeatingThread = { ...this.#place, cells: this.#cells };
    try {
      const thread = new Worker(new URL("./heartbeat-thread.js", import.meta.url), {
        workerData,
        // What this process preloads is of no use to the thread.
        execArgv: [],
        env: {},
        // Else Node opens this process's stdout for it, and a pipe is then one that a `writeSync` may find full.
        stdout: true,
        stderr: true,
        trackUnmanagedFds: false,
      });
      thread.on("error", () => this.#withoutThread());
      thread.unref();
      this.#thread = thread;
    } catch {
      this.#withoutThread();
    }
  }

  /** Threads may be forbidden (`--permission`), or used up. */
  #withoutThread(): void {
    this.#wantsThread = false;
    this.#thread = undefined;
    if (Atomics.load(this.#cells, cell.runs) > 0) this.#beatOnTimer();
  }

  #beatOnTimer(): void {
    const { folder, file, beatMs } = this.#place;
    this.#timer ??= setInterval(() => {
      giveSign(folder, file);
      Atomics.store(this.#cells, cell.given, 1);
    }, beatMs).unref();
  }
}

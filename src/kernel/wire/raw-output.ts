import { readSync } from "node:fs";
import { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import type { StreamName } from "../messages.js";

/** Of a FIFO on Linux, in bytes; elsewhere it is smaller. */
const capacity = 64 * 1024;

/**
 * Reads what reaches file descriptors 1 and 2 past `process.stdout`: child processes that inherit them, native
 * code, `fs.writeSync(1, …)`. Their writers wait while a pipe is full (64 KiB), so it is read all the time, but for floods.
 */
export class RawOutput {
  readonly #pipes: Pipe[] = [];

  /** @param descriptors - reading ends, non-blocking */
  constructor(descriptors: Record<StreamName, number>, onText: (stream: StreamName, text: string) => void) {
    for (const stream of ["stdout", "stderr"] as const) {
      this.#pipes.push(new Pipe(descriptors[stream], (text) => onText(stream, text)));
    }
  }

  /** Takes now what was written before now; called before a cell goes idle. */
  drain(): void {
    for (const pipe of this.#pipes) pipe.drain();
  }

  /** Lets those who write wait. */
  pause(): void {
    for (const pipe of this.#pipes) pipe.pause();
  }

  resume(): void {
    for (const pipe of this.#pipes) pipe.resume();
  }

  close(): void {
    for (const pipe of this.#pipes) pipe.close();
  }
}

class Pipe {
  readonly #descriptor: number;
  readonly #onText: (text: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  readonly #socket: Socket;
  readonly #buffer = Buffer.allocUnsafe(capacity);

  constructor(descriptor: number, onText: (text: string) => void) {
    this.#descriptor = descriptor;
    this.#onText = onText;
    this.#socket = new Socket({ fd: descriptor, readable: true, writable: false });
    this.#socket.on("data", (bytes) => this.#take(bytes));
    this.#socket.unref();
  }

  drain(): void {
    // No more than what was there before: a fast writer would fill the pipe again forever.
    for (let taken = 0; taken < capacity; ) {
      let size: number;
      try {
        size = readSync(this.#descriptor, this.#buffer);
      } catch {
        return; // EAGAIN: the pipe is empty.
      }
      if (size === 0) return;
      taken += size;
      this.#take(this.#buffer.subarray(0, size));
    }
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    const text = this.#decoder.write(bytes);
    if (text !== "") this.#onText(text);
  }
}

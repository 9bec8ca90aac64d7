import { writeSync } from "node:fs";
import { RunlabError } from "../../errors.js";

/** The kernel's own log, for the person who runs the server; never in a notebook, never a key or a cell's content. */
export class Log {
  readonly #descriptor: number | undefined;

  /** @param descriptor - where lines go; undefined: nowhere */
  constructor(descriptor: number | undefined) {
    this.#descriptor = descriptor;
  }

  write(line: string): void {
    if (this.#descriptor === undefined) return;
    try {
      writeSync(this.#descriptor, `[runlab] ${line}\n`);
    } catch {
      // A log whose reader is gone (EPIPE) or slow (EAGAIN) must not stop the kernel.
    }
  }

  /** An error of ours by its message; any other with its stack, since it is a defect. */
  error(error: unknown): void {
    if (error instanceof RunlabError) this.write(error.message);
    else this.write(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

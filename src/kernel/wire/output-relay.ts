import { ControlWord, type FromMain, type StreamName, type ToMain } from "../messages.js";
import type { CellRunner } from "./cell-runner.js";
import { type Comms, commToWire } from "./comms.js";
import type { Header } from "./message.js";
import type { Publisher } from "./publisher.js";
import { RawOutput } from "./raw-output.js";

type Shown = Extract<FromMain, { type: "stream" | "display" | "update" | "clear" | "result" | "comm" }>;

/** Raw output is looked for before other output at most this often, ms. */
const drainPause = 2;

export interface RelayParts {
  readonly publisher: Publisher;
  readonly runner: CellRunner;
  readonly comms: Comms;
  readonly control: Int32Array;
  post(message: ToMain): void;
}

/** Brings to iopub what cells show, under the cell it belongs to; what silent cells show goes nowhere. */
export class OutputRelay {
  readonly #parts: RelayParts;
  readonly #raw: RawOutput | undefined;
  #lastDrain = 0;
  /** The cell whose output is being captured. */
  #captured: number | undefined;

  /** @param rawOutput - reading ends of descriptors 1 and 2, where the platform has them */
  constructor(parts: RelayParts, rawOutput: Record<StreamName, number> | undefined) {
    this.#parts = parts;
    this.#raw = rawOutput ? new RawOutput(rawOutput, (stream, text) => this.#takeRaw(stream, text)) : undefined;
  }

  /** Takes in what was printed past `process.stdout` before now. */
  drain(): void {
    this.#raw?.drain();
  }

  /** The same, before a message of main that must not overtake it; a flood of lines looks now and then only. */
  drainBefore(message: FromMain): void {
    const now = performance.now();
    if (message.type === "stream" && now - this.#lastDrain <= drainPause) return;
    this.#raw?.drain();
    this.#lastDrain = now;
  }

  /** Raw output of the cell is handed to main and not published, from now on or no longer. */
  capture(cell: number, on: boolean): void {
    this.#captured = on ? cell : undefined;
  }

  /** A line of the kernel's own under a cell. */
  say(text: string, cell?: number): void {
    this.#stream("stderr", text, this.#parts.runner.parent(cell).header);
  }

  show(message: Shown): void {
    const { publisher, runner, comms, control } = this.#parts;
    const { header, silent, count } = runner.parent(message.cell);
    if (message.type === "comm") {
      comms.note(message.message);
      const { type, content, extra } = commToWire(message.message);
      publisher.publish(type, content, header, extra);
      return;
    }
    if (message.type === "stream") {
      // Main has counted it as waiting.
      if (silent) Atomics.sub(control, ControlWord.backlog, message.text.length);
      else publisher.stream(message.stream, message.text, header);
      return;
    }
    if (silent) return;
    switch (message.type) {
      case "display":
        publisher.display(message.bundle, header, message.displayId);
        return;
      case "update":
        publisher.update(message.bundle, header, message.displayId);
        return;
      case "clear":
        publisher.publish("clear_output", { wait: message.wait }, header);
        return;
      case "result":
        publisher.result(message.bundle, header, count);
        return;
    }
  }

  close(): void {
    this.#raw?.close();
  }

  #takeRaw(stream: StreamName, text: string): void {
    const { runner, post } = this.#parts;
    const running = runner.running?.number;
    const held = running !== undefined && running === this.#captured;
    const { header, silent } = runner.parent(running);
    if (!held && !silent) this.#stream(stream, text, header);
    if (running !== undefined) post({ type: "raw", stream, text, held });
  }

  /** Text that main has not counted as waiting; the publisher counts it as left. */
  #stream(stream: StreamName, text: string, header: Partial<Header>): void {
    Atomics.add(this.#parts.control, ControlWord.backlog, text.length);
    this.#parts.publisher.stream(stream, text, header);
  }
}

import type { MimeBundle } from "../../render/mime-bundle.js";
import {
  type FromMain,
  isDroppable,
  type PostedFromMain,
  postCost,
  type StreamName,
  type ToMain,
} from "../messages.js";
import type { Backlog } from "./backlog.js";
import type { CellRunner } from "./cell-runner.js";
import { type Comms, commToWire } from "./comms.js";
import type { Content, Header } from "./message.js";
import type { Publisher } from "./publisher.js";
import { RawOutput } from "./raw-output.js";

type Shown = { cost?: number } & Extract<
  FromMain,
  { type: "stream" | "display" | "update" | "clear" | "result" | "comm" }
>;

/** Raw output is looked for before other output at most this often, ms. */
const drainPause = 2;

export interface RelayParts {
  readonly publisher: Publisher;
  readonly runner: CellRunner;
  readonly comms: Comms;
  readonly backlog: Backlog;
  post(message: ToMain): void;
  /** Drops the output that waits for the front end, of one request or of all. @returns how many messages */
  dropWaiting(parentId: string | undefined): number;
}

/** Brings to iopub what cells show, under the cell it belongs to; what silent cells show goes nowhere. */
export class OutputRelay {
  readonly #parts: RelayParts;
  readonly #raw: RawOutput | undefined;
  #lastDrain = 0;
  /** The cell whose output is being captured. */
  #captured: number | undefined;
  /** The cell of which output is dropped, until main has noticed the interrupt; undefined in it is any cell. */
  #flood: { cell: number | undefined } | undefined;
  #dropped = 0;

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
  drainBefore(message: PostedFromMain): void {
    // What main posts from here on, it has posted since it noticed.
    const hasNoticed = message.late === true || message.type === "interrupting" || message.type === "done";
    if (hasNoticed) this.#flood = undefined;
    if (message.type === "interrupting" && message.cell === undefined) this.sayDropped();
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

  /** A cell is interrupted: of a flood, what the front end has not been sent is dropped, or later cells would wait for it. */
  interrupted(cell: number | undefined): void {
    const { backlog, runner, dropWaiting } = this.#parts;
    if (!backlog.isFlooded) return;
    this.#flood = { cell };
    this.#dropped += dropWaiting(cell === undefined ? undefined : runner.parent(cell).header.msg_id);
  }

  /** Says in one line what an interrupt has dropped, if anything. */
  sayDropped(cell?: number): void {
    this.#flood = undefined;
    const count = this.#dropped + this.#parts.backlog.takeDropped();
    this.#dropped = 0;
    if (count === 0 || this.#parts.runner.parent(cell).silent) return;
    const pieces = count === 1 ? "1 piece of output was" : `${count.toLocaleString("en")} pieces of output were`;
    this.say(`${pieces} still waiting to be shown when the cell was interrupted, and dropped.\n`, cell);
  }

  show(message: Shown): void {
    const { publisher, runner, backlog } = this.#parts;
    const { cost = 0 } = message;
    const { header, silent, count } = runner.parent(message.cell);
    if (message.type === "comm") {
      this.#parts.comms.note(message.message);
      const { type, content, extra } = commToWire(message.message);
      publisher.publish(type, content, header, extra, cost);
    } else if (silent) {
      backlog.release(cost);
    } else if (this.#isFlood(message.cell) && isDroppable(message)) {
      this.#dropped += 1;
      backlog.release(cost);
    } else if (message.type === "stream") {
      // Gathered with others it is one message for all.
      backlog.release(postCost);
      publisher.stream(message.stream, message.text, header, cost - postCost);
    } else {
      const { type, content } = toWire(message, count);
      publisher.publish(type, content, header, {}, cost);
    }
  }

  /** The front end has been sent enough of the backlog. */
  relieved(): void {
    this.#raw?.resume();
  }

  close(): void {
    this.#raw?.close();
  }

  #takeRaw(stream: StreamName, text: string): void {
    const { runner, post } = this.#parts;
    const running = runner.running?.number;
    const held = running !== undefined && running === this.#captured;
    const { header, silent } = runner.parent(running);
    if (this.#isFlood(running)) this.#dropped += 1;
    else if (!held && !silent) this.#stream(stream, text, header);
    if (this.#parts.backlog.isFull) this.#raw?.pause();
    if (running !== undefined) post({ type: "raw", stream, text, held });
  }

  #isFlood(cell: number | undefined): boolean {
    return this.#flood !== undefined && (this.#flood.cell === undefined || this.#flood.cell === cell);
  }

  /** Text that main has not counted as waiting. */
  #stream(stream: StreamName, text: string, header: Partial<Header>): void {
    this.#parts.backlog.add(text.length);
    this.#parts.publisher.stream(stream, text, header, text.length);
  }
}

function toWire(
  message: Extract<FromMain, { type: "display" | "update" | "clear" | "result" }>,
  count: number,
): { type: string; content: Content } {
  switch (message.type) {
    case "display":
      return { type: "display_data", content: bundleContent(message.bundle, message.displayId) };
    case "update":
      return { type: "update_display_data", content: bundleContent(message.bundle, message.displayId) };
    case "clear":
      return { type: "clear_output", content: { wait: message.wait } };
    case "result":
      return { type: "execute_result", content: { ...bundleContent(message.bundle), execution_count: count } };
  }
}

function bundleContent(bundle: MimeBundle, displayId?: string): Content {
  const transient = displayId === undefined ? {} : { display_id: displayId };
  return { data: bundle.data, metadata: bundle.metadata ?? {}, transient };
}

import { backlogLimit, backlogRelief, ControlWord } from "../messages.js";

/** An interrupt drops what waits when it is at least this much: less than that a front end has been sent in no time. */
const floodMark = backlogLimit / 8;

/** What has been sent is counted at once for many small pieces: a change of shared memory for each would slow lines down. */
const step = 16 * 1024;

/** The worker's view of what main has posted and the front end has not been sent; main waits while it is too much. */
export class Backlog {
  readonly #control: Int32Array;
  readonly #onRelief: () => void;
  /** Sent and not yet counted. */
  #sent = 0;

  /** @param onRelief - called when enough has been sent */
  constructor(control: Int32Array, onRelief: () => void) {
    this.#control = control;
    this.#onRelief = onRelief;
  }

  get isFlooded(): boolean {
    return this.#cost >= floodMark;
  }

  get isFull(): boolean {
    return this.#cost >= backlogLimit;
  }

  add(cost: number): void {
    Atomics.add(this.#control, ControlWord.backlog, cost);
  }

  /** Output has been sent, or dropped. */
  release(cost: number): void {
    this.#sent += cost;
    const sent = this.#sent;
    if (sent < step) return;
    this.#sent = 0;
    const before = Atomics.sub(this.#control, ControlWord.backlog, sent);
    if (before < backlogRelief || before - sent >= backlogRelief) return;
    Atomics.notify(this.#control, ControlWord.backlog);
    this.#onRelief();
  }

  /** Pieces of output that main has dropped since this was last asked. */
  takeDropped(): number {
    return Atomics.exchange(this.#control, ControlWord.dropped, 0);
  }

  get #cost(): number {
    return Atomics.load(this.#control, ControlWord.backlog);
  }
}

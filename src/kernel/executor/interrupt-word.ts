import { ControlWord, EntryCheck } from "../messages.js";

/** Time that compiled loops still see an interrupt after it ended the cell, ms: what the cell left running ends too. */
const aftermath = 100;

/** The shared word that compiled loops read: the worker sets it, and the main thread clears it when the cell has ended. */
export class InterruptWord {
  readonly #control: Int32Array;
  #timer: NodeJS.Timeout | undefined;

  constructor(control: Int32Array) {
    this.#control = control;
  }

  get isSet(): boolean {
    return Atomics.load(this.#control, ControlWord.interrupt) === 1;
  }

  /** The event loop turns: functions entered from now on did not hold it up. */
  taken(): void {
    Atomics.store(this.#control, ControlWord.entry, EntryCheck.closed);
  }

  clear(): void {
    clearTimeout(this.#timer);
    Atomics.store(this.#control, ControlWord.interrupt, 0);
  }

  clearSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.clear(), aftermath);
    this.#timer.unref();
  }
}

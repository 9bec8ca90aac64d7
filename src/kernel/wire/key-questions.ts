import type { ValuePath } from "../engine/engine.js";
import type { FromMain, ToMain } from "../messages.js";

/** How long completion waits for the main thread, ms: a cell may keep it busy. */
const timeout = 200;

/** Asks the main thread which keys a value has. */
export class KeyQuestions {
  readonly #post: (message: ToMain) => void;
  readonly #open = new Map<number, (keys: readonly string[]) => void>();
  #lastTicket = 0;

  constructor(post: (message: ToMain) => void) {
    this.#post = post;
  }

  /** @returns empty too when the main thread is busy */
  ask(path: ValuePath): Promise<readonly string[]> {
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer({ ticket, keys: [] }), timeout);
      this.#open.set(ticket, (keys) => {
        clearTimeout(timer);
        resolve(keys);
      });
      this.#post({ type: "keys", ticket, path });
    });
  }

  answer({ ticket, keys }: Pick<FromMain & { type: "keys" }, "ticket" | "keys">): void {
    this.#open.get(ticket)?.(keys);
    this.#open.delete(ticket);
  }
}

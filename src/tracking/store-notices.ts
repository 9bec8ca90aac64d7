import type { SessionHost } from "./session-host.js";
import type { TrackingStore } from "./store.js";

/** What a person is told of the stores of a session: where runs are kept, and what waits to be sent there. */
export class StoreNotices {
  readonly #say: (line: string) => void;
  readonly #host: () => Pick<SessionHost, "announce" | "hasMagics">;
  readonly #announced = new Set<string>();
  /** Servers of which it has been said that they are away. */
  readonly #away = new Set<string>();

  /** @param host - as it is when something is said */
  constructor(say: (line: string) => void, host: () => Pick<SessionHost, "announce" | "hasMagics">) {
    this.#say = say;
    this.#host = host;
  }

  /** Says once of each store that runs are kept there. */
  announce(store: TrackingStore): void {
    if (this.#announced.has(store.uri)) return;
    this.#host().announce?.(`runlab: runs are stored in ${store.uri}`);
    this.isShown(store);
  }

  /** Where the store is has just been said: {@link announce} need not say it again. */
  isShown({ uri, outbox }: TrackingStore): void {
    if (this.#announced.has(uri)) return;
    this.#announced.add(uri);
    const left = outbox?.leftBehind() ?? 0;
    if (left > 0)
      this.#say(`runlab: changes of earlier sessions wait to be sent there (${left}); ${this.#syncWords()} sends them`);
  }

  /** Said once each time that a server goes away, and comes back. */
  tellWaiting({ uri, outbox }: TrackingStore): void {
    if (outbox === undefined) return;
    const { changes, folder, reason } = outbox.waiting;
    const isTold = this.#away.has(uri);
    if (changes > 0 && !isTold) {
      this.#away.add(uri);
      this.#say(
        `runlab: ${sentence(reason ?? `${uri} does not take what is logged`)} What is logged waits in ${folder} and is sent when the server answers, or with ${this.#syncWords()}.`,
      );
    } else if (changes === 0 && isTold) {
      this.#away.delete(uri);
      this.#say(`runlab: ${uri} is back and has everything.`);
    }
  }

  #syncWords(): string {
    return `${this.#host().hasMagics ? "%sync or " : ""}\`runlab sync\``;
  }
}

/** With a full stop: the answer of a proxy has none. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

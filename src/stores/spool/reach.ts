import { RunlabError } from "../../errors.js";

/** First and longest wait before a server that is away is tried again, ms. */
const retry = { first: 2_000, longest: 60_000 };

/** Whether a server can be reached, as all who send to it have last seen it. While it is away, it is tried again now and then. */
export class Reach {
  readonly #tryAgain: () => void;
  #error: RunlabError | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wait = retry.first;

  /** @param tryAgain - sends what waits */
  constructor(tryAgain: () => void) {
    this.#tryAgain = tryAgain;
  }

  get isAway(): boolean {
    return this.#error !== undefined;
  }

  /** Why it is away. */
  get reason(): string | undefined {
    return this.#error?.message;
  }

  lost(error: RunlabError): void {
    if (this.#error !== undefined) this.#wait = Math.min(2 * this.#wait, retry.longest);
    this.#error = error;
    clearTimeout(this.#timer);
    // What waits is on the disk: it keeps no process alive.
    this.#timer = setTimeout(this.#tryAgain, this.#wait).unref();
  }

  found(): void {
    if (this.#error === undefined) return;
    this.#error = undefined;
    this.#wait = retry.first;
    clearTimeout(this.#timer);
    this.#tryAgain();
  }

  /** No more tries. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Whether a request failed because nobody answered. */
export function isAway(error: unknown): error is RunlabError {
  return (
    error instanceof RunlabError && (error.code === "TEMPORARILY_UNAVAILABLE" || error.code === "DEADLINE_EXCEEDED")
  );
}

/** Whether the server has looked at a change and will never take it. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof RunlabError &&
    (error.code === "INVALID_PARAMETER_VALUE" ||
      error.code === "RESOURCE_DOES_NOT_EXIST" ||
      error.code === "RESOURCE_ALREADY_EXISTS" ||
      error.code === "INVALID_STATE" ||
      error.code === "DATA_LOSS")
  );
}

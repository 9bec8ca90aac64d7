import { setTimeout as delay } from "node:timers/promises";
import { isUnanswered, RunlabError, TrackingError } from "../../errors.js";

/** How long a caller waits for a server that does not answer, ms: usually, and while it is known to be away. */
export const timeouts = { usual: 30_000, away: 2_000 };

/** First and longest wait before a server that is away is tried again, ms. */
const retry = { first: 2_000, longest: 60_000 };

/** Whether a server can be reached, by the latest request to it. While it is away, it is tried again at growing intervals. */
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
  get error(): RunlabError | undefined {
    return this.#error;
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

  /**
   * Asks the server.
   * @param otherwise - the answer that this process knows itself, used while the server is away
   * @throws what `work` throws, unless the server is away and `otherwise` has an answer
   */
  async ask<T>(work: () => Promise<T>, otherwise?: () => T | undefined): Promise<T> {
    const known = this.isAway ? otherwise?.() : undefined;
    if (known !== undefined) return known;
    try {
      const answer = await work();
      this.found();
      return answer;
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      this.lost(error);
      const instead = otherwise?.();
      if (instead === undefined) throw error;
      return instead;
    }
  }

  /** As {@link ask}, for what the server has: while it is away, one that takes the question and says nothing is not waited for either. */
  read<T>(work: () => Promise<T>, otherwise?: () => T | undefined): Promise<T> {
    return this.ask(() => {
      const error = this.#error;
      if (error === undefined) return work();
      const late = work().then((answer) => {
        this.found();
        return answer;
      });
      return inTime(late, timeouts.away, () => error);
    }, otherwise);
  }

  /** No more tries. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** What `answer` becomes, or an error once it has taken too long; it then goes on unheard. */
export async function inTime<T>(answer: Promise<T>, time: number, late: () => RunlabError): Promise<T> {
  const waited = new AbortController();
  const silence = delay(time, undefined, { ref: false, signal: waited.signal }).then(
    () => Promise.reject(late()),
    () => answer,
  );
  try {
    return await Promise.race([answer, silence]);
  } finally {
    waited.abort();
  }
}

export function silent(store: string): TrackingError {
  const message = `The tracking server ${store} did not answer for ${timeouts.usual / 1000} s.`;
  return new TrackingError("DEADLINE_EXCEEDED", message, {
    hint: "What is logged stays on this machine, and is sent when the server answers again.",
  });
}

/** Whether the server has refused a change for good, so that sending it again is pointless. */
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

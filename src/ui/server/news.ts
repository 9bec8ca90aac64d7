import type { NewsJson } from "../../server/page/page-json.js";
import { get } from "./ask.js";
import type { FirstAnswers } from "./first-answers.js";

export type News = Omit<NewsJson, "cursor">;

/** ms before the server is asked again after it did not answer. */
const retryDelay = 2000;
/** ms between two answers: a loop that logs would else be heard of four times a second. */
const pause = 400;

/** Tells its listeners what has changed in the store, while the page can be seen. */
export class NewsSource {
  readonly #listeners = new Set<(news: News) => void>();
  readonly #states = new Set<(connected: boolean) => void>();
  #cursor: string | undefined;
  #begin: () => void = () => undefined;
  /** The store is watched: what is read from now on is followed by all that changes. */
  readonly begun = new Promise<void>((resolve) => {
    this.#begin = resolve;
  });
  #running = false;
  #stop = new AbortController();

  readonly #first: FirstAnswers;

  constructor(first: FirstAnswers) {
    this.#first = first;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#stop.abort();
      else void this.#run();
    });
  }

  /** @returns ends it */
  listen(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    void this.#run();
    return () => this.#listeners.delete(listener);
  }

  /** Hears whether the server answers. @returns ends it */
  watchConnection(listener: (connected: boolean) => void): () => void {
    this.#states.add(listener);
    return () => this.#states.delete(listener);
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    while (!document.hidden && this.#listeners.size > 0) {
      try {
        const query: Record<string, string> = this.#cursor === undefined ? {} : { after: this.#cursor };
        const ask = () => get<NewsJson>("runlab", "news", query, signal);
        const { cursor, ...news } = await (this.#cursor === undefined ? this.#first.take("news", ask) : ask());
        for (const tell of this.#states) tell(true);
        const first = this.#cursor === undefined;
        const quiet = news.runIds?.length === 0 && !news.experiments && !news.models;
        this.#cursor = cursor;
        this.#begin();
        if (!first && !quiet) for (const listener of [...this.#listeners]) listener(news);
        await delay(first ? 0 : pause);
      } catch {
        if (signal.aborted) break;
        // Callers that wait to read are told, too.
        this.#begin();
        for (const tell of this.#states) tell(false);
        await delay(retryDelay);
      }
    }
    this.#running = false;
    // It became visible again while the last request was ending.
    if (!document.hidden && signal.aborted) void this.#run();
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

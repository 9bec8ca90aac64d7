import type { StoreNews } from "../../tracking/store.js";

/** ms between two looks at a database. */
const interval = 1000;
/** A look may take a tenth of the time: after one that took 200 ms, the next comes 2 s later. */
const pause = 10;
/** ms; a look that had to wait for a long search says little about the next one. */
const longest = 10_000;

/** Looks at a database again and again while somebody watches it; `DatabaseNews` says what is found. Keeps no process alive. */
export class DatabaseWatch {
  readonly #look: (isFirst: boolean) => Promise<StoreNews | undefined>;
  readonly #watchers = new Set<{ hear(news: StoreNews): void }>();
  #timer: NodeJS.Timeout | undefined;
  /** Counts the times that somebody began to watch. */
  #round = 0;

  /** @param look - what has changed since the last look, if anything; the first says nothing */
  constructor(look: (isFirst: boolean) => Promise<StoreNews | undefined>) {
    this.#look = look;
  }

  /** @returns ends it */
  add(listener: (news: StoreNews) => void): () => void {
    const watcher = { hear: listener };
    this.#watchers.add(watcher);
    if (this.#watchers.size === 1) void this.#next(++this.#round, true);
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0) this.close();
    };
  }

  close(): void {
    this.#watchers.clear();
    this.#round++;
    clearTimeout(this.#timer);
  }

  async #next(round: number, isFirst: boolean): Promise<void> {
    const start = performance.now();
    // A database that cannot be read now may be there the next time; reading it says what is wrong.
    const news = await this.#look(isFirst).catch(() => undefined);
    if (round !== this.#round) return;
    const wait = Math.min(longest, Math.max(interval, pause * (performance.now() - start)));
    this.#timer = setTimeout(() => this.#next(round, false), wait).unref();
    if (news !== undefined) for (const watcher of [...this.#watchers]) watcher.hear(news);
  }
}

import { randomBytes } from "node:crypto";
import type { StoreNews, TrackingStore } from "../../tracking/store.js";
import type { NewsJson } from "./page-json.js";

/** ms that a page waits for news before it asks again. */
const pollTimeout = 25_000;
/** ms between two looks at a store that cannot tell of changes: any run may have changed. */
const blindInterval = 2000;
/** ms without a question after which the store is no longer watched. */
const idle = 60_000;
/** Runs whose last change is kept in mind. */
const remembered = 20_000;

/** What has changed in a store, for pages that ask from time to time. The store is watched while somebody asks. */
export class NewsFeed {
  readonly #store: Pick<TrackingStore, "watch">;
  /** Of cursors: those of another process mean nothing to this one. */
  readonly #session = randomBytes(4).toString("hex");
  #count = 0;
  readonly #runs = new Map<string, number>();
  /** The last time that any run may have changed. */
  #anyRun = 0;
  #experiments = 0;
  #models = 0;
  #unwatch: (() => void) | undefined;
  #idle: NodeJS.Timeout | undefined;
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(store: Pick<TrackingStore, "watch">) {
    this.#store = store;
  }

  /** Watches the store. @returns the cursor of what changes from now on */
  begin(): string {
    this.#watch();
    return this.#since(this.#count).cursor;
  }

  /** What has changed since a cursor, as soon as something has; without a cursor where to begin, at once. */
  async after(cursor: string | undefined): Promise<NewsJson> {
    this.#watch();
    if (cursor === undefined) return this.#since(this.#count);
    const [session, text = ""] = cursor.split("-");
    const since = session === this.#session && /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (since === this.#count) await this.#next();
    return this.#since(since);
  }

  /** Lets all that wait go; from then on nobody waits. */
  close(): void {
    this.#closed = true;
    this.#stop();
    for (const wake of [...this.#waiting]) wake();
  }

  #since(since: number): NewsJson {
    const any = since < this.#anyRun || since < 0;
    const runIds = [...this.#runs].filter(([, at]) => at > since).map(([id]) => id);
    return {
      cursor: `${this.#session}-${this.#count}`,
      runIds: any ? null : runIds,
      experiments: since < this.#experiments,
      models: since < this.#models,
    };
  }

  #next(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, pollTimeout).unref();
      this.#waiting.add(wake);
    });
  }

  #watch(): void {
    if (this.#closed) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#stop(), idle).unref();
    if (this.#unwatch !== undefined) return;
    // Nobody has looked for a while.
    this.#hear({ experiments: true, models: true });
    this.#unwatch = this.#store.watch?.((news) => this.#hear(news)) ?? this.#lookBlindly();
  }

  #lookBlindly(): () => void {
    const timer = setInterval(() => this.#hear({ experiments: true, models: true }), blindInterval).unref();
    return () => clearInterval(timer);
  }

  #hear({ runIds, experiments, models }: StoreNews): void {
    const now = ++this.#count;
    if (runIds === undefined) this.#anyRun = now;
    for (const id of runIds ?? []) {
      this.#runs.delete(id);
      this.#runs.set(id, now);
    }
    for (const [id, at] of this.#runs) {
      if (this.#runs.size <= remembered) break;
      this.#runs.delete(id);
      this.#anyRun = Math.max(this.#anyRun, at);
    }
    if (experiments) this.#experiments = now;
    if (models) this.#models = now;
    for (const wake of [...this.#waiting]) wake();
  }

  #stop(): void {
    clearTimeout(this.#idle);
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}

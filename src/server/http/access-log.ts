import { visibleJson } from "../../visible.js";

/** One answered request. Never a body, a query or a header. Handlers may add fields, such as the rows that were predicted. */
export interface AccessEntry extends Readonly<Record<string, unknown>> {
  time: string;
  id: string;
  method: string;
  /** Without the query, at most 200 characters. */
  path: string;
  status: number;
  ms: number;
  bytesIn: number;
  bytesOut: number;
  remote: string | undefined;
  /** The error's code, and for a fault of the server its stack. */
  error?: string;
  stack?: string;
}

/** What was no request: not HTTP, or too slow. */
export type RefusalEntry = Pick<AccessEntry, "time" | "status" | "remote" | "error">;

/** Lines in a second about errors outside of requests; what throws in an interval would fill the disk. */
const faultsPerSecond = 10;
/** ms that lines wait for others: one write for many costs a busy server a fraction of one write each. */
const delay = 50;
/** Characters that are written at once when as many wait. */
const full = 64 * 1024;

/** JSON lines; what a terminal would act on is escaped in them. */
export class AccessLog {
  #lines: string[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Faults of the current second: lines written, and left out. */
  #faults = { second: 0, written: 0, dropped: 0 };
  readonly #sink: ((text: string) => void) | undefined;

  /** @param sink - undefined: nothing is logged */
  constructor(sink: ((text: string) => void) | undefined) {
    this.#sink = sink;
  }

  get isSilent(): boolean {
    return this.#sink === undefined;
  }

  add(entry: AccessEntry | RefusalEntry): void {
    this.#write(entry);
  }

  /**
   * An error that was thrown outside of a request, in a timer or an event. At most 10 a second are written; the next line has the
   * number of those that were left out.
   * @param id - of the request that it comes from, when that is known
   */
  addFault(stack: string, id: string | undefined): void {
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second !== this.#faults.second) this.#faults = { second, written: 0, dropped: this.#faults.dropped };
    if (this.#faults.written >= faultsPerSecond) {
      this.#faults.dropped++;
      return;
    }
    const { dropped } = this.#faults;
    this.#faults.written++;
    this.#faults.dropped = 0;
    const found = { ...(id === undefined ? {} : { id }), ...(dropped === 0 ? {} : { dropped }) };
    this.#write({ time: new Date(now).toISOString(), ...found, error: "INTERNAL_ERROR", stack });
  }

  #write(entry: object): void {
    if (this.#sink === undefined) return;
    const line = `${visibleJson(JSON.stringify(entry))}\n`;
    this.#lines.push(line);
    this.#size += line.length;
    if (this.#size >= full) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), delay).unref();
  }

  /** Writes what waits. Called once more when the server has stopped. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    const text = this.#lines.join("");
    this.#lines = [];
    this.#size = 0;
    this.#sink?.(text);
  }
}

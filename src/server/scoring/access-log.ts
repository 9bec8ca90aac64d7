/** One answered request. Never a body, a query or a header. */
export interface AccessEntry {
  time: string;
  id: string;
  method: string;
  /** Without the query, at most 200 characters. */
  path: string;
  status: number;
  ms: number;
  bytesIn: number;
  bytesOut: number;
  /** Of /invocations. */
  rows?: number;
  remote: string | undefined;
  /** The error's code, and for a fault of the server its stack. */
  error?: string;
  stack?: string;
}

/** ms that lines wait for others: one write for many costs a busy server a fraction of one write each. */
const delay = 50;
/** Characters that are written at once when as many wait. */
const full = 64 * 1024;

/** JSON lines. */
export class AccessLog {
  #lines: string[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly write: (text: string) => void) {}

  add(entry: AccessEntry): void {
    const line = `${JSON.stringify(entry)}\n`;
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
    this.write(text);
  }
}

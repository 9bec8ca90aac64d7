import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errorAnswer } from "./http-error.js";

/** Bytes of a body nobody asked for that are still read, so that its sender comes to read the answer. */
const discardLimit = 64 * 1024 * 1024;

/** What a handler gives to be sent. */
export interface Answer {
  /** Default 200. */
  status?: number;
  /** The content type. Default: JSON. */
  type?: string;
  /** In lower case. They win over the ones that every answer has. */
  headers?: Readonly<Record<string, string | string[]>>;
  /** A stream is sent as fast as the client reads it, and is destroyed when the client goes away. */
  body: string | Uint8Array | Readable;
}

/** A body that is being received. */
export interface Reception {
  /** The client is too slow. @param now - by `performance.now()` */
  overdue(now: number): boolean;
  /** What comes is not what was awaited. */
  fail(error: Error): void;
}

/** ms that a client has. */
export interface Timeouts {
  /** For the rest of a request that is refused before it has been sent whole. */
  body: number;
  /** For the next bytes of it. */
  grace: number;
  /** To read more of its answer. */
  reading: number;
}

/** One request and its answer, on the way from the connection to the handler and back. */
export class Exchange {
  readonly started = performance.now();
  /** Without the query. */
  readonly path: string;
  /** More fields of its line in the log, such as the rows that were predicted. */
  readonly notes: Record<string, number | string> = {};
  /** The error's code, and for a fault of the server its text. */
  failure: { error: string; stack?: string } | undefined;
  /** Of the bodies. */
  bytesIn = 0;
  bytesOut = 0;
  /** The body that is being received. */
  reception: Reception | undefined;
  #pageHeaders: Readonly<Record<string, string>> = {};
  #answered = false;
  #askedForBody: boolean;

  readonly #closing: () => boolean;
  readonly #timeouts: Timeouts;

  /** @param closing - whether the connection is to end with this answer */
  constructor(
    readonly incoming: IncomingMessage,
    readonly outgoing: ServerResponse,
    readonly id: string,
    closing: () => boolean,
    timeouts: Timeouts,
  ) {
    this.#closing = closing;
    this.#timeouts = timeouts;
    const { url = "/", headers } = incoming;
    const query = url.indexOf("?");
    this.path = query < 0 ? url : url.slice(0, query);
    this.#askedForBody = headers.expect === undefined;
  }

  /** Tells the browser of a page at another address that the page may have the answer. */
  letPageRead(origin: string): void {
    this.#pageHeaders = { "access-control-allow-origin": origin, vary: "Origin" };
  }

  /** An answer was given; there is no other. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Lets a client send its body that waits to be asked for it (`Expect: 100-continue`). */
  askForBody(): void {
    if (!this.#askedForBody) this.outgoing.writeContinue();
    this.#askedForBody = true;
  }

  /**
   * Sends an answer. With one to a request that has not come whole the connection ends, but first the rest of the request is read
   * for a while and dropped, so that a client that sends before it reads finds the answer and not a closed connection.
   * @returns a promise unless all of it has been sent
   */
  send(answer: Answer): Promise<void> | undefined {
    if (this.#answered || this.outgoing.destroyed) return undefined;
    this.#answered = true;
    if (this.incoming.complete && !(answer.body instanceof Readable)) {
      this.#head(answer, Buffer.byteLength(answer.body), this.#closing());
      this.outgoing.end(answer.body);
      this.#awaitReader();
      return undefined;
    }
    return this.#sendSlowly(answer);
  }

  async #sendSlowly(answer: Answer): Promise<void> {
    const { incoming, outgoing } = this;
    const { body } = answer;
    // A handler that answers at once is ahead of the parser, which still has the rest of the same packet.
    if (!incoming.complete) await Promise.resolve();
    const unread = !incoming.complete;
    const length = body instanceof Readable ? undefined : Buffer.byteLength(body);
    this.#head(answer, length, unread || this.#closing());
    if (body instanceof Readable) await this.#stream(body);
    else outgoing.write(body);
    this.#awaitReader();
    if (unread && !outgoing.destroyed) await this.#dropBody();
    outgoing.end();
  }

  #head(
    { status = 200, type = "application/json", headers }: Answer,
    length: number | undefined,
    close: boolean,
  ): void {
    this.bytesOut = length ?? 0;
    const all: OutgoingHttpHeaders = {
      "content-type": type,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "x-request-id": this.id,
      ...this.#pageHeaders,
      ...headers,
    };
    if (length !== undefined) all["content-length"] = length;
    if (close) all.connection = "close";
    try {
      this.outgoing.writeHead(status, all);
    } catch (error) {
      // A header that cannot be sent: nothing was, and the error can be.
      this.#answered = false;
      throw error;
    }
  }

  /** Most answers are in the system's hands at once. One that is not waits for its client, but not forever. */
  #awaitReader(): void {
    const { socket } = this.incoming;
    if (this.outgoing.socket === null || socket.writableLength > 0) socket.setTimeout(this.#timeouts.reading);
  }

  /** Sends an error as MLflow's JSON. With an answer under way the connection is cut, so that its client sees that it failed. */
  async fail(error: unknown): Promise<void> {
    const { status, headers, body, fault } = errorAnswer(error, this.id);
    this.failure = { error: body.error_code, ...(fault === undefined ? {} : { stack: fault }) };
    if (this.#answered) this.outgoing.destroy();
    else await this.send({ status, headers, body: JSON.stringify(body) });
  }

  async #stream(body: Readable): Promise<void> {
    if (this.incoming.method === "HEAD") {
      body.destroy();
      return;
    }
    this.incoming.socket.setTimeout(this.#timeouts.reading);
    body.on("data", (chunk: Uint8Array | string) => {
      this.bytesOut += Buffer.byteLength(chunk);
    });
    try {
      await pipeline(body, this.outgoing, { end: false });
    } catch (error) {
      // A client that went away is no failure of the source.
      if (!this.outgoing.destroyed || body.errored === error) await this.fail(error);
    }
  }

  async #dropBody(): Promise<void> {
    // A client that waits to be asked sends none.
    if (!this.#askedForBody) return;
    const { incoming } = this;
    const { body, grace } = this.#timeouts;
    await new Promise<void>((resolve) => {
      let bytes = 0;
      const whole = setTimeout(resolve, body);
      const idle = setTimeout(resolve, grace);
      incoming.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        idle.refresh();
        if (bytes > discardLimit) resolve();
      });
      incoming.once("close", resolve);
      incoming.once("end", resolve);
      incoming.resume();
      this.outgoing.once("close", () => {
        clearTimeout(whole);
        clearTimeout(idle);
        resolve();
      });
    });
  }
}

import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ErrorCode } from "../../errors.js";
import type { Exchange } from "./exchange.js";
import { HttpError } from "./http-error.js";

/** What a client may take of a server. Times in ms. */
export interface HttpLimits {
  /** For the headers of a request, from its first byte on, and for a first byte on a new connection. */
  headers: number;
  /** For a body: all of one that is read whole, the next bytes of one that is streamed. */
  body: number;
  /** Between two requests. The common proxies keep theirs for 60 s, and must not find them closed. */
  idle: number;
  /** For the client to take more of an answer that waits to be sent. */
  reading: number;
  /** For the client to close the connection after an answer that ends it. */
  grace: number;
  /** Connections at a time. */
  connections: number;
  /** Requests of one connection that wait for their answers. */
  pipelined: number;
}

export const defaultLimits: HttpLimits = {
  headers: 10_000,
  body: 30_000,
  idle: 65_000,
  reading: 30_000,
  grace: 2_000,
  connections: 16_384,
  pipelined: 64,
};

/** An answer to what never became a request: it is not HTTP, or comes too slowly. */
export interface Refusal {
  status: number;
  code: ErrorCode;
  remote: string | undefined;
}

interface Connection {
  /** Requests without a whole answer. */
  open: number;
  /** The one whose body may still be coming. */
  last?: Exchange | undefined;
  /** It takes no more requests. */
  ending: boolean;
  /** When it had nothing to do for the last time, by `performance.now()`. */
  since: number;
}

/**
 * The sockets of a server: each of them ends, whatever its client does or leaves undone. Node's own limits hold the headers and the
 * time between requests; the rest is held here.
 */
export class Connections {
  readonly #all = new Map<Socket, Connection>();
  readonly #sweep: NodeJS.Timeout;
  #evicted = 0;

  readonly #limits: HttpLimits;
  readonly #refused: (refusal: Refusal) => void;

  constructor(server: Server, limits: HttpLimits, refused: (refusal: Refusal) => void) {
    this.#limits = limits;
    this.#refused = refused;
    server.maxConnections = limits.connections;
    server.on("connection", (socket: Socket) => this.#add(socket));
    server.on("timeout", (socket: Socket) => this.#silent(socket));
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => this.#malformed(error, socket));
    server.on("connect", (request: IncomingMessage, socket: Socket) => {
      // Nobody else handles the errors of a socket that Node has given away.
      socket.on("error", () => socket.destroy());
      // Its answer would overtake those to earlier requests.
      if ((this.#all.get(socket)?.open ?? 0) > 0) socket.destroy();
      else
        this.#refuse(socket, 405, "BAD_REQUEST", `This server is not a proxy: it does not accept ${request.method}.`);
    });
    // Room is made for new ones by those that do nothing.
    server.on("drop", () => {
      if (performance.now() - this.#evicted < 1000) return;
      this.#evicted = performance.now();
      server.closeIdleConnections();
    });
    const interval = Math.max(10, Math.min(1000, limits.body / 4));
    this.#sweep = setInterval(() => this.#check(), interval).unref();
  }

  /**
   * Takes a request into account.
   * @returns whether it is to be answered
   */
  begin(exchange: Exchange): boolean {
    const { socket } = exchange.incoming;
    const connection = this.#all.get(socket);
    if (connection === undefined || connection.ending) {
      // It has had its last answer or will get it; what else it sends stays with the system.
      socket.pause();
      return false;
    }
    connection.open++;
    connection.last = exchange;
    if (connection.open <= this.#limits.pipelined) return true;
    connection.ending = true;
    const message = `More than ${this.#limits.pipelined} requests of this connection wait for their answers.`;
    void exchange.fail(new HttpError(429, "RESOURCE_EXHAUSTED", message, { headers: { connection: "close" } }));
    return false;
  }

  /** A request that `begin` took has been answered, or its connection has gone. */
  end(exchange: Exchange): void {
    const { socket } = exchange.incoming;
    const connection = this.#all.get(socket);
    if (connection === undefined) return;
    connection.open--;
    connection.since = performance.now();
    if (connection.last === exchange) connection.last = undefined;
    if (connection.open === 0 && connection.ending) this.#end(socket);
  }

  /** How many there are. */
  get size(): number {
    return this.#all.size;
  }

  /** Ends the connections that have no request open. */
  closeIdle(): void {
    for (const [socket, { open }] of this.#all) if (open === 0) socket.destroy();
  }

  /** Ends all of them. */
  close(): void {
    clearInterval(this.#sweep);
    for (const socket of this.#all.keys()) socket.destroy();
  }

  #add(socket: Socket): void {
    this.#all.set(socket, { open: 0, ending: false, since: performance.now() });
    socket.once("close", () => this.#all.delete(socket));
  }

  /** Nothing has gone either way for a while. */
  #silent(socket: Socket): void {
    const open = this.#all.get(socket)?.open ?? 0;
    // With an answer that its client does not read, or with nothing to do. Otherwise the handler is at work.
    if (open === 0 || socket.writableLength > 0) socket.destroy();
    else socket.setTimeout(this.#limits.reading);
  }

  #malformed(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#all.get(socket);
    if (connection === undefined || connection.ending) return;
    const malformed = malformation(error.code ?? "");
    if (malformed === undefined) {
      // An error of the connection itself: there is nobody to answer.
      socket.destroy();
      return;
    }
    const { status, message } = malformed;
    if (connection.open === 0) {
      this.#refuse(socket, status, "BAD_REQUEST", message);
      return;
    }
    // The answers to earlier requests come first, and are the last ones.
    connection.ending = true;
    connection.last?.reception?.fail(new HttpError(status, "BAD_REQUEST", message));
  }

  #check(): void {
    const now = performance.now();
    // Node's own timer begins anew with each empty line, which is not a request.
    const { idle, headers } = this.#limits;
    for (const [socket, { open, last, since }] of this.#all) {
      if (open === 0 && now - since > idle + headers) socket.destroy();
      else if (last?.reception?.overdue(now)) last.reception.fail(tooSlow());
    }
  }

  /** Answers requests that no handler can be given. */
  #refuse(socket: Socket, status: number, code: ErrorCode, message: string): void {
    const connection = this.#all.get(socket);
    if (connection !== undefined) connection.ending = true;
    this.#refused({ status, code, remote: socket.remoteAddress });
    const body = JSON.stringify({ error_code: code, message });
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
      "connection: close",
    ];
    if (socket.writable) socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
    this.#end(socket);
  }

  /** Says that nothing more comes, and leaves the client a moment to read what has come. */
  #end(socket: Socket): void {
    if (socket.destroyed) return;
    socket.end();
    const timer = setTimeout(() => socket.destroy(), this.#limits.grace).unref();
    socket.once("close", () => clearTimeout(timer));
  }
}

function tooSlow(): HttpError {
  return new HttpError(408, "BAD_REQUEST", "The request did not come in time.");
}

function malformation(code: string): { status: number; message: string } | undefined {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { status: 408, message: tooSlow().message };
    case "HPE_HEADER_OVERFLOW":
      return { status: 431, message: "The headers are too large." };
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return { status: 413, message: "The chunk extensions are too large." };
    default:
      return code.startsWith("HPE_") ? { status: 400, message: "This is not an HTTP request." } : undefined;
  }
}

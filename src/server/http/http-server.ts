import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RunlabError } from "../../errors.js";
import type { AccessLog } from "./access-log.js";
import { AccessRules } from "./access-rules.js";
import { type App, answerBy } from "./app.js";
import { Connections, defaultLimits, type HttpLimits, type Refusal } from "./connections.js";
import { Exchange } from "./exchange.js";
import { HttpError } from "./http-error.js";

/** Ports that are tried without one that was named: the default one and those after it. */
const portsTried = 50;

export interface HttpServerOptions {
  app: App;
  /** Where to listen. Default: loopback. */
  host?: string;
  /** This port and no other, 0 for any free one. Default: `defaultPort`, or the next free one. */
  port?: number | undefined;
  defaultPort: number;
  /** Other names in a Host or Origin header that are taken. */
  allowedHosts?: readonly string[];
  /** Pages that this machine serves at other ports may ask. Default: only the server's own. */
  localPages?: boolean;
  /** Paths that answer whatever the Host header says. */
  openPaths?: readonly string[];
  limits?: Partial<HttpLimits>;
  /** What a path may begin with besides, where a proxy passes it on: "/tracking". */
  prefix?: string;
  log: AccessLog;
  /** Told of every answer that was given, and of a request that begins. */
  watch?: HttpWatch;
}

export interface HttpWatch {
  begun(): void;
  /** @param seconds - from the request's headers to the end of its answer */
  ended(exchange: Exchange, status: number, seconds: number): void;
}

/** Status in the log of a request whose client went away before its answer. */
const clientGone = 499;

/**
 * An HTTP server: where it listens, who may ask, what a client may take, how errors are answered, what is logged. What is asked
 * and answered is the app's.
 */
export class HttpServer {
  readonly #server: Server;
  readonly #connections: Connections;
  readonly #app: App;
  readonly #rules: AccessRules;
  readonly #log: AccessLog;
  readonly #watch: HttpWatch | undefined;
  readonly #limits: HttpLimits;
  readonly #host: string;
  readonly #prefix: string | undefined;
  /** Of request ids: they differ from one start to the next. */
  readonly #session = randomBytes(4).toString("hex");
  #count = 0;
  #stopping = false;
  readonly #closing = () => this.#stopping;

  private constructor(options: HttpServerOptions) {
    const { app, host = "127.0.0.1", allowedHosts = [], localPages, openPaths, limits, prefix, log, watch } = options;
    this.#host = host;
    this.#prefix = prefix;
    this.#app = app;
    this.#log = log;
    this.#watch = watch;
    this.#rules = new AccessRules({
      host,
      allowedHosts,
      ...(localPages === undefined ? {} : { localPages }),
      ...(openPaths === undefined ? {} : { openPaths }),
    });
    this.#limits = { ...defaultLimits, ...limits };
    const { headers, idle } = this.#limits;
    this.#server = createServer({
      headersTimeout: headers,
      // Bodies have a time of their own, by route: a large one takes longer than any request should.
      requestTimeout: 0,
      keepAliveTimeout: idle,
      connectionsCheckingInterval: Math.min(1000, Math.ceil(headers / 3)),
    });
    // A client that sends its request and then ends its side still waits for the answer.
    Reflect.set(this.#server, "httpAllowHalfOpen", true);
    this.#connections = new Connections(this.#server, this.#limits, (refusal) => this.#logRefusal(refusal));
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response);
    this.#server.on("request", answer);
    // A handler that reads the body asks for it.
    this.#server.on("checkContinue", answer);
    this.#server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) =>
      this.#answer(
        request,
        response,
        new HttpError(417, "BAD_REQUEST", "The only supported expectation is 100-continue."),
      ),
    );
  }

  /** @throws {RunlabError} INVALID_STATE when the port that was named is busy, or no other is free */
  static async start(options: HttpServerOptions): Promise<HttpServer> {
    const server = new HttpServer(options);
    await server.#listen(options.port, options.defaultPort);
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The address to call, e.g. "http://127.0.0.1:5002". */
  get url(): string {
    return `http://${this.#host.includes(":") ? `[${this.#host}]` : this.#host}:${this.port}`;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Takes no new requests and lets the open ones end.
   * @param grace - ms that they have; what is open then is cut off
   */
  async stop(grace = 10_000): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#connections.closeIdle();
    const timer = setTimeout(() => this.#connections.close(), grace);
    await closed;
    clearTimeout(timer);
    this.#connections.close();
    this.#log.flush();
  }

  #answer(request: IncomingMessage, response: ServerResponse, refusal?: HttpError): void {
    const id = `${this.#session}-${++this.#count}`;
    const prefix = this.#prefix;
    if (prefix && request.url?.startsWith(`${prefix}/`)) request.url = request.url.slice(prefix.length);
    const exchange = new Exchange(request, response, id, this.#closing, this.#limits);
    if (!this.#connections.begin(exchange) && !exchange.answered) return;
    this.#watch?.begun();
    response.on("close", () => this.#ended(exchange));
    if (exchange.answered) return;
    try {
      if (refusal !== undefined) throw refusal;
      const page = this.#rules.check(request);
      if (page !== undefined) exchange.letPageRead(page);
    } catch (error) {
      void exchange.fail(error);
      return;
    }
    void answerBy(this.#app, exchange);
  }

  #ended(exchange: Exchange): void {
    const { incoming, outgoing, id, path, started, failure, notes, bytesIn, bytesOut } = exchange;
    const seconds = (performance.now() - started) / 1000;
    const status = exchange.answered ? outgoing.statusCode : clientGone;
    this.#connections.end(exchange);
    this.#watch?.ended(exchange, status, seconds);
    if (this.#log.isSilent) return;
    const entry = {
      time: new Date().toISOString(),
      id,
      method: incoming.method ?? "",
      path: path.length > 200 ? path.slice(0, 200) : path,
      status,
      ms: Math.round(seconds * 1e6) / 1000,
      bytesIn,
      bytesOut,
      remote: incoming.socket.remoteAddress,
    };
    const cut = outgoing.writableFinished ? undefined : { error: "CANCELLED" };
    this.#log.add({ ...entry, ...notes, ...(failure ?? cut) });
  }

  #logRefusal({ status, code, remote }: Refusal): void {
    this.#log.add({ time: new Date().toISOString(), status, remote, error: code });
  }

  async #listen(port: number | undefined, defaultPort: number): Promise<void> {
    const ports = port === undefined ? Array.from({ length: portsTried }, (_, at) => defaultPort + at) : [port];
    for (const one of ports) {
      try {
        await this.#bind(one);
        return;
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === "EADDRINUSE") continue;
        throw new RunlabError("INVALID_STATE", `The server cannot listen on ${this.#host}, port ${one}: ${message}`, {
          hint: "Choose an address of this machine with --host, and a port of 1024 or above with --port.",
          cause: error,
        });
      }
    }
    const tried = ports.length === 1 ? `Port ${port} is` : `The ports ${ports[0]} to ${ports.at(-1)} are`;
    throw new RunlabError("INVALID_STATE", `${tried} in use.`, {
      hint: "Choose another port with --port; 0 means any free port.",
    });
  }

  #bind(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, this.#host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }
}

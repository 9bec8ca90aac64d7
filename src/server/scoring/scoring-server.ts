import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type AccessEntry, AccessLog } from "./access-log.js";
import { AccessRules } from "./access-rules.js";
import { listen } from "./listen.js";
import { answerMalformed } from "./malformed-request.js";
import { OpenPredictions } from "./open-predictions.js";
import { announcedTooLarge, tooLarge } from "./read-body.js";
import { type ErrorAnswer, errorAnswer, faultText, RequestError } from "./request-error.js";
import type { ScoringModel } from "./scoring-model.js";
import { type Answer, newMetrics, type Route, scoringRoutes } from "./scoring-routes.js";
import type { ServingMetrics } from "./serving-metrics.js";

export interface ScoringServerOptions {
  model: ScoringModel;
  /** runlab's version, the answer of `/version`. */
  version: string;
  /** Default: loopback. */
  host?: string;
  /** This port and no other, 0 for any free one. Default: 5002, or the next free one. */
  port?: number;
  /** Other names in a Host header that are taken. */
  allowedHosts?: readonly string[];
  apiKey?: string | undefined;
  /** Largest body, in bytes. Default 8 MB. */
  bodyLimit?: number;
  /** ms in which a request must have come whole. Default 30,000; its headers have a third of it. */
  requestTimeout?: number;
  /** ms that a prediction may take before it is answered 504, see `OpenPredictions`. Default 60,000, as MLflow has it. */
  predictionTimeout?: number;
  /** Called at the beginning of each prediction. */
  predicting?: () => void;
  /** A body that the model takes, for the page. */
  example?: string | undefined;
  /** Takes lines of the access log. */
  log(text: string): void;
}

/** Answers predictions of one model over HTTP, by MLflow's scoring protocol. */
export class ScoringServer {
  readonly #server: Server;
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #metrics: ServingMetrics;
  readonly #rules: AccessRules;
  readonly #log: AccessLog;
  readonly #predictions: OpenPredictions;
  readonly #bodyLimit: number;
  readonly #host: string;
  /** Of request ids: they differ from one start to the next. */
  readonly #session = randomBytes(4).toString("hex");
  #count = 0;
  #stopping = false;

  private constructor(options: ScoringServerOptions) {
    const {
      model,
      version,
      host = "127.0.0.1",
      apiKey,
      bodyLimit = 8 * 1024 * 1024,
      requestTimeout = 30_000,
      predictionTimeout = 60_000,
    } = options;
    this.#host = host;
    this.#bodyLimit = bodyLimit;
    this.#metrics = newMetrics(model);
    this.#log = new AccessLog(options.log);
    this.#predictions = new OpenPredictions(options.predicting);
    this.#rules = new AccessRules({ host, allowedHosts: options.allowedHosts ?? [], apiKey });
    const secured = apiKey !== undefined;
    this.#routes = scoringRoutes(model, this.#metrics, this.#predictions, {
      bodyLimit,
      predictionTimeout,
      version,
      secured,
      example: options.example,
    });
    this.#server = createServer({
      requestTimeout,
      headersTimeout: Math.ceil(requestTimeout / 3),
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: Math.min(1000, Math.ceil(requestTimeout / 3)),
    });
    this.#server.on("request", (request, response) => void this.#answer(request, response));
    this.#server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
      // Who asks before sending is told at once.
      if (!announcedTooLarge(request, bodyLimit)) response.writeContinue();
      void this.#answer(request, response);
    });
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => answerMalformed(error, socket));
  }

  /** @throws {ModelError} INVALID_STATE when the port that was named is busy, or no other is free */
  static async start(options: ScoringServerOptions): Promise<ScoringServer> {
    const server = new ScoringServer(options);
    await listen(server.#server, server.#host, options.port);
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The address to call, e.g. "http://127.0.0.1:5002". */
  get url(): string {
    return `http://${this.#host.includes(":") ? `[${this.#host}]` : this.#host}:${this.port}`;
  }

  /**
   * Takes no new requests and lets the open ones end.
   * @param grace - ms that they have; what is open then is cut off
   */
  async stop(grace = 10_000): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), grace);
    await closed;
    clearTimeout(timer);
    this.#log.flush();
  }

  /**
   * Takes an error that the model threw outside of its predictions: it is counted and logged, and where it is known which
   * request it comes from, that one is answered 500.
   */
  modelFailed(error: unknown): void {
    const origin = this.#predictions.fail(error);
    this.#metrics.modelFailed();
    // The line of a request that is still open has the error's text.
    if (origin?.open !== true) this.#log.addFault(faultText(error), origin?.requestId);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    const id = `${this.#session}-${++this.#count}`;
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    this.#metrics.begin();
    let rows: number | undefined;
    let failure: Pick<AccessEntry, "error" | "stack"> = {};
    let status = 200;
    let bytesIn = Number(request.headers["content-length"] ?? 0);
    let bytesOut = 0;
    try {
      const answer = await this.#route(path, request, id);
      ({ rows, bytesIn = 0 } = answer);
      bytesOut = this.#send(request, response, status, id, answer);
    } catch (error) {
      const { headers, body, fault, ...rest } = errorAnswer(error, id);
      status = rest.status;
      const stack = fault ? { stack: faultText(error) } : {};
      failure = { error: body.error_code, ...stack };
      bytesOut = this.#send(request, response, status, id, errorBody({ headers, body }));
    }
    const seconds = (performance.now() - start) / 1000;
    this.#metrics.end(this.#routes.has(path) ? path : "other", status, seconds, rows);
    this.#log.add({
      time: new Date().toISOString(),
      id,
      method: request.method ?? "",
      path: path.slice(0, 200),
      status,
      ms: Math.round(seconds * 1e6) / 1000,
      bytesIn,
      bytesOut,
      ...(rows === undefined ? {} : { rows }),
      remote: request.socket.remoteAddress,
      ...failure,
    });
  }

  async #route(path: string, request: IncomingMessage, id: string): Promise<Answer> {
    this.#rules.checkHost(request);
    const route = this.#routes.get(path);
    if (route === undefined) {
      const paths = [...this.#routes.keys()].join(", ");
      throw new RequestError(404, "RESOURCE_DOES_NOT_EXIST", `There is nothing at this path. There are ${paths}.`);
    }
    if (request.method !== route.method && !(route.method === "GET" && request.method === "HEAD")) {
      throw new RequestError(405, "BAD_REQUEST", `This path takes ${route.method} only.`, { allow: route.method });
    }
    if (!route.open) this.#rules.checkKey(request);
    if (announcedTooLarge(request, this.#bodyLimit) && request.headers.expect !== undefined) {
      throw tooLarge(this.#bodyLimit);
    }
    return await route.answer(request, id);
  }

  /** @returns the bytes of the body */
  #send(request: IncomingMessage, response: ServerResponse, status: number, id: string, answer: Answer): number {
    const { type, body, headers } = answer;
    const length = Buffer.byteLength(body);
    // The connection of a body that was not read to its end can't take another request.
    const close = this.#stopping || !request.complete;
    response.writeHead(status, {
      "content-type": type,
      "content-length": length,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "x-request-id": id,
      ...headers,
      ...(close ? { connection: "close" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : body);
    return length;
  }
}

function errorBody({ headers, body }: Pick<ErrorAnswer, "headers" | "body">): Answer {
  return { type: "application/json", body: JSON.stringify(body), headers };
}

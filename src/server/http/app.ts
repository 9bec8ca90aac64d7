import { Readable } from "node:stream";
import { getRequestListener, RequestError } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";
import type { Answer, Exchange } from "./exchange.js";
import { HttpError } from "./http-error.js";

/** What a handler finds in `c.env`. */
export interface HttpEnv {
  Bindings: { exchange: Exchange };
}

/** Routes and middleware, by Hono: `app.get("/runs/:id", handler)`. */
export type App = Hono<HttpEnv>;
export type HttpContext = Context<HttpEnv>;

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * An app whose errors are answered as all of the server's: a handler throws. A path that it lacks is 404, a method 405.
 * @param lost - what a client that asks for an unknown path is told besides
 * @param checkLost - sees the target of such a request as it was sent, and may throw another error
 */
export function newApp(lost = "", checkLost: (target: string) => void = () => undefined): App {
  const app: App = new Hono<HttpEnv>({ router: new RememberingRouter() });
  app.onError((error) => {
    throw error;
  });
  app.notFound(({ req: { path }, env: { exchange } }) => {
    checkLost(exchange.path);
    const taken = methods.filter((method) =>
      app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
    );
    if (taken.length === 0) {
      throw new HttpError(404, "RESOURCE_DOES_NOT_EXIST", `There is nothing at this path.${lost && ` ${lost}`}`);
    }
    const allow = taken.join(", ");
    throw new HttpError(405, "BAD_REQUEST", `This path accepts only ${allow}.`, { headers: { allow } });
  });
  return app;
}

/**
 * Sends a handler's answer. It goes straight to the connection, since a `Response` of Node takes 60 µs; one that a handler gives
 * all the same (`c.json()`) is sent as well.
 */
export function reply({ env: { exchange } }: HttpContext, answer: Answer): Response | Promise<Response> {
  const sending = exchange.send(answer);
  return sending === undefined ? RESPONSE_ALREADY_SENT : sending.then(() => RESPONSE_ALREADY_SENT);
}

/** Answers a request by the app's routes; never rejects. */
export function answerBy(app: App, exchange: Exchange): Promise<void> {
  const { method, url = "", headers } = exchange.incoming;
  if (method === "POST" && plainTarget.test(url) && plainHost.test(headers.host ?? ""))
    return answerPlain(app, exchange);
  // Made for each request: an error of the request itself is told of nothing but the error.
  const listener = getRequestListener(
    async (request) => {
      const response = await app.fetch(request, { exchange });
      if (!exchange.answered) await sendResponse(exchange, response);
      throw sent;
    },
    {
      // A served model has the globals as they are.
      overrideGlobalObjects: false,
      // `Exchange.send` sees to what a client still sends.
      autoCleanupIncoming: false,
      hostname: "localhost",
      errorHandler: (error) => {
        if (error !== sent) return exchange.fail(error instanceof RequestError ? malformed(error) : error);
      },
    },
  );
  return listener(exchange.incoming, exchange.outgoing);
}

/** What stands for itself in a URL: nothing in it is decoded, normalised or refused. Such are the paths that clients log to. */
const plainTarget = /^(?:\/[\w-][\w.-]*)+$/;
const plainHost = /^[a-z\d.-]+(?::\d{1,5})?$/;

/** As the adapter does it, at a third of the cost. */
async function answerPlain(app: App, exchange: Exchange): Promise<void> {
  try {
    const response = await app.fetch(new PlainRequest(exchange) as unknown as Request, { exchange });
    if (!exchange.answered) await sendResponse(exchange, response);
  } catch (error) {
    await exchange.fail(error);
  }
}

/** What routes look at of a `Request`, whose body they read from the exchange. */
class PlainRequest implements Pick<Request, "method" | "url" | "headers"> {
  readonly method: string;
  readonly url: string;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    const { method = "", url = "", headers } = exchange.incoming;
    this.method = method;
    this.url = `http://${headers.host}${url}`;
    this.#exchange = exchange;
  }

  get headers(): Headers {
    const entries = Object.entries(this.#exchange.incoming.headersDistinct);
    return new Headers(
      entries.flatMap(([name, values = []]) => values.map((value): [string, string] => [name, value])),
    );
  }
}

/** Hono's own choice of routers, which remembers what it has found for paths that are a route as they stand. */
class RememberingRouter<T> implements Router<T> {
  readonly name = "RememberingRouter";
  readonly #router: Router<T> = new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] });
  /** By path, then method. */
  readonly #found = new Map<string, Map<string, Result<T>>>();

  add(method: string, path: string, handler: T): void {
    this.#router.add(method, path, handler);
    if (!/[:*]/.test(path)) this.#found.set(path, new Map());
  }

  match(method: string, path: string): Result<T> {
    const known = this.#found.get(path);
    let result = known?.get(method);
    if (result !== undefined) return result;
    result = this.#router.match(method, path);
    // Methods are any words of a client's.
    if (methods.includes(method)) known?.set(method, result);
    return result;
  }
}

/** Ends the adapter's part: an error that gets no `Response` leaves nothing to be sent, and its headers need not be read. */
const sent = Symbol("sent");

/** A `Response` of a handler or of middleware. */
function sendResponse(exchange: Exchange, { status, headers, body }: Response): Promise<void> | undefined {
  const { "content-type": type, ...rest } = Object.fromEntries(headers);
  return exchange.send({
    status,
    ...(type === undefined ? {} : { type }),
    headers: { ...rest, ...(headers.has("set-cookie") ? { "set-cookie": headers.getSetCookie() } : {}) },
    body: body === null ? "" : Readable.fromWeb(body),
  });
}

function malformed(cause: RequestError): HttpError {
  return new HttpError(400, "BAD_REQUEST", `The request's target or Host header is malformed: ${cause.message}.`);
}

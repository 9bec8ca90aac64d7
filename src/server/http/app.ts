import { Readable } from "node:stream";
import { getRequestListener, RequestError } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
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
 */
export function newApp(lost = ""): App {
  const app: App = new Hono<HttpEnv>();
  app.onError((error) => {
    throw error;
  });
  app.notFound(({ req: { path } }) => {
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

import { type ErrorCode, type ErrorOptionsWithHint, errorCode, errorStatus, type RunlabError } from "../../errors.js";
import { own } from "../../own.js";

/** The family that an error belongs to: {@link TrackingError} or {@link ModelError}. */
export type ErrorClass = new (code: ErrorCode, message: string, options?: ErrorOptionsWithHint) => RunlabError;

/** A server as errors name it. */
export interface NamedServer {
  /** Its address, without credentials. */
  readonly address: string;
  /** Whether requests carry a user or a token. */
  readonly signedIn: boolean;
}

/** Codes of MLflow's that have another name here. */
const otherNames: Readonly<Record<string, ErrorCode>> = {
  ALREADY_EXISTS: "RESOURCE_ALREADY_EXISTS",
  ABORTED: "RESOURCE_CONFLICT",
  NOT_FOUND: "RESOURCE_DOES_NOT_EXIST",
  REQUEST_LIMIT_EXCEEDED: "RESOURCE_EXHAUSTED",
  UNAUTHENTICATED: "PERMISSION_DENIED",
  CUSTOMER_UNAUTHORIZED: "PERMISSION_DENIED",
};

/** How much of a server's text an error repeats. */
const shownLength = 500;

/**
 * What an answer without success means: the server's own error, where it is MLflow's JSON; else that something else stands at the
 * address, or in between.
 * @param endpoint - the path that was asked
 * @param location - where a redirection leads
 */
export function answerError(
  server: NamedServer,
  status: number,
  endpoint: string,
  text: string,
  Of: ErrorClass,
  location?: string,
): RunlabError {
  const { address } = server;
  if (status === 401) return notSignedIn(server, Of);
  const told = mlflowError(text);
  if (told !== undefined) {
    const code = knownCode(told.code) ?? codeOf(status);
    return new Of(
      code,
      told.message.slice(0, shownLength * 4),
      code === "PERMISSION_DENIED" ? { hint: `${address} refused it.` } : {},
    );
  }
  if (status === 403) {
    return new Of("PERMISSION_DENIED", `The tracking server ${address} refused the request (403): ${outline(text)}`, {
      hint: /host header/i.test(text)
        ? "The server must allow this host name: start it with --allowed-hosts, or use an address that it allows."
        : server.signedIn
          ? "The user of MLFLOW_TRACKING_USERNAME or MLFLOW_TRACKING_TOKEN may not do this."
          : "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.",
    });
  }
  if (status === 404 || status === 405) {
    // Not RESOURCE_DOES_NOT_EXIST: that would say that the run is not there.
    return new Of("BAD_REQUEST", `${address} is not an MLflow server: it has no ${endpoint} (${status}).`, {
      hint: "Check the address, its port, and whether a path such as /mlflow belongs to it.",
    });
  }
  if (status === 413) {
    return new Of("BAD_REQUEST", `The tracking server ${address} takes no request this large (413).`, {
      hint: "A proxy in front of the server limits the size of requests; ask for a higher limit.",
    });
  }
  if (status >= 300 && status < 400) {
    return redirected(address, status, endpoint, location, Of);
  }
  return new Of(
    codeOf(status),
    `The tracking server ${address} answered ${endpoint} with ${status}: ${outline(text)}`,
    {
      hint: "Its log tells more.",
    },
  );
}

/** A redirection is not followed, since credentials would follow it. */
function redirected(address: string, status: number, endpoint: string, location: string | undefined, Of: ErrorClass) {
  const to = location !== undefined && URL.canParse(location, address) ? new URL(location, address) : undefined;
  // What a query holds may be secret.
  const where = to === undefined ? "another address" : `${to.origin}${to.pathname}`;
  const moved = to?.pathname.endsWith(endpoint) === true;
  return new Of("BAD_REQUEST", `The tracking server ${address} redirects to ${where} (${status}).`, {
    hint: moved
      ? `Use ${where.slice(0, -endpoint.length)} as the tracking URI.`
      : "If that is a sign-in page, ask for an address, or a token, for programs; else use the address that a browser shows after following it.",
  });
}

/** A success that is not JSON: a sign-in page, another program. */
export function notJson({ address }: NamedServer, endpoint: string, text: string, Of: ErrorClass): RunlabError {
  const what = /^\s*</.test(text) ? "an HTML page" : `'${outline(text)}'`;
  return anotherProgram(address, endpoint, `${what} instead of JSON`, Of);
}

/** A success whose JSON is not MLflow's. */
export function notMlflow({ address }: NamedServer, endpoint: string, text: string, Of: ErrorClass): RunlabError {
  return anotherProgram(address, endpoint, `'${outline(text)}' instead of MLflow's JSON`, Of);
}

function anotherProgram(address: string, endpoint: string, what: string, Of: ErrorClass): RunlabError {
  return new Of("BAD_REQUEST", `${address} answered ${endpoint} with ${what}, so it is not an MLflow server.`, {
    hint: "It may be another program's port, or a sign-in page in front of the server; check the address and its path.",
  });
}

/** Codes of the network that say that no request has been sent. */
const unsentCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** A request that got no answer. */
export interface NetworkFailure {
  error: RunlabError;
  /** The server has certainly not seen it. */
  unsent: boolean;
  /** Another try may succeed. */
  passing: boolean;
}

/** What a failure of the network means; undefined for any other error. */
export function networkFailure({ address }: NamedServer, cause: unknown, Of: ErrorClass): NetworkFailure | undefined {
  if (isNotHttp(cause)) {
    const error = new Of("BAD_REQUEST", `${address} does not answer in HTTP, so it is not an MLflow server.`, {
      hint: "It may be another program's port; check the address.",
      cause,
    });
    return { error, unsent: false, passing: false };
  }
  const code = codeIn(cause);
  if (code === undefined) return undefined;
  const unavailable = (what: string, hint: string) =>
    new Of("TEMPORARILY_UNAVAILABLE", `The tracking server ${address} ${what}.`, { hint, cause });
  if (code === "ENOTFOUND") {
    return {
      error: unavailable("is not known by that name", "Check the host's spelling, and the network or VPN."),
      unsent: true,
      passing: false,
    };
  }
  if (unsentCodes.has(code)) {
    return {
      error: unavailable(
        `cannot be reached (${code})`,
        "Is it running, at this port? Start it, or choose another tracking URI.",
      ),
      unsent: true,
      passing: true,
    };
  }
  if (/CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO|UNABLE_TO/.test(code)) {
    return {
      error: unavailable(
        `cannot be reached over TLS (${code})`,
        isTls(cause)
          ? "Set MLFLOW_TRACKING_SERVER_CERT_PATH to a file with the certificate of its authority; http:// is for a server without TLS."
          : `The server does not speak TLS at this port: use ${address.replace(/^https:/, "http:")}, or the port of its TLS.`,
      ),
      unsent: true,
      passing: false,
    };
  }
  const late = code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";
  const error = late
    ? new Of("DEADLINE_EXCEEDED", `The tracking server ${address} did not answer in time.`, {
        hint: "It may be overloaded; MLFLOW_HTTP_REQUEST_TIMEOUT is how long it is waited for, in seconds.",
        cause,
      })
    : unavailable(
        `ended the connection (${code})`,
        `It may have been stopped or restarted; try again.${address.startsWith("http:") ? " If it always does, it may want TLS: https:// in its address." : ""}`,
      );
  return { error, unsent: false, passing: true };
}

/** Whether something else than an HTTP server has answered. */
function isNotHttp(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === "HTTPParserError" || isNotHttp(cause.cause));
}

/** Whether a handshake failed over a certificate and the like, not because the other side answered in something else than TLS. */
function isTls(cause: unknown): boolean {
  return codeIn(cause) !== "ERR_SSL_WRONG_VERSION_NUMBER" && codeIn(cause) !== "ERR_SSL_PACKET_LENGTH_TOO_LONG";
}

/** The code of an error, or of the first in an AggregateError: one per address of the host. */
function codeIn(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const code = errorCode(cause);
  if (code !== undefined && code !== "") return code;
  if (cause instanceof AggregateError) return codeIn(cause.errors[0]);
  return codeIn(cause.cause);
}

function notSignedIn({ address, signedIn }: NamedServer, Of: ErrorClass): RunlabError {
  return signedIn
    ? new Of(
        "PERMISSION_DENIED",
        `The tracking server ${address} does not accept the user or token that was sent (401).`,
        {
          hint: "Check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.",
        },
      )
    : new Of("PERMISSION_DENIED", `The tracking server ${address} wants to know who asks (401).`, {
        hint: "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, in the environment.",
      });
}

/** MLflow's error JSON. */
function mlflowError(text: string): { code: string; message: string } | undefined {
  try {
    const { error_code: code, message } = Object(JSON.parse(text)) as { error_code?: unknown; message?: unknown };
    return typeof code === "string" ? { code, message: typeof message === "string" ? message : code } : undefined;
  } catch {
    return undefined;
  }
}

function knownCode(code: string): ErrorCode | undefined {
  if (Object.hasOwn(errorStatus, code)) return code as ErrorCode;
  return own(otherNames, code);
}

function codeOf(status: number): ErrorCode {
  if (status === 429) return "RESOURCE_EXHAUSTED";
  if (status === 504 || status === 408) return "DEADLINE_EXCEEDED";
  if (status === 502 || status === 503) return "TEMPORARILY_UNAVAILABLE";
  if (status === 501) return "NOT_IMPLEMENTED";
  return status < 500 ? "BAD_REQUEST" : "INTERNAL_ERROR";
}

/** The first words of a text that may be a page. */
function outline(text: string): string {
  const words = text
    .slice(0, 4000)
    .replace(/<[^<>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return words === "" ? "nothing" : words.slice(0, shownLength);
}

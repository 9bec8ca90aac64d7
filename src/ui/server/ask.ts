import type { ErrorJson } from "../../server/page/page-json.js";

/** What the server did not do, in its own words. */
export class AskError extends Error {
  override readonly name = "AskError";

  /** @param hint - the way out, when there is one */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | undefined,
  ) {
    super(message);
  }
}

/** Told when the server wants somebody to sign in. */
export const signedOut = "runlab:signed-out";

/** Where our own routes and MLflow's are, relative to the page: it may stand below any prefix. */
const places = { runlab: "./ajax-api/2.0/runlab", mlflow: "./ajax-api/2.0/mlflow", server: "." } as const;
type Place = keyof typeof places;

/** GET of a route. @throws {AskError} */
export function get<T>(
  place: Place,
  path: string,
  query: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<T> {
  const text = new URLSearchParams(query).toString();
  return ask(`${places[place]}/${path}${text && `?${text}`}`, { signal });
}

/** POST of a JSON body. @throws {AskError} */
export function post<T>(place: Place, path: string, body: object, signal?: AbortSignal): Promise<T> {
  return send("POST", place, path, body, signal);
}

/** A change by another method. @throws {AskError} */
export function send<T>(
  method: "POST" | "PATCH" | "DELETE",
  place: Place,
  path: string,
  body: object,
  signal?: AbortSignal,
): Promise<T> {
  const headers = { "content-type": "application/json" };
  return ask(`${places[place]}/${path}`, { method, headers, body: JSON.stringify(body), signal });
}

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new AskError(0, "TEMPORARILY_UNAVAILABLE", "The server does not answer.", "Is runlab ui still running?");
  }
  if (response.ok) return (await response.json()) as T;
  throw await failure(response);
}

/** What the server did not do. A session that has ended is told to the page. */
export async function failure(response: Response): Promise<AskError> {
  if (response.status === 401 && !response.url.endsWith("/login")) dispatchEvent(new Event(signedOut));
  return errorOf(response.status, await response.text());
}

function errorOf(status: number, text: string): AskError {
  try {
    const { error_code, message } = JSON.parse(text) as ErrorJson;
    // The hint is the last line of what the server says.
    const [first = "", ...rest] = message.split("\n");
    return new AskError(status, error_code, first, rest.join("\n") || undefined);
  } catch {
    return new AskError(status, "INTERNAL_ERROR", `The server answered with status ${status}.`, undefined);
  }
}

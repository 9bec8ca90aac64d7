import { setTimeout as delay } from "node:timers/promises";
import { RunlabError, TrackingError } from "../../errors.js";
import { S3Storage } from "../artifacts/s3/s3-storage.js";
import { type HttpAnswer, HttpConnection, type HttpRequest } from "./http-connection.js";
import { answerError, type ErrorClass, type NamedServer, networkFailure, notJson, notMlflow } from "./server-errors.js";
import { type PartSizes, retryDelay, type ServerSettings } from "./server-settings.js";

/** Values of a query; a list is given once per value, undefined not at all. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface CallOptions {
  query?: Query;
  /** Sent as JSON. */
  body?: object;
  /**
   * Of a call that must not be done twice: whether the server has done it although its answer was lost. Asked before it is sent
   * again. Absent: doing it again changes nothing.
   */
  find?: () => Promise<unknown>;
  /** An error that a call sent again gets when the first try has been done: that is its success. */
  isDone?: (error: RunlabError) => boolean;
  /** A field that MLflow's answer always has: without it, another program has answered. */
  has?: string;
}

/** Answers that say that the server, or a proxy before it, could not take the request now. */
const busy: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Of those, the ones after which the server may have done what was asked. */
const unclear: ReadonlySet<number> = new Set([408, 502, 503, 504]);

/** How often a request that got no answer in time is sent again: each try takes two minutes. */
const mostUnanswered = 1;

/** Most of an answer in JSON, bytes: a page of 50,000 runs. */
const maxAnswer = 1 << 30;

/**
 * MLflow's REST API: JSON in, JSON out, errors as ours. What fails on its way is sent again after a while, as long as that cannot do a
 * thing twice.
 */
export class RestApi implements NamedServer {
  readonly address: string;
  /** Where a server may keep artifacts, for clients that reach it by themselves. */
  readonly s3: S3Storage;
  readonly #settings: ServerSettings;
  readonly #connection: HttpConnection;
  readonly #Error: ErrorClass;

  constructor(
    address: string,
    settings: ServerSettings,
    connection = new HttpConnection(settings),
    Of: ErrorClass = TrackingError,
    s3 = new S3Storage(),
  ) {
    this.address = address;
    this.#settings = settings;
    this.#connection = connection;
    this.#Error = Of;
    this.s3 = s3;
  }

  /** The same server, whose errors are of another family. */
  withErrors(Of: ErrorClass): RestApi {
    return new RestApi(this.address, this.#settings, this.#connection, Of, this.s3);
  }

  /** Of all that share its connections. */
  tryOnceWhile(isAway: () => boolean): void {
    this.#connection.isAway = isAway;
  }

  /** From which size on files go in parts. */
  get parts(): PartSizes {
    return this.#settings.parts;
  }

  /** Whether the storage behind the server takes files in parts: what MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD says, else the server. */
  async takesParts(): Promise<boolean> {
    if (this.#settings.multipart !== undefined) return this.#settings.multipart;
    type Info = { multipart_uploads_enabled?: boolean };
    // An older server has no such route.
    const info = await this.call<Info>("GET", "/api/3.0/mlflow/server-info").catch((): Info => ({}));
    return info.multipart_uploads_enabled === true;
  }

  get signedIn(): boolean {
    return this.#settings.authorization !== undefined;
  }

  /** @param has - see {@link CallOptions} */
  get<T>(path: string, query: Query = {}, has?: string): Promise<T> {
    return this.call("GET", path, { query, ...(has !== undefined && { has }) });
  }

  post<T>(path: string, body: object, options: CallOptions = {}): Promise<T> {
    return this.call("POST", path, { ...options, body });
  }

  /** @param path - under `/api/2.0/mlflow/`, or with a slash at its start under the server's address */
  async call<T>(method: HttpRequest["method"], path: string, options: CallOptions = {}): Promise<T> {
    const endpoint = path.startsWith("/") ? path : `/api/2.0/mlflow/${path}`;
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const headers: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    const answered = await this.send(
      () => ({ method, url: `${this.address}${endpoint}${queryText(options.query)}`, headers, body }),
      endpoint,
      options,
    );
    if ("found" in answered) return answered.found as T;
    const text = await readText(answered.answer);
    let json: unknown;
    try {
      json = JSON.parse(text === "" ? "{}" : text);
    } catch {
      throw notJson(this, endpoint, text, this.#Error);
    }
    const { has } = options;
    const isMlflow = typeof json === "object" && json !== null && !Array.isArray(json);
    if (isMlflow && (has === undefined || Object.hasOwn(json as object, has))) return json as T;
    throw notMlflow(this, endpoint, text, this.#Error);
  }

  /**
   * Sends a request, again where that helps.
   * @param request - makes it anew for each try: a stream can be sent once
   * @returns a successful answer, or what `find` has found
   * @throws {RunlabError} for any other answer, or none
   */
  async send(
    request: () => HttpRequest,
    endpoint: string,
    { find, isDone }: Pick<CallOptions, "find" | "isDone"> = {},
  ): Promise<{ answer: HttpAnswer } | { found: unknown }> {
    let maybeDone = false;
    let unanswered = 0;
    for (let attempt = 0; ; attempt++) {
      const last = attempt >= this.#settings.maxRetries || this.#connection.isAway();
      let failure: RunlabError;
      let wait = retryDelay(attempt);
      try {
        if (maybeDone && find !== undefined) {
          const found = await find();
          if (found !== undefined) return { found };
        }
        const answer = await this.#connection.send(this.#signed(request()));
        if (answer.status >= 200 && answer.status < 300) return { answer };
        const text = await readText(answer);
        failure = answerError(this, answer.status, endpoint, text, this.#Error, locationOf(answer));
        if (maybeDone && isDone?.(failure)) return { found: {} };
        if (last || !busy.has(answer.status)) throw failure;
        if (unclear.has(answer.status)) maybeDone = true;
        wait = Math.max(wait, retryAfter(answer));
      } catch (cause) {
        if (cause instanceof RunlabError) throw cause;
        const failed = networkFailure(this, cause, this.#Error);
        if (failed === undefined) throw cause;
        if (last || !failed.passing) throw failed.error;
        if (failed.error.code === "DEADLINE_EXCEEDED" && ++unanswered > mostUnanswered) throw failed.error;
        if (!failed.unsent) maybeDone = true;
      }
      await delay(wait);
    }
  }

  /** What a failure of the network means, e.g. of a body that ends early; undefined for any other error. */
  failureOf(cause: unknown): RunlabError | undefined {
    return networkFailure(this, cause, this.#Error)?.error;
  }

  async close(): Promise<void> {
    await this.s3.close();
    await this.#connection.close();
  }

  #signed(request: HttpRequest): HttpRequest {
    const { authorization } = this.#settings;
    // Never to another server: an artifact's address may name any.
    const own = request.url.startsWith(`${new URL(this.address).origin}/`);
    if (authorization === undefined || !own) return request;
    return { ...request, headers: { ...request.headers, authorization } };
  }
}

/** The whole of an answer's body as text. */
async function readText({ body }: HttpAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswer)
      throw new TrackingError("RESOURCE_EXHAUSTED", "The tracking server's answer is larger than 1 GiB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Where a redirection leads. */
function locationOf({ headers }: HttpAnswer): string | undefined {
  return typeof headers.location === "string" ? headers.location : undefined;
}

/** How long a busy server asks to be left alone, ms, a minute at most. */
function retryAfter({ headers }: HttpAnswer): number {
  const seconds = Number(headers["retry-after"]);
  return seconds > 0 ? Math.min(seconds, 60) * 1000 : 0;
}

function queryText(query: Query = {}): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) parts.append(key, String(one));
  }
  return parts.size === 0 ? "" : `?${parts}`;
}

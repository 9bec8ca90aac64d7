import { inspect } from "node:util";
import { type ErrorCode, errorStatus, RunlabError } from "../../errors.js";
import { ValueOutline } from "../../value-outline.js";

export interface HttpErrorOptions {
  headers?: Readonly<Record<string, string>>;
  /** Why the server failed; only its log is told. */
  cause?: unknown;
}

/** A request that cannot be answered, where the status is not that of the error's code (401, 405, 413, 415, …). */
export class HttpError extends RunlabError {
  override readonly name = "HttpError";
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly status: number,
    code: ErrorCode,
    message: string,
    { headers = {}, cause }: HttpErrorOptions = {},
  ) {
    super(code, message, { cause });
    this.headers = headers;
  }
}

/** The JSON of an error as MLflow gives it; never a stack or the request's body. */
export interface ErrorAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: { error_code: ErrorCode; message: string };
  /** What the log gets besides, when it is not the caller's fault. */
  fault?: string;
}

/**
 * The HTTP edge of an error: the status is that of its code (`errorStatus`). What a server cannot know to be about the request
 * (any status 500, any error that is not of runlab's family) keeps its message to the log.
 * @param requestId - by which the log's line is found
 */
export function errorAnswer(error: unknown, requestId: string): ErrorAnswer {
  const known = error instanceof RunlabError ? error : undefined;
  const own = known instanceof HttpError ? known : undefined;
  const status = own?.status ?? errorStatus[known?.code ?? "INTERNAL_ERROR"].http;
  const headers = own?.headers ?? {};
  const error_code = known?.code ?? "INTERNAL_ERROR";
  const failed = own === undefined ? status === 500 : own.cause !== undefined;
  if (failed) {
    const what = own?.message ?? "The server failed on this request.";
    const message = `${what} See the server's log for request id ${requestId}.`;
    return { status, headers, body: { error_code, message }, fault: faultText(own?.cause ?? error) };
  }
  const message = known?.hint === undefined ? (known?.message ?? "") : `${known.message}\n${known.hint}`;
  const fault = status > 500 && own === undefined ? { fault: faultText(error) } : {};
  return { status, headers, body: { error_code, message }, ...fault };
}

/** Characters of an error that the log takes. */
const longestText = 10_000;

/** What the log says of a fault: the stack of an error with its causes, and any other value that was thrown as it prints. */
export function faultText(error: unknown): string {
  try {
    return inspect(new ValueOutline().printable(error, 4), {
      depth: 4,
      maxArrayLength: 20,
      maxStringLength: longestText,
    }).slice(0, longestText);
  } catch {
    return "An error that cannot be printed.";
  }
}

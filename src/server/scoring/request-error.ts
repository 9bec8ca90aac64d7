import { inspect } from "node:util";
import { type ErrorCode, errorStatus, RunlabError } from "../../errors.js";

/** A request that cannot be answered: the one kind of error that says its HTTP status itself (413, 415, 405, …). */
export class RequestError extends RunlabError {
  override readonly name = "RequestError";

  constructor(
    readonly status: number,
    code: ErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message);
  }
}

/** An error that the model threw outside of its prediction, whatever its code: the caller is told that it failed, the log why. */
export class ModelFailure extends Error {
  override readonly name = "ModelFailure";

  constructor(cause: unknown) {
    super("The model failed.", { cause });
  }
}

/** The JSON of an error as MLflow gives it; never a stack, a path or the request's body. */
export interface ErrorAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: { error_code: ErrorCode; message: string };
  /** It is not the caller's fault: the log gets the whole error. */
  fault: boolean;
}

/** Codes whose messages speak of the caller's data. Those of other codes may name files of the server. */
const aboutTheData: readonly ErrorCode[] = ["BAD_REQUEST", "INVALID_PARAMETER_VALUE"];

/** The HTTP edge of an error. @param requestId - by which the log's line is found */
export function errorAnswer(error: unknown, requestId: string): ErrorAnswer {
  if (error instanceof RequestError) {
    const { status, headers, code, message } = error;
    return { status, headers, body: { error_code: code, message }, fault: false };
  }
  if (error instanceof RunlabError && aboutTheData.includes(error.code)) {
    const message = error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
    return {
      status: errorStatus[error.code].http,
      headers: {},
      body: { error_code: error.code, message },
      fault: false,
    };
  }
  const message = `The model failed on this data. The server's log says why, under the request id ${requestId}.`;
  return { status: 500, headers: {}, body: { error_code: "INTERNAL_ERROR", message }, fault: true };
}

/** Characters of an error that the log takes. */
const longestText = 10_000;

/** What the log says of a fault: the stack of an error with its causes, and any other value that was thrown as it prints. */
export function faultText(error: unknown): string {
  const thrown = error instanceof ModelFailure ? error.cause : error;
  try {
    return inspect(thrown, { depth: 4, maxArrayLength: 20, maxStringLength: longestText }).slice(0, longestText);
  } catch {
    return "An error that cannot be printed.";
  }
}

/**
 * The one family of errors. Thrown where the fact is known; turned into something else at four edges only:
 * iopub `error`, HTTP JSON, the REST store (JSON back to the same error) and the command line.
 */

/** MLflow's error codes, as they stand in its JSON answers. @see MLflow 3.17 `error_code` */
export type ErrorCode =
  | "BAD_REQUEST"
  | "INVALID_PARAMETER_VALUE"
  | "RESOURCE_ALREADY_EXISTS"
  | "RESOURCE_DOES_NOT_EXIST"
  | "RESOURCE_CONFLICT"
  | "RESOURCE_EXHAUSTED"
  | "PERMISSION_DENIED"
  | "UNAUTHENTICATED"
  | "INVALID_STATE"
  | "DATA_LOSS"
  | "CANCELLED"
  | "DEADLINE_EXCEEDED"
  | "NOT_IMPLEMENTED"
  | "TEMPORARILY_UNAVAILABLE"
  | "INTERNAL_ERROR";

/** HTTP status and process exit code of each error code; HTTP as MLflow answers it, measured on 3.17. */
export const errorStatus: Readonly<Record<ErrorCode, { http: number; exit: number }>> = {
  BAD_REQUEST: { http: 400, exit: 2 },
  INVALID_PARAMETER_VALUE: { http: 400, exit: 2 },
  RESOURCE_ALREADY_EXISTS: { http: 400, exit: 3 },
  RESOURCE_DOES_NOT_EXIST: { http: 404, exit: 4 },
  RESOURCE_CONFLICT: { http: 409, exit: 3 },
  RESOURCE_EXHAUSTED: { http: 429, exit: 5 },
  PERMISSION_DENIED: { http: 403, exit: 6 },
  UNAUTHENTICATED: { http: 401, exit: 6 },
  INVALID_STATE: { http: 500, exit: 7 },
  DATA_LOSS: { http: 500, exit: 7 },
  CANCELLED: { http: 499, exit: 130 },
  DEADLINE_EXCEEDED: { http: 504, exit: 5 },
  NOT_IMPLEMENTED: { http: 501, exit: 8 },
  TEMPORARILY_UNAVAILABLE: { http: 503, exit: 5 },
  INTERNAL_ERROR: { http: 500, exit: 1 },
};

export interface ErrorOptionsWithHint {
  /** The way out, one sentence for the user. */
  hint?: string;
  cause?: unknown;
}

/** Under this key also where two copies of the classes are loaded, as the kernel and the magics of the bundle have. */
export const takeStray: unique symbol = Symbol.for("runlab.takeStray") as never;

/** Base of every error that runlab throws on purpose. `message` states the facts found, `hint` the way out. */
export class RunlabError extends Error {
  override readonly name: string = "RunlabError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptionsWithHint = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  /** Called where no cell has caught the error: in a timer, an event or a promise. @returns whether nobody need be told of it */
  [takeStray](): boolean {
    return false;
  }
}

/** Why the file system refuses, in plain words, by the code of Node's error. */
const systemReasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file or folder"],
  ["ENOTDIR", "a part of its path is not a folder"],
  ["EISDIR", "it is a folder"],
  ["EACCES", "permission is denied"],
  ["EPERM", "permission is denied"],
  ["EROFS", "the file system is read-only"],
  ["EEXIST", "it is there already"],
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "the disk quota is exceeded"],
  ["EMFILE", "the process has too many open files"],
  ["ENFILE", "the system has too many open files"],
  ["ENAMETOOLONG", "its name is too long"],
  ["ELOOP", "its symbolic links lead in a circle"],
  ["EIO", "the disk reports an I/O error"],
]);

/** The code that Node, the operating system or a library has given an error (`ENOENT`, `ERR_…`); undefined when there is none. */
export function errorCode(error: unknown): string | undefined {
  const { code }: { code?: unknown } = Object(error);
  return typeof code === "string" ? code : undefined;
}

/** Whether an error is the operating system's answer to a call, as Node throws it; of any realm. */
export function isSystemError(error: unknown): error is Error & { code: string; path?: string } {
  const { syscall }: { syscall?: unknown } = Object(error);
  return errorCode(error) !== undefined && typeof syscall === "string";
}

/** What an operating system's code means, as a part of a sentence; undefined for one without words of its own. */
export function systemReason(code: string): string | undefined {
  return systemReasons.get(code);
}

/** Why something failed, as a part of a sentence: an error's message, or what the operating system's code means. */
export function reasonOf(cause: unknown): string {
  const known = isSystemError(cause) ? systemReason(cause.code) : undefined;
  if (known !== undefined) return known;
  return cause instanceof Error ? cause.message : String(cause);
}

/** Whether a call failed because what it names does not exist. */
export function isNotFound(error: unknown): error is RunlabError {
  return error instanceof RunlabError && error.code === "RESOURCE_DOES_NOT_EXIST";
}

/** Whether a call failed because a server, or what stands before it, gave no answer: it may be back later. */
export function isUnanswered(error: unknown): error is RunlabError {
  return (
    error instanceof RunlabError && (error.code === "TEMPORARILY_UNAVAILABLE" || error.code === "DEADLINE_EXCEEDED")
  );
}

/** A fact about experiments, runs, params, metrics, tags or artifacts. */
export class TrackingError extends RunlabError {
  override readonly name = "TrackingError";
}

/** A fact about a magic: its name, its arguments, or where it stands. */
export class MagicError extends RunlabError {
  override readonly name = "MagicError";
  /** Offset in the cell's source, in UTF-16 units, and the length of the marked text. */
  readonly at: { start: number; length: number } | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptionsWithHint & { at?: { start: number; length: number } } = {},
  ) {
    super(code, message, options);
    this.at = options.at;
  }
}

/** A fact about models, signatures, flavors or the registry. */
export class ModelError extends RunlabError {
  override readonly name = "ModelError";
}

/** A fact about the kernel, its wire or its engine. */
export class KernelError extends RunlabError {
  override readonly name = "KernelError";
}

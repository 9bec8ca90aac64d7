import { type ErrorCode, reasonOf, systemReason, TrackingError } from "../../errors.js";
import { own } from "../../own.js";

const notAFile = "Remove it, or replace it with the file.";

/** What a store says and advises by the system's code; `text` where that means something else for a file of its own. */
const reasons: Readonly<Record<string, { code: ErrorCode; text?: string; hint: string }>> = {
  ENOSPC: {
    code: "RESOURCE_EXHAUSTED",
    hint: "Earlier data is intact. Free some space and log again.",
  },
  EDQUOT: {
    code: "RESOURCE_EXHAUSTED",
    hint: "Earlier data is intact. Free some space and log again.",
  },
  EMFILE: {
    code: "RESOURCE_EXHAUSTED",
    hint: "Close some, or raise `ulimit -n`.",
  },
  ENFILE: {
    code: "RESOURCE_EXHAUSTED",
    hint: "Close some programs and log again.",
  },
  EACCES: {
    code: "PERMISSION_DENIED",
    hint: "Choose a store that you can write to, with setTrackingUri.",
  },
  EPERM: {
    code: "PERMISSION_DENIED",
    hint: "Choose a store that you can write to, with setTrackingUri.",
  },
  EROFS: {
    code: "PERMISSION_DENIED",
    hint: "Choose a store that you can write to, with setTrackingUri.",
  },
  // What stands there instead of a file: `storeDisk` says so before, unless it came this moment.
  ELOOP: { code: "PERMISSION_DENIED", text: "a symbolic link is in its place", hint: notAFile },
  ENXIO: { code: "INVALID_STATE", text: "a named pipe or a socket is in its place", hint: notAFile },
  EISDIR: { code: "INVALID_STATE", text: "a folder is in its place", hint: notAFile },
  EIO: { code: "INTERNAL_ERROR", hint: "Copy the store to another disk." },
};

/** A failure of the file system as a person can use it. */
export function diskError(what: string, path: string, cause: unknown): TrackingError {
  if (cause instanceof TrackingError) return cause;
  const { code = "" } = cause as NodeJS.ErrnoException;
  const reason = own(reasons, code);
  return new TrackingError(
    reason?.code ?? "INTERNAL_ERROR",
    `Cannot ${what} '${path}': ${reason?.text ?? (reason && systemReason(code)) ?? reasonOf(cause)}.`,
    {
      ...(reason === undefined ? {} : { hint: reason.hint }),
      cause,
    },
  );
}

/** An append that failed halfway, as on a disk that fills up. */
export class AppendError extends TrackingError {
  /** Bytes that stand in the file. */
  readonly written: number;

  constructor({ code, message, hint, cause }: TrackingError, written: number) {
    super(code, message, { ...(hint === undefined ? {} : { hint }), cause });
    this.written = written;
  }
}

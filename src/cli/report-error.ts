import { errorStatus, RunlabError } from "../errors.js";
import type { CliIo } from "./command.js";

/**
 * The command line's edge of an error: what happened and the way out, on stderr.
 * An error that nobody threw on purpose keeps its stack, since it is a defect to be reported.
 * @returns the exit code
 */
export function reportError(error: unknown, io: Pick<CliIo, "note">): number {
  if (error instanceof RunlabError) {
    io.note(`runlab: ${error.message}`);
    if (error.hint) io.note(`  ${error.hint}`);
    return errorStatus[error.code].exit;
  }
  const code = systemErrorCode(error);
  if (code !== undefined && error instanceof Error) {
    io.note(`runlab: ${error.message}`);
    return code === "EACCES" || code === "EPERM" ? errorStatus.PERMISSION_DENIED.exit : errorStatus.INTERNAL_ERROR.exit;
  }
  io.note(`runlab: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  io.note("  This is a bug in runlab. Please report it with the lines above.");
  return errorStatus.INTERNAL_ERROR.exit;
}

/** "ENOENT" and its kin: a fact about the machine, whose message names the file. */
function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

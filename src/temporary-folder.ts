import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { RunlabError, reasonOf } from "./errors.js";

/** Where else temporary files may go, in the order tried. @see Filesystem Hierarchy Standard 3.0, 3.18 and 5.15 */
const fallbacks = process.platform === "win32" ? [] : ["/tmp", "/var/tmp"];

export interface TemporaryFolder {
  /** Absolute. The caller removes it. */
  readonly path: string;
  /** Why it is not where the environment wants it; absent when it is. */
  readonly problem?: string;
}

/**
 * Makes a folder for temporary files, which only this user may enter. TMPDIR may name a folder that is not there (a job's
 * scratch folder that has been removed), is a file, or may not be written to: then another one serves.
 * @param prefix - of its name, "runlab-kernel-" for one
 * @throws {RunlabError} INVALID_STATE when no folder takes one
 */
export function temporaryFolder(prefix: string): TemporaryFolder {
  const wanted = resolve(tmpdir());
  const causes: unknown[] = [];
  for (const folder of new Set([wanted, ...fallbacks])) {
    try {
      const path = mkdtempSync(join(folder, prefix));
      return causes.length === 0 ? { path } : { path, problem: `${problem(wanted, causes[0])}, so ${folder} is used` };
    } catch (error) {
      causes.push(error);
    }
  }
  throw new RunlabError("INVALID_STATE", `${problem(wanted, causes[0])}.`, {
    hint: "Set TMPDIR to a folder that exists and that you may write to.",
    cause: causes[0],
  });
}

function problem(folder: string, cause: unknown): string {
  return `No temporary folder can be made in '${folder}' (${reasonOf(cause)})`;
}

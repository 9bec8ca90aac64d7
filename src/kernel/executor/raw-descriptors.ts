import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type RunlabError, reasonOf } from "../../errors.js";
import { type TemporaryFolder, temporaryFolder } from "../../temporary-folder.js";
import type { StreamName } from "../messages.js";

export interface RawDescriptors {
  /** Reading ends of what is written to descriptors 1 and 2; absent where there are no FIFOs. */
  rawOutput?: Record<StreamName, number>;
  /** Where stderr went before. */
  logDescriptor?: number;
  /** What the user should know: the temporary folder that is wanted cannot be used, or output of child processes is not shown. */
  notice?: string;
}

/**
 * Makes file descriptors 1 and 2 the writing ends of pipes that the wire worker reads, so that child processes and
 * native code print into the notebook. Node has no `dup2`; but `open` returns the lowest free number, so closing 1
 * and opening a FIFO puts the FIFO there. Must run before any other thread is started, which could take the number.
 * Descriptor 0 becomes /dev/null: a child process must not wait for the front end's terminal.
 */
export function redirectRawDescriptors(): RawDescriptors {
  const logDescriptor = openAgain("/dev/fd/2");
  const log = logDescriptor === undefined ? {} : { logDescriptor };
  if (process.platform === "win32") return log;
  return { ...log, ...rawPipes() };
}

function rawPipes(): RawDescriptors {
  const made: { folder?: TemporaryFolder } = {};
  try {
    made.folder = temporaryFolder("runlab-kernel-");
    const { path: folder, problem } = made.folder;
    const paths = { stdout: join(folder, "stdout"), stderr: join(folder, "stderr") };
    execFileSync("mkfifo", ["-m", "600", paths.stdout, paths.stderr], { stdio: "ignore" });
    const rawOutput = { stdout: openToRead(paths.stdout), stderr: openToRead(paths.stderr) };
    replace(0, "/dev/null", constants.O_RDONLY);
    replace(1, paths.stdout, constants.O_RDWR);
    replace(2, paths.stderr, constants.O_RDWR);
    if (problem === undefined) return { rawOutput };
    return { rawOutput, notice: `${problem}. Set TMPDIR to a folder that exists and that you may write to.` };
  } catch (error) {
    // No mkfifo, or no folder that takes one.
    const why = reasonOf(error);
    return { notice: `What child processes print is not shown: ${why.replace(/\.?$/, ".")} ${wayOut(error)}` };
  } finally {
    if (made.folder) rmSync(made.folder.path, { recursive: true, force: true });
    // Node's realpath mistakes the kind of the file that was looked at last for that of a folder it knows, and stops at a
    // FIFO: packages behind links (pnpm's, a linked node_modules) would then be loaded under their links' names. @see
    // lib/fs.js, realpathSync, `statValues`
    statSync("/");
  }
}

function wayOut(error: unknown): string {
  const { hint } = error as Partial<RunlabError>;
  if (hint !== undefined) return hint;
  return "The kernel needs mkfifo (coreutils) in its PATH, and a temporary folder (TMPDIR) that takes named pipes.";
}

function openToRead(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

function replace(descriptor: number, path: string, flags: number): void {
  closeSync(descriptor);
  openSync(path, flags);
}

/** A second descriptor of the same file or pipe; a socket cannot be opened again. */
function openAgain(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_APPEND);
  } catch {
    return undefined;
  }
}

import { spawn } from "node:child_process";
import { MagicError, reasonOf } from "../../errors.js";
import type { MagicContext } from "../magic.js";

/** ms that an interrupted command has to end by itself before it is killed. */
const grace = 2000;
/** ms to wait for the last output of a command that ended; a process it left in the background may hold the pipe forever. */
const lingering = 250;

export interface CommandOptions {
  /** What the user called it, for errors: `%sh`. */
  name: string;
  /** Given to the shell on its standard input instead of a command. */
  script?: string;
  /** Keeps standard output for the result instead of showing it. */
  quiet?: boolean;
}

/**
 * Runs a command in the shell (`/bin/sh`, on Windows `cmd`), shows its output as it comes, and ends it when the cell
 * is interrupted. It gets no input from the notebook.
 * @returns the lines of standard output when `quiet`, else none
 * @throws {MagicError} when it can't start, ends with another code than 0, or is interrupted
 */
export async function runCommand(command: string, options: CommandOptions, context: MagicContext): Promise<string[]> {
  const { output, cell } = context;
  cell.signal.throwIfAborted();
  const posix = process.platform !== "win32";
  // A group of its own, so that an interrupt reaches what the shell has started.
  const child = spawn(command, { shell: true, detached: posix, stdio: ["pipe", "pipe", "pipe"], windowsHide: true });
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (posix && child.pid !== undefined) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // It has ended meanwhile.
    }
  };
  const killAll = () => kill("SIGKILL");
  process.once("exit", killAll);

  let kept = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (options.quiet) kept += text;
    else output.stream("stdout", text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => output.stream("stderr", text));
  // A command that does not read its input closes the pipe early.
  child.stdin.on("error", () => undefined).end(options.script ?? "");

  const timers: NodeJS.Timeout[] = [];
  const interrupt = (): void => {
    kill("SIGINT");
    timers.push(setTimeout(killAll, grace));
  };
  cell.signal.addEventListener("abort", interrupt, { once: true });
  try {
    const end = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      child.once("error", (cause) => {
        reject(
          new MagicError("INVALID_STATE", `${options.name} could not start a shell: ${reasonOf(cause)}.`, { cause }),
        );
      });
      child.once("close", (code, signal) => {
        process.off("exit", killAll);
        resolve({ code, signal });
      });
      child.once("exit", (code, signal) => timers.push(setTimeout(() => resolve({ code, signal }), lingering)));
    });
    if (cell.signal.aborted) throw new MagicError("CANCELLED", `${options.name} was interrupted.`);
    if (end.code !== 0) throw failure(command, options, end);
    return kept === "" ? [] : kept.replace(/\r?\n$/, "").split(/\r?\n/);
  } finally {
    cell.signal.removeEventListener("abort", interrupt);
    for (const timer of timers) clearTimeout(timer);
  }
}

function failure(
  command: string,
  options: CommandOptions,
  { code, signal }: { code: number | null; signal: NodeJS.Signals | null },
): MagicError {
  const what = options.script === undefined ? `Command '${command}'` : `The script of ${options.name}`;
  const fact = signal === null ? `returned non-zero exit status ${code}` : `died with ${signal}`;
  return new MagicError("INVALID_STATE", `${what} ${fact}.`, {
    hint:
      options.script === undefined
        ? `See its output above. To continue anyway: %sh ${command} || true`
        : "See its output above.",
  });
}

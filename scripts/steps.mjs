// Running other programs with progress: what the scripts beside this file share. Node built-ins only.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** An error whose message is for the person who runs the script: printed without a stack. */
export class StepError extends Error {
  /** @param {string} message what happened @param {string} [hint] the way out */
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/**
 * Runs a script's main function; a StepError ends it with its message and hint, exit code 1.
 * @param {() => Promise<void>} main
 */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(`\n${error.message}`);
    if (error.hint) console.error(`  ${error.hint}`);
    process.exitCode = 1;
  }
}

/** Steps that go on; the first of them has the terminal's last line. */
const active = new Set();

/**
 * One long step: says its title, a sign of life while it lasts, and how long it took.
 * On a terminal the sign is the last line the step said; elsewhere a line every 10 s. Steps may go on at the same time.
 * @template T
 * @param {string} title
 * @param {(progress: (line: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const terminal = process.stdout.isTTY === true && !process.env.CI;
  let last = "";
  let shown = 0;
  active.add(work);
  const show = () => {
    if (terminal && !isFirst(work)) return;
    const width = terminal ? (process.stdout.columns ?? 80) - 1 : 120;
    const line = `… ${title} (${seconds()}) ${last}`.trimEnd().slice(0, width);
    if (terminal) process.stdout.write(`\r\x1b[K${line}`);
    else if (performance.now() - shown > 10_000) {
      shown = performance.now();
      console.log(line);
    }
  };
  show();
  const timer = setInterval(show, terminal ? 100 : 1000);
  const clear = () => {
    clearInterval(timer);
    active.delete(work);
    if (terminal) process.stdout.write("\r\x1b[K");
  };
  try {
    const result = await work((line) => {
      if (line.trim() !== "") last = line.trim();
    });
    clear();
    console.log(`✓ ${title} (${seconds()})`);
    return result;
  } catch (error) {
    clear();
    console.log(`✗ ${title} (${seconds()})`);
    throw error;
  }
}

function isFirst(work) {
  const [first] = active;
  return first === work;
}

/**
 * Runs a program and waits for it. Its output goes to `onLine` and to a log under `build/logs/`; a failure shows the log's end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, onLine?: (line: string) => void, attempts?: number, log?: string }} [options]
 *   `attempts`: how often a failing program is tried (network), with a pause of 2, 4, ... seconds
 * @returns {Promise<string>} everything that it wrote
 * @throws {StepError} when it cannot be started or ends with another code than 0
 */
export async function run(command, args, options = {}) {
  const attempts = options.attempts ?? 1;
  for (let attempt = 1; ; attempt++) {
    const result = await runOnce(command, args, options);
    if (result.code === 0) return result.output;
    const shown = [command, ...args]
      .map((word) => word.replace(root + sep, ""))
      .join(" ")
      .slice(0, 200);
    if (attempt >= attempts) {
      const tail = result.output.trimEnd().split("\n").slice(-30).join("\n");
      const how = result.signal ? `was ended by ${result.signal}` : `ended with code ${result.code}`;
      throw new StepError(`${shown}\n${how}. The end of what it said:\n\n${tail}`, `All of it: ${result.log}`);
    }
    options.onLine?.(`attempt ${attempt} failed, trying again`);
    await new Promise((resolve) => setTimeout(resolve, 2000 * attempt));
  }
}

/** Runs a program with this terminal's input and output. @returns {Promise<number>} its exit code */
export function runHere(command, args, { cwd = root, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: "inherit" });
    // Ctrl-C reaches the child too (same terminal); this process waits for it to end by itself.
    const ignore = () => undefined;
    process.on("SIGINT", ignore);
    child.on("error", (error) => reject(new StepError(`Cannot start ${command}: ${error.message}`)));
    child.on("exit", (code, signal) => {
      process.off("SIGINT", ignore);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

/**
 * Runs a program once, whatever comes of it. Its output goes to `onLine` and to a log under `build/logs/`.
 * @returns {Promise<{ code: number | null, signal: string | null, output: string, log: string }>}
 */
export function runOnce(command, args, { cwd = root, env = {}, onLine, log = "steps" }) {
  const logFile = join(root, "build", "logs", `${log}.log`);
  mkdirSync(dirname(logFile), { recursive: true });
  const file = createWriteStream(logFile, { flags: "a" });
  file.write(`\n$ ${command} ${args.join(" ")}\n`);
  return new Promise((resolve) => {
    let output = "";
    let rest = "";
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const take = (chunk) => {
      const text = chunk.toString();
      output += text;
      file.write(text);
      const lines = (rest + text).split(/\r?\n|\r/);
      rest = lines.pop() ?? "";
      for (const line of lines) onLine?.(line);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const finish = (code, signal) => {
      if (rest) onLine?.(rest);
      file.end(() => resolve({ code, signal, output, log: relative(root, logFile) }));
    };
    child.on("error", (error) => {
      output += `Cannot start ${command}: ${error.message}\n`;
      finish(127, null);
    });
    child.on("close", finish);
  });
}

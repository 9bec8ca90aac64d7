import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ModelError } from "../../errors.js";

/** ms that a server has to load its model and listen; a large one takes its time. */
const startLimit = 120_000;
/** ms that it has to end its open requests before it is killed. */
const stopLimit = 12_000;

export interface ServeRequest {
  uri: string;
  /** Default: 5002, or the next free one. */
  port?: number | undefined;
  /** The store in which the URI is looked up. */
  trackingUri: string;
}

/** A model that is served by a process of its own. */
export interface ServedModel {
  uri: string;
  /** E.g. "http://127.0.0.1:5002". */
  url: string;
  port: number;
  pid: number;
  startedAt: Date;
}

interface Running extends ServedModel {
  child: ChildProcess;
  /** Descriptor of the file that its standard error goes to. */
  log: number;
}

/**
 * Servers beside a notebook. Each is a process of its own, so that a busy cell does not keep it from answering, and holds
 * the other end of its standard input: when this process ends, however it ends, so do they.
 */
export class BackgroundServers {
  readonly #running = new Map<number, Running>();

  /** @param command - starts `runlab`: a program and its first arguments */
  constructor(private readonly command: readonly string[]) {}

  /** @throws {ModelError} with what the server said when it does not come up */
  async start({ uri, port, trackingUri }: ServeRequest, signal?: AbortSignal): Promise<ServedModel> {
    signal?.throwIfAborted();
    const [program = process.execPath, ...args] = this.command;
    // A pipe would fill up, and stop the server, while a cell keeps this process from reading it.
    const log = openLog();
    const options = ["--model-uri", uri, "--tracking-uri", trackingUri, "--json", "--access-log", "errors"];
    const child = spawn(
      program,
      [
        ...args,
        "models",
        "serve",
        ...options,
        "--until-stdin-ends",
        ...(port === undefined ? [] : ["--port", `${port}`]),
      ],
      // In a group of its own: Ctrl-C in `jupyter console` signals the whole group of the notebook.
      { stdio: ["pipe", "pipe", log], detached: process.platform !== "win32", windowsHide: true },
    );
    child.stdin?.on("error", () => undefined);
    const ready = await firstLine(child, signal).catch((cause: unknown) => {
      child.kill("SIGKILL");
      closeSync(log);
      throw cause;
    });
    if (ready === undefined) {
      const said = lastLines(log);
      closeSync(log);
      throw new ModelError("INVALID_STATE", `The server of '${uri}' did not start:\n${said}`);
    }
    const served = { uri, ...(JSON.parse(ready) as { url: string; port: number; pid: number }), startedAt: new Date() };
    this.#running.set(served.port, { ...served, child, log });
    child.once("exit", () => {
      this.#running.delete(served.port);
      closeSync(log);
    });
    return served;
  }

  /** Those that run, by port. */
  list(): ServedModel[] {
    return [...this.#running.values()]
      .map(({ child: _child, log: _log, ...served }) => served)
      .sort((a, b) => a.port - b.port);
  }

  /** The last lines of the logs of those that run, on a port or all: requests that failed, and why the model did. */
  log(port?: number): string {
    const logs = [...this.#running.values()].filter((one) => port === undefined || one.port === port);
    const lines = logs.flatMap(({ log }) => lastLines(log).split("\n"));
    // What was said at the start is no entry.
    return lines.filter((line) => line.startsWith("{")).join("\n");
  }

  /**
   * Lets open requests end, then ends the server on a port, or all of them.
   * @throws {ModelError} RESOURCE_DOES_NOT_EXIST when none is on the port
   */
  async stop(port?: number): Promise<ServedModel[]> {
    const stopped = this.list().filter((one) => port === undefined || one.port === port);
    if (stopped.length === 0 && port !== undefined) {
      const ports = [...this.#running.keys()].join(", ");
      throw new ModelError("RESOURCE_DOES_NOT_EXIST", `No model of this notebook is served on port ${port}.`, {
        hint: ports === "" ? "None is served at all." : `There are servers on ${ports}.`,
      });
    }
    await Promise.all(stopped.map((one) => this.#stop(this.#running.get(one.port)?.child)));
    return stopped;
  }

  async #stop(child: ChildProcess | undefined): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopLimit);
    child.stdin?.end();
    await ended;
    clearTimeout(timer);
  }
}

/** What the server says once it answers; undefined when it ends before. */
async function firstLine(child: ChildProcess, signal: AbortSignal | undefined): Promise<string | undefined> {
  if (child.stdout === null) return undefined;
  const lines = createInterface({ input: child.stdout });
  const limit = AbortSignal.timeout(startLimit);
  const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  // Both are asked for at once: what ends first decides.
  const line = once(lines, "line", { signal: either }).then(([text]) => String(text));
  const exit = once(child, "exit", { signal: either }).then(() => undefined);
  exit.catch(() => undefined);
  try {
    return await Promise.race([line, exit]);
  } finally {
    line.catch(() => undefined);
    lines.close();
    child.stdout.resume();
  }
}

/** A file without a name, so that nothing is left of it, however this process ends. */
function openLog(): number {
  const folder = mkdtempSync(join(tmpdir(), "runlab-serve-"));
  const log = openSync(join(folder, "server.log"), "a+", 0o600);
  rmSync(folder, { recursive: true, force: true });
  return log;
}

/** At most 20 lines and 64 kB. */
function lastLines(log: number): string {
  const { size } = fstatSync(log);
  const tail = Buffer.alloc(Math.min(size, 64 * 1024));
  const length = readSync(log, tail, 0, tail.length, size - tail.length);
  return tail.toString("utf8", 0, length).trimEnd().split("\n").slice(-20).join("\n");
}

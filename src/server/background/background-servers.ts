import { type ChildProcess, spawn } from "node:child_process";
import { on, once } from "node:events";
import { closeSync, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ModelError, reasonOf } from "../../errors.js";
import { temporaryFolder } from "../../temporary-folder.js";

/** ms that a server has to listen, and to load its model before; a large one takes its time. */
const startLimit = 120_000;
/** ms that it has to end its open requests before it is killed. */
const stopLimit = 12_000;

export interface ServeRequest {
  /** What is served: a model's URI, or that of the store whose page it is. */
  uri: string;
  /** The words of the `runlab` command that serves it. */
  command: readonly string[];
  /** This port and no other. Default: the command's own, or the next free one. */
  port?: number | undefined;
  trackingUri: string;
}

/** What a process of its own serves. */
export interface BackgroundServer {
  uri: string;
  /** E.g. "http://127.0.0.1:5002". */
  url: string;
  port: number;
  /** Of the process that serves it now. */
  pid: number;
  startedAt: Date;
  /** How often its process ended by itself and was replaced. */
  restarts: number;
  /** Why no process serves it any more. */
  ended?: string;
}

interface Running extends BackgroundServer {
  command: readonly string[];
  child: ChildProcess;
  /** Descriptor of the file that its output goes to. */
  log: number;
  trackingUri: string;
  /** Aborted by `stop`: an end of its process is no surprise from then on, and no other is started. */
  stopping: AbortController;
  restarting?: Promise<void>;
}

/** What the server's process says once it answers. */
interface Ready {
  url: string;
  port: number;
  pid: number;
}

export interface BackgroundServersOptions {
  /** ms for which a server must have answered to be started again when its process ends by itself. Default 10,000. */
  restartAfter?: number;
  /** More words for the command line of each server. */
  options?: readonly string[];
}

/**
 * Servers beside a notebook. Each is a process of its own, so that a busy cell does not keep it from answering, and holds
 * the other end of its standard input: when this process ends, however it ends, so do they. One whose process ends by itself,
 * by a crash of native code or the end of its memory, is started again on its port.
 */
export class BackgroundServers {
  readonly #running = new Map<number, Running>();
  readonly #restartAfter: number;
  readonly #options: readonly string[];

  readonly #command: readonly string[];

  /** @param command - starts `runlab`: a program and its first arguments */
  constructor(command: readonly string[], { restartAfter = 10_000, options = [] }: BackgroundServersOptions = {}) {
    this.#command = command;
    this.#restartAfter = restartAfter;
    this.#options = options;
  }

  /** @throws {ModelError} with what the server said when it does not come up */
  async start(request: ServeRequest, signal?: AbortSignal): Promise<BackgroundServer> {
    signal?.throwIfAborted();
    const { uri, command, trackingUri } = request;
    // A pipe would fill up, and stop the server, while a cell keeps this process from reading it.
    const log = openLog();
    try {
      const { child, ready } = await this.#spawn(request, log, signal);
      // One that has ended may have had the port.
      this.#forget(ready.port);
      const startedAt = new Date();
      const stopping = new AbortController();
      const running = { uri, command, ...ready, startedAt, restarts: 0, child, log, trackingUri, stopping };
      this.#running.set(ready.port, running);
      this.#watch(running);
      return shown(running);
    } catch (error) {
      closeSync(log);
      throw error;
    }
  }

  async #spawn(
    { uri, command, port, trackingUri }: ServeRequest,
    log: number,
    signal?: AbortSignal,
  ): Promise<{ child: ChildProcess; ready: Ready }> {
    const [program = process.execPath, ...args] = this.#command;
    const said = fstatSync(log).size;
    const options = ["--tracking-uri", trackingUri, "--access-log", "errors", "--until-stdin-ends"];
    const child = spawn(
      program,
      [...args, ...command, ...options, ...(port === undefined ? [] : ["--port", `${port}`]), ...this.#options],
      // In a group of its own: Ctrl-C in `jupyter console` signals the whole group of the notebook.
      { stdio: ["pipe", log, log, "ipc"], detached: process.platform !== "win32", windowsHide: true },
    );
    child.stdin?.on("error", () => undefined);
    const ready = await readiness(child, signal).catch((cause: unknown) => {
      child.kill("SIGKILL");
      throw cause;
    });
    if (ready !== undefined) return { child, ready };
    throw new ModelError("INVALID_STATE", `The server of '${uri}' did not start:\n${lastLines(log, said)}`);
  }

  /** Starts a server again whose process ends by itself, unless it has hardly lived. */
  #watch(running: Running): void {
    const begun = performance.now();
    running.child.once("exit", (code, signal) => {
      if (running.stopping.signal.aborted) return;
      running.ended =
        signal === null ? `its process ended with exit code ${code}` : `its process was ended by ${signal}`;
      if (performance.now() - begun >= this.#restartAfter) running.restarting = this.#restart(running);
    });
  }

  async #restart(running: Running): Promise<void> {
    try {
      const { child, ready } = await this.#spawn(running, running.log, running.stopping.signal);
      Object.assign(running, { child, pid: ready.pid, restarts: running.restarts + 1, ended: undefined });
      this.#watch(running);
    } catch (error) {
      const why = reasonOf(error);
      running.ended = `${running.ended}, and it could not be started again: ${why}`;
    }
  }

  #forget(port: number): void {
    const known = this.#running.get(port);
    if (known === undefined) return;
    closeSync(known.log);
    this.#running.delete(port);
  }

  /** Those that were started and not stopped, by port; also those whose process has ended. */
  list(): BackgroundServer[] {
    return [...this.#running.values()].map(shown).sort((a, b) => a.port - b.port);
  }

  /** The last lines of their logs, on a port or all: requests that failed, and why the model did. */
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
  async stop(port?: number): Promise<BackgroundServer[]> {
    const stopped = [...this.#running.values()].filter((one) => port === undefined || one.port === port);
    if (stopped.length === 0 && port !== undefined) {
      const ports = [...this.#running.keys()].join(", ");
      throw new ModelError("RESOURCE_DOES_NOT_EXIST", `This notebook serves no model on port ${port}.`, {
        hint: ports === "" ? "It serves no models at all." : `Its servers use ${ports}.`,
      });
    }
    const ended = stopped.map(shown);
    await Promise.all(stopped.map((one) => this.#stop(one)));
    return ended.sort((a, b) => a.port - b.port);
  }

  async #stop(running: Running): Promise<void> {
    running.stopping.abort();
    await running.restarting;
    const { child } = running;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      const timer = setTimeout(() => child.kill("SIGKILL"), stopLimit);
      child.stdin?.end();
      await ended;
      clearTimeout(timer);
    }
    if (this.#running.get(running.port) === running) this.#forget(running.port);
  }
}

function shown({ uri, url, port, pid, startedAt, restarts, ended }: Running): BackgroundServer {
  return { uri, url, port, pid, startedAt, restarts, ...(ended === undefined ? {} : { ended }) };
}

/** What the server says once it answers; undefined when it ends before. */
async function readiness(child: ChildProcess, signal: AbortSignal | undefined): Promise<Ready | undefined> {
  const limit = AbortSignal.timeout(startLimit);
  const done = new AbortController();
  const either = AbortSignal.any([limit, done.signal, ...(signal === undefined ? [] : [signal])]);
  // Both are asked for at once: what ends first decides. A model's own messages are not the one.
  const said = (async () => {
    for await (const [message] of on(child, "message", { signal: either })) {
      if (isReady(message)) return message;
    }
    return undefined;
  })();
  const exit = once(child, "exit", { signal: either }).then(() => undefined);
  try {
    return await Promise.race([said, exit]);
  } finally {
    const ignore = () => undefined;
    said.catch(ignore);
    exit.catch(ignore);
    done.abort();
    if (child.connected) child.disconnect();
  }
}

function isReady(message: unknown): message is Ready {
  if (typeof message !== "object" || message === null) return false;
  const { url, port, pid } = message as Partial<Ready>;
  return typeof url === "string" && typeof port === "number" && typeof pid === "number";
}

/** A file without a name, so that nothing is left of it, however this process ends. */
function openLog(): number {
  const { path: folder } = temporaryFolder("runlab-serve-");
  const log = openSync(join(folder, "server.log"), "a+", 0o600);
  rmSync(folder, { recursive: true, force: true });
  return log;
}

/** At most 20 lines and 64 kB. @param from - a byte of the file */
function lastLines(log: number, from = 0): string {
  const { size } = fstatSync(log);
  const tail = Buffer.alloc(Math.min(size - from, 64 * 1024));
  const length = readSync(log, tail, 0, tail.length, size - tail.length);
  return tail.toString("utf8", 0, length).trimEnd().split("\n").slice(-20).join("\n");
}

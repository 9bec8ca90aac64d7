import { fork } from "node:child_process";
import { reasonOf } from "../../errors.js";
import type { DropRequest, EngineMessage, EngineRequest } from "../engine/protocol.js";
import type { EngineLaunch } from "../messages.js";

/** A running engine process. */
export interface EngineProcess {
  /** @param failed - called when the request could not be handed over */
  send(request: EngineRequest | DropRequest, failed: (error: Error) => void): void;
  kill(): void;
}

export interface EngineProcessEvents {
  message(message: EngineMessage): void;
  /** What the process writes to its stdout and stderr. */
  said(text: string): void;
  /** Called once; nothing comes after it. */
  ended(reason: string): void;
}

/** Starts an engine process. @param execArgv - Node's own flags */
export function forkEngine({ entry, args }: EngineLaunch, execArgv: string[], on: EngineProcessEvents): EngineProcess {
  const child = fork(entry, args, {
    execArgv,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced",
    env: engineEnvironment(process.env),
  });
  child.on("message", (message) => on.message(message as EngineMessage));
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", on.said);
  child.on("error", (error) => on.ended(reasonOf(error)));
  child.on("exit", (code, signal) => on.ended(signal ? `signal ${signal}` : `exit code ${code}`));
  return {
    send: (request, failed) =>
      void child.send(request, (error: Error | null) => {
        if (error) failed(error);
      }),
    kill: () => void child.kill("SIGKILL"),
  };
}

/**
 * Environment of the engine process: what its own memory and start depend on, beside what it inherits.
 *
 * - `MALLOC_ARENA_MAX`: V8 optimizes TypeScript on several threads, and glibc gives each an arena that never shrinks:
 *   after some 600 cells the process stood at 380 MB instead of 250 MB (measured).
 * - `GLIBC_TUNABLES`: Node reads a startup snapshot of 44 MB into two buffers; in pages of 4 kB that took 60 ms of the
 *   start (measured), in huge ones it takes next to nothing.
 * - `NODE_EXTRA_CA_CERTS`: read at every start, 30 ms for a system's whole list; the engine opens no connection.
 *
 * Another libc ignores the first two.
 */
export function engineEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _unused, GLIBC_TUNABLES: tunables, ...inherited } = own;
  const hugePages = "glibc.malloc.hugetlb=1";
  return {
    ...inherited,
    MALLOC_ARENA_MAX: "1",
    GLIBC_TUNABLES: tunables ? `${tunables}:${hugePages}` : hugePages,
  };
}

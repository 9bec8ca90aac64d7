import { fork } from "node:child_process";
import type { EngineMessage, EngineRequest } from "../engine/protocol.js";
import type { EngineLaunch } from "../messages.js";
import { engineEnvironment } from "./engine-environment.js";

/** A running engine process. */
export interface EngineProcess {
  /** @param failed - called when the request could not be handed over */
  send(request: EngineRequest, failed: (error: Error) => void): void;
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
  child.on("error", (error) => on.ended(error.message));
  child.on("exit", (code, signal) => on.ended(signal ? `signal ${signal}` : `exit code ${code}`));
  return {
    send: (request, failed) =>
      void child.send(request, (error: Error | null) => {
        if (error) failed(error);
      }),
    kill: () => void child.kill("SIGKILL"),
  };
}

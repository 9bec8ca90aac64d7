import { fork } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import { readFrames, writeFrame } from "../engine/frames.js";
import type { EngineMessage, EngineRequest } from "../engine/protocol.js";
import type { EngineLaunch } from "../messages.js";
import { engineEnvironment } from "./engine-environment.js";

/** Milliseconds. */
const wordFromMain = 100;

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

/** @param reason - as the main thread saw it end */
export interface AdoptedEngine extends EngineProcess {
  lost(reason: string): void;
}

/**
 * Takes over the engine process that the main thread starts: listens at `address`, a socket in a folder of its own, until
 * the process connects.
 */
export function adoptEngine(address: string, on: EngineProcessEvents): AdoptedEngine {
  const open: { socket?: Socket; pid?: number; over: boolean } = { over: false };
  const unsent: Array<[EngineRequest, (error: Error) => void]> = [];
  const write = (socket: Socket, request: EngineRequest, failed: (error: Error) => void) =>
    writeFrame(socket, request, (error) => {
      if (error) failed(error);
    });
  const end = (reason: string) => {
    if (open.over) return;
    open.over = true;
    stopListening();
    open.socket?.destroy();
    on.ended(reason);
  };
  const stopListening = () => {
    server.close();
    rmSync(dirname(address), { recursive: true, force: true });
  };
  const server = createServer((socket) => {
    stopListening();
    open.socket = socket;
    readFrames(socket, (frame) => {
      const message = frame as EngineMessage;
      if ("event" in message) open.pid = message.pid;
      on.message(message);
    });
    socket.on("error", (error) => end(error.message));
    // Why it ended, the main thread knows, unless it is busy.
    socket.on("close", () => setTimeout(() => end("it closed its channel"), wordFromMain));
    for (const [request, failed] of unsent) write(socket, request, failed);
  });
  server.on("error", (error) => end(error.message));
  server.listen(address);
  return {
    send: (request, failed) => {
      if (open.socket) write(open.socket, request, failed);
      else unsent.push([request, failed]);
    },
    // One that has not connected yet finds nobody there and ends by itself.
    kill: () => {
      if (!open.over && open.pid !== undefined) killIfThere(open.pid);
      end("it was stopped");
    },
    lost: end,
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended a moment ago.
  }
}

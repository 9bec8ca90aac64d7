import { connect, type Socket } from "node:net";
import { readFrames, writeFrame } from "./frames.js";
import type { EngineMessage, EngineRequest } from "./protocol.js";

/** Names the socket that an engine process is to connect to; one without it has an IPC channel of Node's. */
export const socketVariable = "RUNLAB_ENGINE_SOCKET";

/** Milliseconds in which the kernel must listen: it does before the engine is up, or has ended meanwhile. */
const patience = 5000;

/** An engine process's end of the channel to the wire worker. */
export interface EngineChannel {
  send(message: EngineMessage): void;
  close(): void;
}

/**
 * Opens the channel of this engine process. It ends with the channel, so that no engine outlives its kernel.
 * @param take - gets every request, in order
 */
export function openEngineChannel(take: (request: EngineRequest) => void): EngineChannel {
  const address = process.env[socketVariable];
  return address === undefined ? overIpc(take) : overSocket(address, take);
}

function overIpc(take: (request: EngineRequest) => void): EngineChannel {
  process.on("message", take);
  process.on("disconnect", () => process.exit(0));
  return { send: (message) => void process.send?.(message), close: () => process.disconnect?.() };
}

function overSocket(address: string, take: (request: EngineRequest) => void): EngineChannel {
  const unsent: EngineMessage[] = [];
  const deadline = Date.now() + patience;
  const open: { socket?: Socket } = {};
  const dial = () => {
    const socket = connect(address);
    socket.once("connect", () => {
      open.socket = socket;
      for (const message of unsent) writeFrame(socket, message);
    });
    // Not yet listening, or the kernel is gone.
    socket.on("error", () => undefined);
    socket.once("close", () => {
      if (open.socket === socket || Date.now() > deadline) process.exit(0);
      setTimeout(dial, 2);
    });
    readFrames(socket, (message) => take(message as EngineRequest));
  };
  dial();
  return {
    send: (message) => (open.socket ? writeFrame(open.socket, message) : void unsent.push(message)),
    close: () => open.socket?.end(),
  };
}

import type { DropRequest, EngineMessage, EngineRequest } from "./protocol.js";

/** An engine process's end of the channel to the wire worker. */
export interface EngineChannel {
  send(message: EngineMessage): void;
  close(): void;
}

/**
 * Opens the channel of this engine process, Node's own to the process that forked it. It ends with the channel, so that
 * no engine outlives its kernel.
 * @param take - gets every request, in order
 */
export function openEngineChannel(take: (request: EngineRequest | DropRequest) => void): EngineChannel {
  process.on("message", take);
  process.on("disconnect", () => process.exit(0));
  return { send: (message) => void process.send?.(message), close: () => process.disconnect?.() };
}

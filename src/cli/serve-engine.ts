import type { Engine } from "../kernel/engine/engine.js";
import { EngineHost } from "../kernel/engine/host.js";
import type { EngineMessage, EngineRequest } from "../kernel/engine/protocol.js";
import type { SourceExtension } from "../kernel/extension.js";

/**
 * Makes this process an engine process: it answers requests on its IPC channel, and ends when that closes, so that no
 * engine outlives its kernel. Requests that come before the engine is there wait.
 */
export function serveEngine(open: () => Promise<Engine>, language: SourceExtension): void {
  const waiting: EngineRequest[] = [];
  const hold = (request: EngineRequest): void => void waiting.push(request);
  process.on("message", hold);
  process.on("disconnect", () => process.exit(0));
  // An interrupt is for the cell; it reaches this process too, since both are in the terminal's group.
  process.on("SIGINT", () => undefined);

  const serve = (engine: Engine): void => {
    const send = (message: EngineMessage): void => void process.send?.(message);
    const host = new EngineHost(engine, language, { send });
    const handle = async (request: EngineRequest): Promise<void> => {
      await host.handle(request);
      if (request.op === "close") process.disconnect?.();
    };
    host.start();
    process.off("message", hold);
    process.on("message", (request: EngineRequest) => void handle(request));
    for (const request of waiting) void handle(request);
  };
  open().then(serve, (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
}

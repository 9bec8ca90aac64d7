import type { Engine } from "../kernel/engine/engine.js";
import { openEngineChannel } from "../kernel/engine/engine-channel.js";
import { EngineHost } from "../kernel/engine/host.js";
import type { DropRequest, EngineRequest } from "../kernel/engine/protocol.js";
import type { SourceExtension } from "../kernel/extension.js";

/** Makes this process an engine process. Requests that come before the engine is there wait. */
export function serveEngine(open: () => Promise<Engine>, language: SourceExtension): void {
  const channel = openEngineChannel((request) => void handle(request));
  // An interrupt is for the cell; it reaches this process too, since both are in the terminal's group.
  process.on("SIGINT", () => undefined);
  const host = open().then((engine) => new EngineHost(engine, language, channel));
  const handle = async (request: EngineRequest | DropRequest): Promise<void> => {
    await (await host).handle(request);
    if (request.op === "close") channel.close();
  };
  host.then(
    (ready) => ready.start(),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
}

import { kernelAmbient } from "../kernel/ambient.js";
import type { Engine } from "../kernel/engine/engine.js";
import { EngineHost } from "../kernel/engine/host.js";
import { type DropRequest, type EngineRequest, openEngineChannel } from "../kernel/engine/protocol.js";
import type { SourceExtension } from "../kernel/extension.js";
import { magics } from "../magics/registry.js";
import { magicSourceExtension } from "../magics/source-extension.js";
import { type OpenSession, StoreNames } from "./store-names.js";

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

/**
 * What cells may contain beyond TypeScript: the magics, and the names that the kernel gives every cell.
 * @param openSession - for the names that completion proposes
 */
export function cellLanguage(openSession: OpenSession): SourceExtension {
  const store = new StoreNames(openSession);
  const extension = magicSourceExtension(magics, store.names, (uri) => store.useStore(uri));
  return {
    ...extension,
    cellComes: () => store.cellRuns(),
    ambient: `${kernelAmbient}${extension.ambient}`,
    typedCalls: [...(extension.typedCalls ?? []), "signatureOf"],
  };
}

/**
 * The engine process: `engine-main.js [hub|tslab]`, started in the notebook's folder with an IPC channel. It ends when
 * the channel closes, so that no engine outlives its kernel. No top-level await here: a startup snapshot loads this
 * file by `require`.
 */
import type { Engine } from "../kernel/engine/engine.js";
import { EngineHost } from "../kernel/engine/host.js";
import { HubEngine } from "../kernel/engine/hub/hub-engine.js";
import { warmState } from "../kernel/engine/hub/warm-state.js";
import type { EngineMessage, EngineRequest } from "../kernel/engine/protocol.js";
import type { SourceExtension } from "../kernel/extension.js";
import { cellLanguage } from "./cell-language.js";
import { prepareFastStart } from "./fast-start.js";

/** Milliseconds after the start in which the first cells have the machine for themselves. */
const quietTime = 20_000;

const extension = cellLanguage();
const waiting: EngineRequest[] = [];
const hold = (request: EngineRequest): void => void waiting.push(request);
process.on("message", hold);
process.on("disconnect", () => process.exit(0));
// An interrupt is for the cell; it reaches this process too, since both are in the terminal's group.
process.on("SIGINT", () => undefined);

createEngine(process.argv[2] ?? "hub", extension).then(serve, (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});

function serve(engine: Engine): void {
  const send = (message: EngineMessage): void => void process.send?.(message);
  const host = new EngineHost(engine, extension, { send });
  const handle = async (request: EngineRequest): Promise<void> => {
    await host.handle(request);
    if (request.op === "close") process.disconnect?.();
  };
  host.start();
  process.off("message", hold);
  process.on("message", (request: EngineRequest) => void handle(request));
  for (const request of waiting) void handle(request);
  if (engine instanceof HubEngine && warmState() === undefined) setTimeout(prepareNextStart, quietTime).unref();
}

/** `runlab install` makes the snapshot; after an update of Node the first kernel does, in the background. */
function prepareNextStart(): void {
  // The engine works without; `runlab doctor` says why there is none.
  prepareFastStart().catch(() => undefined);
}

async function createEngine(name: string, { ambient, typedCalls }: SourceExtension): Promise<Engine> {
  const options = { cwd: process.cwd(), ambient };
  if (name !== "tslab") return new HubEngine({ ...options, typedCalls });
  const { TslabEngine } = await import("../kernel/engine/tslab/tslab-engine.js");
  return new TslabEngine(options);
}

/** The engine process without a startup snapshot: `engine-main.js [hub|tslab]`, started in the notebook's folder. */

import { prepareFastStart } from "../cli/fast-start.js";
import type { Engine } from "../kernel/engine/engine.js";
import { HubEngine } from "../kernel/engine/hub/hub-engine.js";
import type { SourceExtension } from "../kernel/extension.js";
import { cellLanguage, serveEngine } from "./serve-engine.js";

/** Milliseconds after the start in which the first cells have the machine for themselves. */
const quietTime = 20_000;

const name = process.argv[2] ?? "hub";
const language = cellLanguage(async () => (await import("../stores/shared-session.js")).sharedSession());
serveEngine(() => createEngine(name, language), language);
// `runlab install` makes the snapshot; after an update of Node the first kernel does, in the background.
// The engine works without; `runlab doctor` says why there is none.
if (name !== "tslab") setTimeout(() => prepareFastStart().catch(() => undefined), quietTime).unref();

async function createEngine(name: string, { ambient, typedCalls }: SourceExtension): Promise<Engine> {
  const options = { cwd: process.cwd(), ambient };
  if (name !== "tslab") return new HubEngine({ ...options, typedCalls });
  const { TslabEngine } = await import("../kernel/engine/tslab/tslab-engine.js");
  return new TslabEngine(options);
}

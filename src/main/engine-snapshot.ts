/**
 * What `node --build-snapshot` runs, as one CommonJS file in which only built-in modules can be required; and, in the
 * process that is started from the snapshot, the engine process.
 */
import "../kernel/engine/snapshot/load-typescript.js";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { startupSnapshot } from "node:v8";
import { WarmEngine } from "../kernel/engine/snapshot/warm-engine.js";
import type { TrackingSession } from "../tracking/session.js";
import { cellLanguage, serveEngine } from "./serve-engine.js";

const sessionModule = fileURLToPath(new URL("../stores/shared-session.js", import.meta.url));

// A snapshot's code cannot `import()`.
const language = cellLanguage(async () => {
  const { sharedSession } = createRequire(sessionModule)(sessionModule) as { sharedSession(): TrackingSession };
  return sharedSession();
});
const engine = new WarmEngine({ ambient: language.ambient, typedCalls: language.typedCalls });
startupSnapshot.setDeserializeMainFunction(() => serveEngine(async () => engine.at(process.cwd()), language));

import { fileURLToPath } from "node:url";

/** What the engine's startup snapshot is made of; part of the bundle, whichever copy of this module asks. */
export const fastStartScript = fileURLToPath(new URL("../../bundle/engine-snapshot.cjs", import.meta.url));

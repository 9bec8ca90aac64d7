import { createRequire } from "node:module";
import type TypeScript from "typescript";

/** Where a V8 startup snapshot leaves the TypeScript it has loaded; a second copy would cost 400 ms and 100 MB. */
const preloaded: unknown = Reflect.get(globalThis, Symbol.for("runlab.typescript"));

/** The one TypeScript of this process: the snapshot's, else the package's own dependency. */
export const ts: typeof TypeScript = (preloaded ?? createRequire(import.meta.url)("typescript")) as typeof TypeScript;

export type { TypeScript };

import { createRequire } from "node:module";
import type TypeScript from "typescript";
import { preloadedKey } from "./typescript-key.js";

const preloaded: unknown = Reflect.get(globalThis, preloadedKey);

/** The one TypeScript of this process: the snapshot's, else the package's own dependency. */
export const ts: typeof TypeScript = (preloaded ?? createRequire(import.meta.url)("typescript")) as typeof TypeScript;

export type { TypeScript };

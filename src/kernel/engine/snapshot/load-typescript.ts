import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { dependencyFile } from "../../own-package.js";
import { preloadedKey } from "../typescript-key.js";

/**
 * Loads TypeScript in a way that a startup snapshot can hold: without `node:vm` and without a module of Node's around it.
 * The first import of a snapshot's script, since modules that use TypeScript take what is found here.
 */
const file = dependencyFile("typescript", "lib", "typescript.js");
const module = { exports: {} };
// What perf_hooks holds cannot be put in a snapshot; TypeScript does without.
const timeless = (name: string) => (name === "perf_hooks" ? {} : require(name));
const run = new Function("module", "exports", "require", "__filename", "__dirname", sourceOf(file));
run.call(module.exports, module, module.exports, timeless, file, dirname(file));
Reflect.set(globalThis, preloadedKey, module.exports);

function sourceOf(path: string): string {
  return `${readFileSync(path, "utf8")}\n//# sourceURL=${path}`;
}

import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { findPeer, packageOfFile, peerPackage } from "../../peer-package.js";

/** Where a class or function can be imported from again. */
export interface Origin {
  package: string;
  /** Exact. */
  version: string;
  /** Its name there; "default" for what the module itself is. */
  export: string;
}

/**
 * Finds the package that exports a value, by identity: among the CommonJS modules that are loaded, in the package `named`,
 * and in the `ml-*` packages here, which may be ES modules that Node does not list.
 */
export async function originOf(value: unknown, named?: string): Promise<Origin | undefined> {
  if (named !== undefined) return inPackage(value, named);
  const loaded = inLoadedModules(value);
  if (loaded !== undefined) return loaded;
  for (const name of mlPackages()) {
    const found = await inPackage(value, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inLoadedModules(value: unknown): Origin | undefined {
  for (const module of Object.values(createRequire(import.meta.url).cache)) {
    if (module === undefined || !module.filename.includes(`node_modules`)) continue;
    const name = exportName(module.exports, value);
    const owner = name === undefined ? undefined : packageOfFile(module.filename);
    // A file inside a package may export it too; what counts is the package's entry.
    if (name === undefined || owner === undefined || findPeer(owner.name) !== module.filename) continue;
    return { package: owner.name, version: owner.version, export: name };
  }
  return undefined;
}

async function inPackage(value: unknown, name: string): Promise<Origin | undefined> {
  const entry = findPeer(name);
  const owner = entry === undefined ? undefined : packageOfFile(entry);
  if (owner === undefined) return undefined;
  const found = exportName(await peerPackage(name, "This model"), value);
  return found === undefined ? undefined : { package: name, version: owner.version, export: found };
}

/** Undefined also for exports that throw when they are read. */
function exportName(exports: unknown, value: unknown): string | undefined {
  if (exports === value) return "default";
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return undefined;
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
    if ("value" in descriptor && descriptor.value === value) return name;
    if (descriptor.get === undefined) continue;
    try {
      if (Reflect.get(exports, name) === value) return name;
    } catch {
      // A lazy export whose own dependency is missing is not what is looked for.
    }
  }
  return undefined;
}

function mlPackages(): string[] {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    try {
      return readdirSync(join(folder, "node_modules")).filter((name) => name.startsWith("ml-"));
    } catch {
      if (folder === dirname(folder)) return [];
    }
  }
}

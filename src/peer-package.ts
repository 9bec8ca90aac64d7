import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ModelError, type RunlabError } from "./errors.js";

/**
 * Imports a package that is not runlab's own dependency: from the model's folder (`runlab models install` fills it), else
 * from the current one, else from where runlab is.
 * @param why - who needs it, for the error: "An ONNX model"
 * @param Of - the family of the error
 * @throws {RunlabError} INVALID_STATE naming what to install
 */
export async function peerPackage(
  name: string,
  why: string,
  folder?: string,
  Of: typeof RunlabError = ModelError,
): Promise<Record<string, unknown>> {
  const entry = findPeer(name, folder);
  if (entry === undefined) {
    throw new Of("INVALID_STATE", `${why} needs the package '${name}', which is not installed here.`, {
      hint: `Install it: npm i --ignore-scripts ${name} (in a notebook: %npm i --ignore-scripts ${name}).`,
    });
  }
  try {
    const loaded = (await import(pathToFileURL(entry).href)) as Record<string, unknown>;
    return commonExports(loaded);
  } catch (cause) {
    throw new Of("INVALID_STATE", `The package '${name}' cannot be loaded: ${(cause as Error).message}`, {
      hint: `Install it again: npm i --ignore-scripts ${name}.`,
      cause,
    });
  }
}

/** The entry file of a package, or undefined. */
export function findPeer(name: string, folder?: string): string | undefined {
  const importers = [...(folder === undefined ? [] : [join(folder, "model.js")]), join(process.cwd(), "cell.js")];
  for (const from of [...importers, import.meta.url]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not there: the next place.
    }
  }
  return undefined;
}

/** The folder, name and version of the package that a file belongs to. */
export function packageOfFile(file: string): { folder: string; name: string; version: string } | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = readManifest(join(folder, "package.json"));
    // Packages have small ones inside that only say `"type": "module"`.
    if (typeof manifest?.name === "string" && typeof manifest.version === "string") {
      return { folder, name: manifest.name, version: manifest.version };
    }
  }
  return undefined;
}

/** The version of a package as it would be loaded. */
export function peerVersion(name: string): string | undefined {
  const entry = findPeer(name);
  return entry === undefined ? undefined : packageOfFile(entry)?.version;
}

/** The folder of a package as code in `from` would find it, also one that hides its package.json. */
export function packageFolder(name: string, from: string): string | undefined {
  for (const start of [from, process.cwd(), dirname(fileURLToPath(import.meta.url))]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const found = join(folder, "node_modules", name);
      if (existsSync(join(found, "package.json"))) return found;
      if (folder === dirname(folder)) break;
    }
  }
  return undefined;
}

/** The nearest `node_modules` of the current folder, if any. */
export function packagesFolder(): string | undefined {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const found = join(folder, "node_modules");
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The package with its exact version, as a model's requirement; nothing when it is not here. */
export function requirement(name: string): Record<string, string> {
  const version = peerVersion(name);
  return version === undefined ? {} : { [name]: version };
}

function readManifest(path: string): Record<string, unknown> | undefined {
  try {
    return createRequire(path)(path) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Of a CommonJS package, names that Node's lexer did not find are on its default. */
function commonExports(loaded: Record<string, unknown>): Record<string, unknown> {
  const whole = loaded.default;
  const holder = (typeof whole === "object" || typeof whole === "function") && whole !== null;
  return holder ? { ...whole, ...loaded } : loaded;
}

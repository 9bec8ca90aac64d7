import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ModelError } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import { packageFolder, peerVersion } from "../../peer-package.js";

interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  engines?: Record<string, string>;
  bin?: unknown;
  license?: string;
  os?: string[];
  cpu?: string[];
}

/** An entry of a package-lock.json. @see npm docs, package-lock.json, lockfileVersion 3 */
interface LockEntry extends Partial<Omit<Manifest, "name">> {
  integrity?: string;
  optional?: boolean;
}

/**
 * Writes `package.json` with the exact versions of what a model imports, and a `package-lock.json` of these and all that they
 * depend on as it is installed here, so that `npm ci` makes the same folder anywhere. The lock names no registry: npm takes
 * the one it is set to.
 */
export async function writeNodeRequirements(
  folder: string,
  requirements: Readonly<Record<string, string>>,
): Promise<void> {
  const manifest = { name: "runlab-model", version: "1.0.0", private: true, dependencies: requirements };
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const packages: Record<string, LockEntry> = {
    "": { ...{ name: manifest.name }, version: manifest.version, dependencies: { ...requirements } },
  };
  for (const name of Object.keys(requirements)) addPackage(packages, name, "", process.cwd());
  const lock = { name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true, packages };
  await writeFile(join(folder, "package-lock.json"), `${JSON.stringify(lock, null, 2)}\n`);
}

/**
 * The version of each package that a model needs.
 * @param requirements - names with exact versions; or words, each a name (then the version installed here) or `name@version`
 * @throws {ModelError} RESOURCE_DOES_NOT_EXIST for a name that is not installed here
 */
export function exactVersions(
  requirements: readonly string[] | Readonly<Record<string, string>>,
): Record<string, string> {
  if (!Array.isArray(requirements)) return { ...(requirements as Record<string, string>) };
  return Object.fromEntries(
    requirements.map((word: string) => {
      const at = word.lastIndexOf("@");
      if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
      const version = peerVersion(word);
      if (version !== undefined) return [word, version];
      throw new ModelError("RESOURCE_DOES_NOT_EXIST", `The model's requirement '${word}' is not installed here.`, {
        hint: `Install it, or name a version: requirements: ["${word}@1.2.3"].`,
      });
    }),
  );
}

/** Adds a package below `parent` in the tree, or shares the one that is there. */
function addPackage(
  packages: Record<string, LockEntry>,
  name: string,
  parent: string,
  from: string,
  optional = false,
): void {
  const folder = packageFolder(name, from);
  const manifest = folder === undefined ? undefined : readJson<Manifest>(join(folder, "package.json"));
  // An optional one of another system is not here: npm finds it when it is wanted.
  if (folder === undefined || manifest === undefined) return;
  const path = pathFor(packages, name, manifest.version, parent);
  if (Object.hasOwn(packages, path)) {
    if (!optional) delete own(packages, path)?.optional;
    return;
  }
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta, engines, license, os, cpu } =
    manifest;
  const integrity = integrityOf(folder, name);
  setOwn(packages, path, {
    version: manifest.version,
    ...(integrity === undefined ? {} : { integrity }),
    ...(license === undefined ? {} : { license }),
    ...(dependencies && { dependencies }),
    ...(optionalDependencies && { optionalDependencies }),
    ...(peerDependencies && { peerDependencies }),
    ...(peerDependenciesMeta && { peerDependenciesMeta }),
    ...(engines && { engines }),
    ...(os && { os }),
    ...(cpu && { cpu }),
    ...(optional ? { optional: true } : {}),
  });
  for (const dependency of Object.keys(dependencies ?? {})) addPackage(packages, dependency, path, folder, optional);
  for (const dependency of Object.keys(optionalDependencies ?? {}))
    addPackage(packages, dependency, path, folder, true);
  for (const peer of Object.keys(peerDependencies ?? {})) {
    if (!own(peerDependenciesMeta, peer)?.optional) addPackage(packages, peer, path, folder, optional);
  }
}

/** At the top, unless another version of the same name is there: then inside the package that needs it. */
function pathFor(packages: Record<string, LockEntry>, name: string, version: string, parent: string): string {
  const top = `node_modules/${name}`;
  for (let at = parent; ; at = at.includes("/node_modules/") ? at.slice(0, at.lastIndexOf("/node_modules/")) : "") {
    const path = at === "" ? top : `${at}/node_modules/${name}`;
    const there = own(packages, path);
    if (there?.version === version) return path;
    if (there !== undefined) return `${parent}/node_modules/${name}`;
    if (at === "") return top;
  }
}

/** What npm recorded when it installed the package. */
function integrityOf(folder: string, name: string): string | undefined {
  const key = folder.slice(folder.indexOf(`node_modules`)).split("\\").join("/");
  for (let at = dirname(folder); at !== dirname(at); at = dirname(at)) {
    const file = join(at, ".package-lock.json");
    if (!existsSync(file)) continue;
    const hidden = readJson<{ packages?: Record<string, LockEntry> }>(file);
    return (own(hidden?.packages, key) ?? own(hidden?.packages, `node_modules/${name}`))?.integrity;
  }
  return undefined;
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}

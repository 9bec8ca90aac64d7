import { readFile, stat } from "node:fs/promises";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { own } from "../../own.js";

/** Package name to the version found in `node_modules`. */
export type PackageVersions = Record<string, string>;

/**
 * Reads the versions of what a cell can import: the dependencies of the nearest package.json, and what the cell
 * itself imports. Kept until package.json or npm's own list of what is installed changes.
 */
export class PackageReader {
  readonly #declared = new Map<string, Promise<PackageVersions>>();

  async read(cwd: string, source: string): Promise<PackageVersions> {
    const declared = await this.#readDeclared(cwd);
    const imported = importedPackages(source).filter((name) => !Object.hasOwn(declared, name));
    if (imported.length === 0) return declared;
    return sorted({ ...declared, ...(await versionsOf(imported, cwd)) });
  }

  async #readDeclared(cwd: string): Promise<PackageVersions> {
    const folder = await nearestManifest(cwd);
    if (folder === undefined) return {};
    const times = await Promise.all(
      ["package.json", join("node_modules", ".package-lock.json")].map((file) => changed(join(folder, file))),
    );
    const key = `${folder}\0${times.join()}`;
    let versions = this.#declared.get(key);
    if (versions === undefined) {
      versions = readDependencies(folder);
      this.#declared.set(key, versions);
    }
    return versions;
  }
}

/** Version in the package.json that this code, or the dependency `name` of it, came with. */
export async function ownVersion(name?: string): Promise<string | undefined> {
  const here = dirname(fileURLToPath(import.meta.url));
  if (name !== undefined) return own(await versionsOf([name], here), name);
  for (const folder of parents(here)) {
    const manifest = await readManifest(folder);
    if (manifest?.name === "runlab") return text(manifest.version);
  }
  return undefined;
}

/** Names of the packages in the import statements of a text, without `node:` modules and relative files. */
export function importedPackages(source: string): string[] {
  const names = new Set<string>();
  const specifiers = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*(["'])([^"'\n]+)\1/g;
  for (const match of source.matchAll(specifiers)) {
    const name = /^(@[\w.-]+\/[\w.-]+|[\w.-]+)/.exec(match[2] ?? "")?.[1];
    if (name === undefined || name.startsWith(".") || (match[2] ?? "").includes(":")) continue;
    if (!builtinModules.includes(name)) names.add(name);
  }
  return [...names];
}

async function readDependencies(folder: string): Promise<PackageVersions> {
  const manifest = await readManifest(folder);
  const names = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((field) => {
    const value = own(manifest, field);
    return typeof value === "object" && value !== null ? Object.keys(value) : [];
  });
  return sorted(await versionsOf(names, folder));
}

async function versionsOf(names: readonly string[], from: string): Promise<PackageVersions> {
  const found = await Promise.all(
    names.map(async (name): Promise<[string, string] | undefined> => {
      for (const folder of parents(from)) {
        const version = text((await readManifest(join(folder, "node_modules", name)))?.version);
        if (version !== undefined) return [name, version];
      }
      return undefined;
    }),
  );
  return Object.fromEntries(found.filter((entry) => entry !== undefined));
}

async function nearestManifest(cwd: string): Promise<string | undefined> {
  for (const folder of parents(cwd)) if ((await readManifest(folder)) !== undefined) return folder;
  return undefined;
}

/** Undefined for a file that is missing or not a JSON object: provenance is kept as far as it can be read. */
async function readManifest(folder: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function changed(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}

function* parents(from: string): Generator<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    yield folder;
    if (dirname(folder) === folder) return;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function sorted(versions: PackageVersions): PackageVersions {
  return Object.fromEntries(Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1)));
}

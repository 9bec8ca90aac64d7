import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { ModelError, reasonOf } from "../../errors.js";

/**
 * A file that a model's own files name, inside its folder.
 * @throws {ModelError} PERMISSION_DENIED for a path that leads out of it
 */
export function fileInside(folder: string, path: string): string {
  const root = resolve(folder);
  const file = resolve(root, path);
  const inside = file !== root && file.startsWith(root + sep) && !path.includes("\0");
  if (inside && staysInside(root, file)) return file;
  throw new ModelError("PERMISSION_DENIED", `The model refers to the file '${path}', which is outside its folder.`, {
    hint: "Do not load models from sources that you do not trust.",
  });
}

/** Whether no link on the way to a file leads out of a folder; one that is not there leads nowhere. */
function staysInside(root: string, file: string): boolean {
  try {
    return realpathSync(file).startsWith(realpathSync(root) + sep);
  } catch {
    return true;
  }
}

/**
 * Looks through a model's folder that somebody else may have made. `node_modules` and what is in it may be links, as package managers
 * make them: Node would look for packages outside the folder anyway.
 * @throws {ModelError} PERMISSION_DENIED for a link that leads out of the folder; INVALID_STATE for a pipe or a device, which a
 * read might wait for without end
 */
export async function checkFolder(folder: string): Promise<void> {
  const root = await realpath(folder);
  const walk = async (inside: string): Promise<void> => {
    for (const entry of await readdir(inside, { withFileTypes: true })) {
      if (entry.name === "node_modules") continue;
      const path = join(inside, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isSymbolicLink()) {
        // A link that leads nowhere cannot be read.
        const target = await realpath(path).catch(() => root);
        if (target === root || target.startsWith(root + sep)) continue;
        throw new ModelError("PERMISSION_DENIED", `'${path}' is a link that leads out of the model's folder.`, {
          hint: `Put a copy of '${target}' in its place if you trust the model.`,
        });
      } else if (!entry.isFile()) {
        throw new ModelError("INVALID_STATE", `'${path}' is a pipe, a socket or a device, not a file.`, {
          hint: "Remove it, or put the file in its place.",
        });
      }
    }
  };
  await walk(root);
}

/** sha256 in hex of every file of a model but its MLmodel, by path with `/`. */
export async function digestsOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const digests: Array<[string, string]> = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file
      .slice(resolve(folder).length + 1)
      .split(sep)
      .join("/");
    if (path !== "MLmodel" && !path.startsWith("node_modules/")) digests.push([path, digestOf(await readFile(file))]);
  }
  return Object.fromEntries(digests.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** All files of a folder together, in bytes. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.map(async (entry) =>
    entry.isFile() ? (await stat(join(entry.parentPath, entry.name))).size : 0,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** sha256 in hex. */
export function digestOf(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Checks a model's files against the digests in its MLmodel file; a file that it does not list is not looked at.
 * @throws {ModelError} DATA_LOSS naming the file that is missing or was changed
 */
export async function checkDigests(folder: string, digests: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, digest] of Object.entries(digests)) {
    const bytes = await readFile(fileInside(folder, path)).catch((cause: unknown) => {
      throw new ModelError("DATA_LOSS", `The model's file '${path}' cannot be read: ${reasonOf(cause)}.`, { cause });
    });
    if (digestOf(bytes) === digest) continue;
    throw new ModelError("DATA_LOSS", `The model's file '${path}' differs from what was logged.`, {
      hint: "It was changed or damaged later. Log the model again, or restore the file.",
    });
  }
}

import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { KernelError } from "../errors.js";

/**
 * Folders of the package's own compiled files, each with a slash at its end: the frames of these no user needs to see.
 * The kernel runs from the bundle; what stands beside it are the modules that the bundle is made of.
 */
export function ownFolders(): string[] {
  return ["../../src/", "../../bundle/"].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));
}

/**
 * A file of one of our dependencies, under its real path. Not by `createRequire`: what that leaves behind cannot be put
 * in a startup snapshot.
 * @throws {KernelError} INTERNAL_ERROR when the package is not installed
 */
export function dependencyFile(name: string, ...path: string[]): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, "node_modules", name, ...path);
    if (existsSync(file)) return realpathSync(file);
    if (folder === dirname(folder)) {
      throw new KernelError("INTERNAL_ERROR", `The package ${name} is missing.`, {
        hint: `Install runlab again; ${name} is one of its dependencies.`,
      });
    }
  }
}

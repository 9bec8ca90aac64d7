import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { KernelError } from "../errors.js";

export interface PackageInfo {
  /** The folder that holds package.json. */
  folder: string;
  version: string;
  description: string;
}

/** This package: the nearest folder above this file whose package.json says "runlab". */
export function packageInfo(): PackageInfo {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    const manifest = readManifest(join(folder, "package.json"));
    if (manifest?.name === "runlab") {
      return { folder, version: manifest.version ?? "0.0.0", description: manifest.description ?? "" };
    }
    if (folder === dirname(folder)) {
      throw new KernelError("INTERNAL_ERROR", `There is no package.json of runlab above ${here}.`, {
        hint: "Install the package again: npm install --global runlab",
      });
    }
  }
}

function readManifest(path: string): { name?: string; version?: string; description?: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isPath } from "./compile-module.js";

/** Set by runlab's papermill engine, which runs a notebook of any folder in the one where papermill was started. */
const variable = "RUNLAB_NOTEBOOK_FOLDER";

/** The notebook's own folder where that is known and is not the one that cells run in: imports are looked up there first. */
export function notebookFolder(cwd: string): string | undefined {
  const folder = process.env[variable];
  return folder === undefined || folder === "" || resolve(folder) === resolve(cwd) ? undefined : resolve(folder);
}

/**
 * The file from which a cell's import is looked up.
 * @returns in the notebook's folder when the module is found from there, else in `cwd`
 */
export function importedFrom(specifier: string, cwd: string): string {
  const here = join(cwd, "cell.js");
  const folder = notebookFolder(cwd);
  if (folder === undefined) return here;
  const there = join(folder, "cell.js");
  return (isPath(specifier) ? fileExists(specifier, folder) : packageExists(specifier, there)) ? there : here;
}

const endings = ["", ".ts", ".tsx", ".mts", ".js", ".mjs", ".json"];

function fileExists(specifier: string, folder: string): boolean {
  const path = specifier.startsWith("file:") ? fileURLToPath(specifier) : resolve(folder, specifier);
  return endings.some((ending) => existsSync(path + ending) || existsSync(path.replace(/\.js$/, "") + ending));
}

/** Any folder above the file with such a package: what it exports is for Node to say. */
function packageExists(specifier: string, from: string): boolean {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const places = createRequire(from).resolve.paths(name) ?? [];
  return places.some((place) => existsSync(join(place, name)) && dirname(place) !== place);
}

import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import { basename, dirname, extname, join, resolve } from "node:path";
import { ts } from "./typescript.js";

/** TS2307, and TS2882 for a module that is imported for its effects alone. */
const notFound = /^Cannot find module (?:or type declarations for side-effect import of )?'([^']+)'/;

/** What a cell can import of a folder. */
const importable = /(\.d)?\.[mc]?[jt]sx?$/;

/** @see https://docs.npmjs.com/cli/configuring-npm/package-json#name */
const packageName = /^(@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

/**
 * The way out of "Cannot find module": which file was looked for, where, and which one was probably meant; or how to
 * come by the package.
 * @param message - TypeScript's
 * @param folder - of the file that imports
 * @returns a line to put after the message, its line break in front; "" when the message is another one
 */
export function missingImportHint(message: string, folder: string): string {
  const specifier = notFound.exec(message)?.[1];
  if (specifier === undefined) return "";
  if (/^(\.{0,2}\/|[A-Za-z]:[\\/]|\.{1,2}$)/.test(specifier)) return `\n${fileHint(specifier, folder)}`;
  return `\n${packageHint(specifier, folder)}`;
}

function fileHint(specifier: string, folder: string): string {
  const path = resolve(folder, specifier);
  const stats = existsSync(path) ? statSync(path) : undefined;
  if (stats?.isFile()) {
    return `${path} is no TypeScript, JavaScript or JSON file. To have its text: readFileSync("${specifier}", "utf8") of node:fs`;
  }
  if (stats?.isDirectory()) return `${path} is a folder without an index.ts.`;
  const parent = dirname(path);
  const looked = `Looked for ${lookedFor(basename(path))} in ${parent}`;
  if (!existsSync(parent)) return `${looked}, a folder that does not exist.`;
  const near = nearName(basename(path), namesIn(parent, specifier));
  if (near === undefined) return `${looked}.`;
  return `${looked}. Did you mean '${specifier.slice(0, -basename(path).length)}${near}'?`;
}

/** Files that an import of that name may mean, as a person needs to know them. */
function lookedFor(name: string): string {
  const extension = extname(name);
  if (!/^\.([mc]?[jt]sx?|json)$/.test(extension)) return `${name}.ts, .tsx, .d.ts, .js, .jsx`;
  const typed = /^\.[mc]?jsx?$/.test(extension) ? ` and ${name.replace(/js(x?)$/, "ts$1")}` : "";
  return `${name}${typed}`;
}

/** What could be imported of a folder, written as the specifier is: with its ending or without. */
function namesIn(folder: string, specifier: string): string[] {
  const whole = importable.test(specifier);
  return entriesOf(folder).flatMap((entry) => {
    if (entry.isDirectory() || entry.name.endsWith(".json")) return entry.name;
    if (!importable.test(entry.name)) return [];
    return whole ? entry.name : entry.name.replace(importable, "");
  });
}

function packageHint(specifier: string, folder: string): string {
  if (specifier.startsWith("node:")) {
    const near = nearName(specifier.slice("node:".length), builtinModules);
    const meant = near === undefined ? "" : ` Did you mean 'node:${near}'?`;
    return `Node ${process.versions.node} has no such module.${meant}`;
  }
  if (specifier.startsWith("#")) return 'Names that begin with # stand in "imports" of the nearest package.json.';
  const beside = entriesOf(folder).find((entry) => {
    return importable.test(entry.name) && entry.name.replace(importable, "") === specifier;
  })?.name;
  if (beside !== undefined) return `${beside} lies in ${folder}: import it as './${specifier}'.`;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (!packageName.test(name)) {
    return 'No package has such a name. If it means a file, "paths" in the tsconfig.json must say which.';
  }
  const installed = installedAt(name, folder);
  if (installed !== undefined) return `${installed} is installed, but its package.json offers no '${specifier}'.`;
  return `If it is a package, install it beside the notebook: %npm install ${name}`;
}

function installedAt(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", name);
    if (existsSync(join(found, "package.json"))) return found;
    if (folder === dirname(folder)) return undefined;
  }
}

/** None when it is no folder, or may not be read. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** By the measure with which TypeScript proposes names. */
function nearName(name: string, known: readonly string[]): string | undefined {
  type Suggest = (name: string, known: readonly string[], nameOf: (each: string) => string) => string | undefined;
  const { getSpellingSuggestion } = ts as typeof ts & { getSpellingSuggestion: Suggest };
  return getSpellingSuggestion(name, known, (each) => each);
}

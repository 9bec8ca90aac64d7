import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type * as typescript from "@tslab/typescript-for-tslab";
import { ownPackageRoot } from "./own-package.js";
import type { TslabTypeScript } from "./tslab-package.js";

interface WatchedSystemOptions {
  /** The notebook's folder. */
  cwd: string;
  /** Files that exist only in memory: absolute path to text. */
  files: ReadonlyMap<string, string>;
}

interface WatchedFile {
  callback: typescript.FileWatcherCallback;
  /** ms since the epoch; 0 when there is no such file. */
  modified: number;
}

/**
 * The compiler's view of the disk. Files are looked at when asked instead of by the system's watchers: a file edited
 * just before a cell runs is always seen, and the process holds no handles.
 */
export class WatchedSystem {
  readonly sys: typescript.System;
  readonly #ts: TslabTypeScript;
  readonly #watched = new Map<string, WatchedFile>();

  constructor(ts: TslabTypeScript, { cwd, files }: WatchedSystemOptions) {
    this.#ts = ts;
    const own = ts.sys;
    const forward = forwardOwnPackage(cwd);
    this.sys = {
      ...own,
      getCurrentDirectory: () => slashes(cwd),
      readFile: (path, encoding) => files.get(path) ?? own.readFile(forward(path), encoding),
      fileExists: (path) => files.has(path) || own.fileExists(forward(path)),
      directoryExists: (path) => own.directoryExists(forward(path)),
      watchFile: (path, callback) => {
        // Files of packages and of the compiler itself do not change under a session; looking at hundreds would cost.
        if (isUserFile(cwd, path)) this.#watched.set(path, { callback, modified: modifiedTime(path) });
        return { close: () => this.#watched.delete(path) };
      },
      watchDirectory: () => ({ close: () => undefined }),
    };
  }

  /** Tells the compiler which of the user's files have changed since the last call. */
  noticeChanges(): void {
    const { Changed, Deleted } = this.#ts.FileWatcherEventKind;
    for (const [path, file] of this.#watched) {
      const modified = modifiedTime(path);
      if (modified === file.modified) continue;
      file.modified = modified;
      file.callback(path, modified === 0 ? Deleted : Changed);
    }
  }
}

/** TypeScript's paths have `/` on every platform. */
export function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}

/** Where no folder up from `cwd` has `runlab`, paths of one in `cwd` lead to our own copy, as tslab does for itself. */
function forwardOwnPackage(cwd: string): (path: string) => string {
  if (hasPackage(cwd, "runlab")) return (path) => path;
  const from = slashes(join(cwd, "node_modules", "runlab"));
  const root = slashes(ownPackageRoot());
  return (path) => (path === from || path.startsWith(`${from}/`) ? root + path.slice(from.length) : path);
}

function hasPackage(folder: string, name: string): boolean {
  if (existsSync(join(folder, "node_modules", name, "package.json"))) return true;
  const parent = dirname(folder);
  return parent !== folder && hasPackage(parent, name);
}

function isUserFile(cwd: string, path: string): boolean {
  const inside = relative(cwd, path);
  return !inside.startsWith("..") && !inside.split(sep).includes("node_modules");
}

/** ms since the epoch; 0 when there is no such file. */
function modifiedTime(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * The TypeScript file that an `import()` means.
 * @param from - the file whose code asks
 * @param isModuleCell - whether a path is that of a `@module` cell, which lies in no folder
 * @returns its path, `/`-separated; undefined for everything that Node loads by itself
 */
export function sourceFile(
  specifier: string,
  from: string,
  isModuleCell: (path: string) => boolean,
): string | undefined {
  const named = specifier.startsWith("file:") ? fileURLToPath(specifier) : resolve(dirname(from), specifier);
  const path = slashes(named);
  const endings = ["", ".ts", ".tsx", "/index.ts", "/index.tsx"].map((ending) => path + ending);
  return [...endings, path.replace(/\.js(x?)$/, ".ts$1")].find(
    (candidate) =>
      /(?<!\.d)\.tsx?$/.test(candidate) &&
      (isModuleCell(candidate) || (existsSync(candidate) && statSync(candidate).isFile())),
  );
}

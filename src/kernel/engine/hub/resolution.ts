import { statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dependencyFile } from "../../own-package.js";
import { notebookFolder } from "../notebook-folder.js";
import { type TypeScript, ts } from "../typescript.js";
import type { WarmState } from "./documents.js";
import type { Layout } from "./layout.js";

type Resolved = TypeScript.ResolvedModuleWithFailedLookupLocations;

/** Packages whose types the kernel brings along when the notebook's folder has none. */
const ownPackages = /^(runlab|tslab)(\/|$)/;

/** Resolves what files import; finds are kept for good, misses are looked up again (a file may appear, an install end). */
export class Resolution {
  readonly #found: Map<string, Resolved>;
  /** `react/jsx-runtime` and its like, which TypeScript asks for on behalf of every file, JSX in it or not. */
  readonly #missingRuntimes = new Map<string, Resolved>();
  /** TypeScript's own; made anew after a miss, which it would remember. */
  cache: TypeScript.ModuleResolutionCache;
  #installed: string;
  #installTraces: readonly string[];

  readonly #layout: Layout;
  readonly #options: TypeScript.CompilerOptions;
  readonly #host: TypeScript.ModuleResolutionHost;
  readonly #warm: WarmState | undefined;

  constructor(
    layout: Layout,
    options: TypeScript.CompilerOptions,
    host: TypeScript.ModuleResolutionHost,
    warm?: WarmState,
  ) {
    this.#layout = layout;
    this.#options = options;
    this.#host = host;
    this.#warm = warm;
    this.#found = new Map(warm?.resolved);
    this.cache = this.#newCache();
    this.#installTraces = installTraces(layout.cwd);
    this.#installed = this.#installTime();
  }

  /** Cells lie in another folder now; its packages are watched from here on. */
  moved(): void {
    this.#installTraces = installTraces(this.#layout.cwd);
    this.#installed = this.#installTime();
  }

  /** Whether packages were installed or removed since the last call; then everything is looked up again. */
  refresh(): boolean {
    const now = this.#installTime();
    if (now === this.#installed) return false;
    this.#installed = now;
    this.#found.clear();
    for (const [key, resolved] of this.#warm?.resolved ?? []) this.#found.set(key, resolved);
    this.#missingRuntimes.clear();
    this.cache = this.#newCache();
    return true;
  }

  /** What was found for imports of files outside the notebook's folder. */
  resolutions(): WarmState["resolved"] {
    return new Map([...this.#found].filter(([key]) => !key.includes(this.#layout.cwd)));
  }

  resolve(
    literals: readonly TypeScript.StringLiteralLike[],
    containingFile: string,
    file: TypeScript.SourceFile,
  ): readonly Resolved[] {
    return literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(file, literal, this.#options);
      const name = literal.text;
      const own = this.#layout.find(name);
      if (own !== undefined) return { resolvedModule: inMemory(own) };
      return this.#resolveName(name, this.#layout.standsFor(containingFile), mode);
    });
  }

  /** Whether an `import` in a cell finds a module. */
  finds(name: string): boolean {
    return (
      isBuiltin(name) || this.#resolveName(name, this.#layout.cell, ts.ModuleKind.ESNext).resolvedModule !== undefined
    );
  }

  #resolveName(name: string, containingFile: string, mode: TypeScript.ResolutionMode): Resolved {
    if (isBuiltin(name)) return builtin;
    const folder = this.#layout.isOfCells(containingFile) ? notebookFolder(this.#layout.cwd) : undefined;
    const found = folder === undefined ? undefined : this.#resolveFrom(name, `${slashes(folder)}/cell.ts`, mode);
    return found?.resolvedModule ? found : this.#resolveFrom(name, containingFile, mode);
  }

  #resolveFrom(name: string, containingFile: string, mode: TypeScript.ResolutionMode): Resolved {
    const key = `${mode ?? ""}|${dirname(containingFile)}|${name}`;
    const known = this.#found.get(key) ?? this.#missingRuntimes.get(key);
    if (known) return known;
    const resolved = this.#lookUp(name, containingFile, mode);
    if (resolved.resolvedModule) this.#found.set(key, resolved);
    else if (/\/jsx-(dev-)?runtime$/.test(name)) this.#missingRuntimes.set(key, resolved);
    else this.cache = this.#newCache();
    return resolved;
  }

  #lookUp(name: string, containingFile: string, mode: TypeScript.ResolutionMode): Resolved {
    const resolved = ts.resolveModuleName(name, containingFile, this.#options, this.#host, this.cache, undefined, mode);
    if (resolved.resolvedModule || !ownPackages.test(name)) return resolved;
    const here = fileURLToPath(import.meta.url);
    return ts.resolveModuleName(name, slashes(here), this.#options, this.#host, this.cache, undefined, mode);
  }

  #newCache(): TypeScript.ModuleResolutionCache {
    return ts.createModuleResolutionCache(this.#layout.cwd, (name) => name, this.#options);
  }

  #installTime(): string {
    return this.#installTraces.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? "").join();
  }
}

/** `node:fs` and its like are declared by `@types/node` and lie in no file of their own. */
const builtin: Resolved = { resolvedModule: undefined };

/** What an install changes, in a folder and those above it. */
function installTraces(cwd: string): string[] {
  const traces: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    traces.push(modules, join(modules, ".package-lock.json"), join(modules, ".modules.yaml"));
    if (folder === dirname(folder)) return traces;
  }
}

function inMemory(path: string): TypeScript.ResolvedModuleFull {
  const extension = path.endsWith(ts.Extension.Dts) ? ts.Extension.Dts : ts.Extension.Ts;
  return { resolvedFileName: path, extension, isExternalLibraryImport: false };
}

/** `@types/node` of the kernel: one copy for cells and packages, or the two would declare everything twice. */
export function nodeTypesFile(): string {
  return slashes(dependencyFile("@types/node", "index.d.ts"));
}

export function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}

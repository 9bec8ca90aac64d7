import Module, { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import vm from "node:vm";
import { tslabDisplay } from "../../tslab-display.js";
import { type CompileModule, isPath, moduleError } from "../compile-module.js";
import type { CompiledModule } from "../engine.js";
import type { Stacks } from "../hub/stacks.js";
import { requireOwnPackage } from "./own-package.js";
import { dynamicImportName, type TslabFile, type TslabModuleExtra } from "./tslab-format.js";

type Importer = (id: string) => Promise<unknown>;

/** A file of the user's that the engine has compiled. */
interface LoadedFile {
  exports: unknown;
  /** Compiled files that it required while it loaded. */
  requires: Set<string>;
}

/**
 * What `require` and `import()` give in cells and in the local files that they import:
 * compiled local files first, then `tslab`'s display API and `runlab`, then Node's own, looked up from the folder.
 */
export class CellModules {
  readonly require: NodeJS.Require;
  readonly #filename: string;
  readonly #compile: CompileModule | undefined;
  readonly #nodeImport: Importer;
  readonly #files = new Map<string, TslabFile>();
  readonly #stacks: Stacks;
  readonly #loaded = new Map<string, LoadedFile>();
  /** ES modules that `require` refuses, because they await at their top level. */
  readonly #asyncModules = new Map<string, unknown>();

  /** @param compile - compiles a local file that is named only while code runs */
  constructor(cwd: string, stacks: Stacks, compile?: CompileModule) {
    this.#stacks = stacks;
    this.#compile = compile;
    // The name of no file: it only says which folder look-ups start from.
    this.#filename = join(cwd, "cell.js");
    this.#nodeImport = nodeImport(this.#filename);
    this.require = this.#requireFrom(this.#filename, new Set());
  }

  /** The `import()` of a cell. @param imports - what the cell names in its text, and has been compiled with it */
  importIn(imports: readonly string[]): Importer {
    return this.#importWith(this.#filename, this.require, this.#nodeImport, new Set(imports));
  }

  /** Takes new versions of local files; files that loaded an old one load again when they are next required. */
  update(files: readonly TslabFile[]): void {
    for (const file of files) {
      this.#files.set(file.path, file);
      this.#forget(file.path);
    }
  }

  /** Loads the modules among `imports` that `require` cannot, so that a cell's `import` statements find them. */
  async prepare(imports: readonly string[]): Promise<void> {
    for (const id of imports) {
      try {
        this.require(id);
      } catch (error) {
        if (!isAsyncModule(error)) continue; // the cell throws it itself, at the import's own place
        this.#asyncModules.set(id, asRequired((await this.#nodeImport(id)) as object));
      }
    }
  }

  #forget(path: string): void {
    if (!this.#loaded.delete(path)) return;
    for (const [other, { requires }] of this.#loaded) if (requires.has(path)) this.#forget(other);
  }

  #requireFrom(filename: string, requires: Set<string>): NodeJS.Require {
    const nodeRequire = createRequire(filename);
    const load = (id: string): unknown => {
      if (id === "tslab") return tslabDisplay() ?? nodeRequire(id);
      const file = this.#compiledFile(dirname(filename), id);
      if (file) {
        requires.add(file.path);
        return this.#load(file);
      }
      if (this.#asyncModules.has(id)) return this.#asyncModules.get(id);
      try {
        return nodeRequire(id);
      } catch (error) {
        if (id === "runlab" && isNotFound(error)) return requireOwnPackage();
        throw error;
      }
    };
    return Object.assign(load, {
      resolve: nodeRequire.resolve,
      cache: nodeRequire.cache,
      extensions: nodeRequire.extensions,
      main: nodeRequire.main,
    });
  }

  #importWith(
    filename: string,
    require: NodeJS.Require,
    importNatively: Importer,
    compiled: ReadonlySet<string>,
  ): Importer {
    return async (id) => {
      const specifier = String(id);
      if (isPath(specifier) && !compiled.has(specifier)) {
        const found = await this.#compile?.(specifier, filename);
        if (found) return asNamespace(this.#take(specifier, found));
      }
      if (specifier === "tslab" || specifier === "runlab" || specifier.startsWith(".")) {
        return asNamespace(require(specifier));
      }
      return importNatively(specifier);
    };
  }

  #take(specifier: string, compiled: CompiledModule): unknown {
    if (!compiled.ok) throw moduleError(specifier, compiled);
    const { path, files } = compiled.extra as TslabModuleExtra;
    this.update(files);
    const file = this.#files.get(path);
    if (file === undefined) throw new Error(`${path} was compiled for another folder of this notebook.`);
    return this.#load(file);
  }

  #compiledFile(folder: string, id: string): TslabFile | undefined {
    if (!id.startsWith("./") && !id.startsWith("../")) return undefined;
    const path = join(folder, id).replaceAll("\\", "/");
    const bare = path.slice(0, path.length - extname(path).length);
    const candidates = [path, `${path}.js`, `${path}/index.js`, `${bare}.js`];
    return candidates.map((candidate) => this.#files.get(candidate)).find((file) => file);
  }

  #load({ path, js, source, sourceMap }: TslabFile): unknown {
    const known = this.#loaded.get(path);
    if (known) return known.exports;
    const module = new Module(source);
    module.filename = source;
    const loaded: LoadedFile = { exports: module.exports, requires: new Set() };
    this.#loaded.set(path, loaded); // before it runs, so that files may import each other
    try {
      const require = this.#requireFrom(source, loaded.requires);
      this.#stacks.add(source, sourceMap);
      const script = new vm.Script(`${fileHead}${js}\n})`, { filename: source, columnOffset: -fileHead.length });
      const run = script.runInThisContext() as (...args: unknown[]) => void;
      const dynamicImport = this.#importWith(source, require, nodeImport(source), new Set());
      run.call(module.exports, module.exports, require, module, source, dirname(source), dynamicImport);
    } catch (error) {
      this.#loaded.delete(path);
      throw error;
    }
    loaded.exports = module.exports;
    return loaded.exports;
  }
}

/** What Node puts around a CommonJS file, and our own `import()`. */
const fileHead = `(function (exports, require, module, __filename, __dirname, ${dynamicImportName}) { `;

function nodeImport(filename: string): Importer {
  return new vm.Script("(id) => import(id)", {
    filename,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as Importer;
}

/** What TypeScript's interop takes for an ES module that was required: named and default exports stand as they are. */
function asRequired(namespace: object): object {
  return Object.defineProperty({ ...namespace }, "__esModule", { value: true });
}

/** What `import()` of CommonJS gives: its names, and the whole as `default`. */
function asNamespace(exports: unknown): unknown {
  if (typeof exports !== "object" || exports === null) return { default: exports };
  if ("__esModule" in exports) return exports;
  return { ...exports, default: exports };
}

function isAsyncModule(error: unknown): boolean {
  return codeOf(error) === "ERR_REQUIRE_ASYNC_MODULE" || codeOf(error) === "ERR_REQUIRE_ESM";
}

function isNotFound(error: unknown): boolean {
  return codeOf(error) === "MODULE_NOT_FOUND";
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

import Module, { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import vm from "node:vm";
import { tslabDisplay } from "../../tslab-display.js";
import { requireOwnPackage } from "./own-package.js";
import { dynamicImportName, type TslabFile } from "./tslab-format.js";

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
  readonly import: Importer;
  readonly #nodeImport: Importer;
  readonly #files = new Map<string, string>();
  readonly #loaded = new Map<string, LoadedFile>();
  /** ES modules that `require` refuses, because they await at their top level. */
  readonly #asyncModules = new Map<string, unknown>();

  constructor(cwd: string) {
    // The name of no file: it only says which folder look-ups start from.
    const filename = join(cwd, "cell.js");
    this.#nodeImport = nodeImport(filename);
    this.require = this.#requireFrom(filename, new Set());
    this.import = this.#importWith(this.require, this.#nodeImport);
  }

  /** Takes new versions of local files; files that loaded an old one load again when they are next required. */
  update(files: readonly TslabFile[]): void {
    for (const { path, js } of files) {
      this.#files.set(path, js);
      this.#forget(path);
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
      const path = this.#compiledFile(dirname(filename), id);
      if (path !== undefined) {
        requires.add(path);
        return this.#load(path);
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

  #importWith(require: NodeJS.Require, importNatively: Importer): Importer {
    return async (id) => {
      const specifier = String(id);
      if (specifier === "tslab" || specifier === "runlab" || specifier.startsWith(".")) {
        return asNamespace(require(specifier));
      }
      return importNatively(specifier);
    };
  }

  #compiledFile(folder: string, id: string): string | undefined {
    if (!id.startsWith("./") && !id.startsWith("../")) return undefined;
    const path = join(folder, id).replaceAll("\\", "/");
    const bare = path.slice(0, path.length - extname(path).length);
    return [path, `${path}.js`, `${path}/index.js`, `${bare}.js`].find((candidate) => this.#files.has(candidate));
  }

  #load(path: string): unknown {
    const loaded = this.#loaded.get(path);
    if (loaded) return loaded.exports;
    const module = new Module(path);
    module.filename = path;
    const file: LoadedFile = { exports: module.exports, requires: new Set() };
    this.#loaded.set(path, file); // before it runs, so that files may import each other
    try {
      const require = this.#requireFrom(path, file.requires);
      const js = `(function (exports, require, module, __filename, __dirname, ${dynamicImportName}) { ${this.#files.get(path)}\n})`;
      const run = vm.runInThisContext(js, { filename: path }) as (...args: unknown[]) => void;
      const dynamicImport = this.#importWith(require, nodeImport(path));
      run.call(module.exports, module.exports, require, module, path, dirname(path), dynamicImport);
    } catch (error) {
      this.#loaded.delete(path);
      throw error;
    }
    file.exports = module.exports;
    return file.exports;
  }
}

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

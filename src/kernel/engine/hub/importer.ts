import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import { own } from "../../../own.js";
import { tslabDisplay } from "../../tslab-display.js";
import { type CompileModule, isPath, moduleError } from "../compile-module.js";
import { interruptFlag, obeyAtEntry, obeyInterrupt } from "../interrupt.js";
import type { LocalModule, ModuleExtra } from "./compiled-extra.js";
import { importerFile, type Stacks } from "./stacks.js";

type Exports = Record<string, unknown>;
type NativeImport = (specifier: string, options?: ImportCallOptions) => Promise<Exports>;

/** What `import()` takes besides a specifier. */
export type ImportCallOptions = { with?: Record<string, string> };

interface Loaded {
  exports: Exports;
  /** `module.exports` of a CommonJS file, once it has run. */
  commonJs?: { value: unknown };
  /** Versions of the module and of all it links to; another text means another load. */
  stamp: string;
  done: Promise<void>;
}

/** Packages the kernel brings along for folders that have none of their own. */
const ownPackages = /^(runlab|tslab)(\/|$)/;

/** Loads what cells import: packages and built-ins as Node does from that folder, local `.ts` and JSON as compiled. */
export class Importer {
  readonly #natives = new Map<string, NativeImport>();
  readonly #loaded = new Map<string, Loaded>();

  readonly #stacks: Stacks;
  readonly #compile: CompileModule | undefined;

  constructor(stacks: Stacks, compile?: CompileModule) {
    this.#stacks = stacks;
    this.#compile = compile;
  }

  /** `import()`, whose promise takes what a module exports as `then` for a promise's, as everywhere in JavaScript. */
  async import(...module: Parameters<Importer["load"]>): Promise<Exports> {
    return (await this.load(...module)).exports;
  }

  /**
   * What a static import loads, which may export a function `then`.
   * @param from - a file in the folder that relative specifiers and node_modules are looked up from; it need not exist
   * @param links - local files by specifier
   * @param modules - those files, compiled, deepest first
   */
  async load(
    specifier: string,
    from: string,
    links: Readonly<Record<string, string>>,
    modules: readonly LocalModule[],
    options?: ImportCallOptions,
  ): Promise<{ exports: Exports }> {
    const path = own(links, specifier);
    if (path !== undefined) return this.#local(path, modules);
    const display = specifier === "tslab" ? tslabDisplay() : undefined;
    if (display) return { exports: { ...display } };
    // JSON without `with { type: "json" }` is fine in TypeScript, and an edited file should be read again.
    if (extname(specifier) === ".json") return { exports: json(createRequire(from).resolve(specifier)) };
    const compiled = isPath(specifier) ? await this.#compile?.(specifier, from) : undefined;
    if (compiled) {
      if (!compiled.ok) throw moduleError(specifier, compiled);
      const { path: found, modules: needed } = compiled.extra as ModuleExtra;
      return this.#local(found, needed);
    }
    try {
      return { exports: await this.#native(from)(specifier, options) };
    } catch (error) {
      if (!ownPackages.test(specifier) || !isNotFound(error, specifier)) throw error;
      return { exports: (await import(specifier)) as Exports };
    }
  }

  /** `import x = require("m")`: `module.exports`, as Node's `require` has it, also of a local file. */
  async require(
    specifier: string,
    from: string,
    links: Readonly<Record<string, string>>,
    modules: readonly LocalModule[],
  ): Promise<unknown> {
    const path = own(links, specifier);
    if (path === undefined) return createRequire(from)(specifier);
    const { exports, commonJs } = await this.#local(path, modules);
    return commonJs ? commonJs.value : exports;
  }

  forget(): void {
    this.#loaded.clear();
  }

  /** A local module; loaded again when its text, or that of a module it links to, has changed. */
  async #local(path: string, modules: readonly LocalModule[]): Promise<Loaded> {
    const loaded = this.#start(path, modules, new Set());
    await loaded.done;
    return loaded;
  }

  #start(path: string, modules: readonly LocalModule[], open: Set<string>): Loaded {
    const module = modules.find((each) => each.path === path);
    if (module === undefined) throw new Error(`${path} was not compiled with the cell that imports it.`);
    const stamp = stampOf(path, modules);
    const known = this.#loaded.get(path);
    if (known?.stamp === stamp) return known;
    if (path.endsWith(".json")) {
      const loaded = { exports: json(path), stamp, done: Promise.resolve() };
      this.#loaded.set(path, loaded);
      return loaded;
    }
    // As a module's namespace: without what objects inherit, and `export const __proto__` is a name.
    const exports = Object.create(null) as Exports;
    const loaded: Loaded = { exports, stamp, done: Promise.resolve() };
    this.#loaded.set(path, loaded);
    open.add(path);
    loaded.done = this.#evaluate(module, modules, loaded, open).catch((error: unknown) => {
      // A module that threw is tried again by the next import.
      if (this.#loaded.get(path) === loaded) this.#loaded.delete(path);
      throw error;
    });
    return loaded;
  }

  async #evaluate(
    module: LocalModule,
    modules: readonly LocalModule[],
    loaded: Loaded,
    open: Set<string>,
  ): Promise<void> {
    const { path, links } = module;
    const { exports } = loaded;
    const needed = new Map<string, Exports>();
    for (const specifier of module.commonJs ? [] : module.imports) {
      needed.set(specifier, asCommonJs(await this.import(specifier, path, {}, [])));
    }
    for (const link of Object.values(links)) {
      if (!open.has(link)) await this.#start(link, modules, open).done;
    }
    const nodeRequire = createRequire(path);
    const localRequire = (specifier: string): unknown => {
      const link = own(links, specifier);
      const local = link === undefined ? undefined : this.#loaded.get(link);
      if (local) return local.commonJs ? local.commonJs.value : local.exports;
      return module.commonJs ? nodeRequire(specifier) : (needed.get(specifier) ?? nodeRequire(specifier));
    };
    const holder: { exports: unknown } = { exports: module.commonJs ? {} : exports };
    const scope = {
      meta: metaOf(path),
      import: (specifier: string, options?: ImportCallOptions) => this.import(specifier, path, links, modules, options),
      interrupt: obeyInterrupt,
      enter: obeyAtEntry,
    };
    Object.defineProperty(exports, "__esModule", { value: true });
    this.#stacks.add(path, module.sourceMap);
    const script = new Script(module.js, {
      filename: path,
      columnOffset: -module.head,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const run = script.runInThisContext() as (...args: unknown[]) => unknown;
    await run(scope, interruptFlag(), holder.exports, localRequire, holder, path, dirname(path));
    // TypeScript's `export =` sets `module.exports` too.
    if (module.commonJs || holder.exports !== exports) showCommonJs(loaded, holder.exports);
  }

  /** Node's own `import()`, as if written in that folder. */
  #native(from: string): NativeImport {
    const folder = dirname(from);
    const known = this.#natives.get(folder);
    if (known) return known;
    const script = new Script("(specifier, options) => import(specifier, options)", {
      filename: join(folder, importerFile),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const native = script.runInThisContext() as NativeImport;
    this.#natives.set(folder, native);
    return native;
  }
}

/** `import.meta` of a file. */
export function metaOf(path: string): Record<string, unknown> {
  const url = pathToFileURL(path).href;
  return { url, filename: path, dirname: dirname(path), resolve: (name: string) => createRequire(path).resolve(name) };
}

/** What compiled CommonJS asks of a module: its names, live, and `__esModule`. */
function asCommonJs(namespace: Exports): Exports {
  if ("__esModule" in namespace) return namespace;
  return Object.create(namespace, { __esModule: { value: true } }) as Exports;
}

function json(path: string): Exports {
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  const names = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  return Object.defineProperty({ ...names, default: value } as Exports, "__esModule", { value: true });
}

/** `module.exports` as an import sees it: the default, and its properties by name. */
function showCommonJs(loaded: Loaded, value: unknown): void {
  loaded.commonJs = { value };
  const names = (typeof value === "object" || typeof value === "function") && value !== null ? Object.keys(value) : [];
  for (const name of names) {
    const get = () => Reflect.get(value as object, name);
    Object.defineProperty(loaded.exports, name, { configurable: true, enumerable: true, get });
  }
  Object.defineProperty(loaded.exports, "default", { configurable: true, enumerable: true, value });
}

function stampOf(path: string, modules: readonly LocalModule[], seen = new Set<string>()): string {
  if (seen.has(path)) return "";
  seen.add(path);
  const module = modules.find((each) => each.path === path);
  if (module === undefined) return path;
  const links = Object.values(module.links).map((link) => stampOf(link, modules, seen));
  return `${path}@${module.version}(${links.join()})`;
}

function isNotFound(error: unknown, specifier: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" && (message ?? "").includes(`'${specifier.split("/")[0]}'`);
}

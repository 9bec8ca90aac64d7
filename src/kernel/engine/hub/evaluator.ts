import { createRequire } from "node:module";
import { join } from "node:path";
import { constants, Script } from "node:vm";
import { own } from "../../../own.js";
import { ownFolders } from "../../own-package.js";
import { addNewerBuiltins } from "../builtins/newer-builtins.js";
import type { CompileModule } from "../compile-module.js";
import type { CellValue, CompiledCell, EvaluateOptions, Evaluator } from "../engine.js";
import { interruptFlag, obeyAtEntry, obeyInterrupt } from "../interrupt.js";
import { importedFrom } from "../notebook-folder.js";
import type { HubExtra } from "./compiled-extra.js";
import { type ImportCallOptions, Importer, metaOf } from "./importer.js";
import { hubFormat } from "./layout.js";
import { plainMessage, Stacks } from "./stacks.js";

/** One shared name: `v` is its value now. Own data property once it has one, so that reading it costs about 1 ns. */
class Box {
  declare v: unknown;
}

/** The names that cells share. */
class Boxes {
  readonly #boxes = new Map<string, Box>();

  /** The box of a name; until something is assigned, reading it is an error that says so. */
  get(name: string): Box {
    const known = this.#boxes.get(name);
    if (known) return known;
    const box = new Box();
    Object.defineProperty(box, "v", {
      configurable: true,
      enumerable: false,
      get: () => {
        throw new ReferenceError(`${name} has no value: the cell that declares it did not get that far.`);
      },
      set: (value: unknown) => define(box, value),
    });
    this.#boxes.set(name, box);
    return box;
  }

  /** Makes a name follow another binding (an import's), until something else is assigned to it. */
  follow(box: Box, read: () => unknown): void {
    Object.defineProperty(box, "v", {
      configurable: true,
      enumerable: true,
      get: read,
      set: (value: unknown) => define(box, value),
    });
  }

  /** Names that have a value now. */
  values(): Map<string, unknown> {
    const found = new Map<string, unknown>();
    for (const [name, box] of this.#boxes) {
      if (Object.getOwnPropertyDescriptor(box, "v")?.enumerable) found.set(name, box.v);
    }
    return found;
  }

  clear(): void {
    this.#boxes.clear();
  }
}

function define(box: Box, value: unknown): void {
  Object.defineProperty(box, "v", { configurable: true, enumerable: true, writable: true, value });
}

/** Runs the hub's cells on the thread that holds the user's values. */
export class HubEvaluator implements Evaluator {
  readonly format = hubFormat;
  readonly stacks = new Stacks(ownFolders());
  readonly #boxes = new Boxes();
  readonly #importer: Importer;

  /**
   * Takes over `Error.prepareStackTrace`, so that stacks tell the user's own lines wherever they are read.
   * @param compile - compiles a local file that is named only while code runs; without it, Node loads that as it can
   */
  constructor(compile?: CompileModule) {
    this.#importer = new Importer(this.stacks, compile);
    addNewerBuiltins();
    Error.prepareStackTrace = (error, frames) => this.stacks.format(error, frames);
  }

  async evaluate(cell: CompiledCell, options: EvaluateOptions): Promise<CellValue> {
    const extra = cell.extra as HubExtra;
    const filename = `Cell [${cell.count}]`;
    const from = join(options.cwd, "cell.js");
    this.stacks.add(filename, cell.sourceMap ?? "");
    const running = {
      value: undefined as unknown,
      meta: metaOf(from),
      import: (specifier: string, importOptions?: ImportCallOptions) =>
        this.#importer.import(
          String(specifier),
          importedFrom(String(specifier), options.cwd),
          extra.links,
          extra.modules,
          importOptions,
        ),
      load: (specifier: string, importOptions?: ImportCallOptions) =>
        this.#importer.load(
          String(specifier),
          importedFrom(String(specifier), options.cwd),
          extra.links,
          extra.modules,
          importOptions,
        ),
      require: (specifier: string) =>
        this.#importer.require(specifier, importedFrom(specifier, options.cwd), extra.links, extra.modules),
      bind: (exports: Record<string, unknown>, pairs: ReadonlyArray<[Box, string, string]>, specifier: string) =>
        this.#bind(exports, pairs, specifier),
      typed: noteType,
      interrupt: obeyInterrupt,
      enter: obeyAtEntry,
    };
    const script = new Script(cell.js, {
      filename,
      columnOffset: -extra.head,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const run = script.runInThisContext() as (...args: unknown[]) => Promise<void>;
    const boxes = extra.boxes.map((name) => this.#boxes.get(name));
    try {
      await run(running, interruptFlag(), createRequire(from), from, options.cwd, ...boxes);
    } catch (error) {
      tidyMessage(error);
      throw error;
    }
    const result = { hasValue: extra.hasValue, value: running.value };
    // biome-ignore lint/suspicious/noThenProperty: an own one hides that of Object.prototype, which a cell may have set
    return Object.defineProperty(result, "then", { value: undefined });
  }

  names(): Map<string, unknown> {
    return this.#boxes.values();
  }

  reset(): void {
    this.#boxes.clear();
    this.#importer.forget();
  }

  /** Imported names follow the module's own bindings. */
  #bind(exports: Record<string, unknown>, pairs: ReadonlyArray<[Box, string, string]>, specifier: string): void {
    for (const [box, imported, local] of pairs) {
      if (imported === "*") this.#boxes.follow(box, () => exports);
      else if (Object.hasOwn(exports, imported)) this.#boxes.follow(box, () => own(exports, imported));
      else {
        // A name that Node's lexer did not find in a CommonJS module is on its `module.exports`.
        const whole = exports.default;
        const holder = (typeof whole === "object" || typeof whole === "function") && whole !== null ? whole : undefined;
        if (imported === "default" && "__esModule" in exports) this.#boxes.follow(box, () => exports);
        else if (holder === undefined || !hasMember(holder, imported)) {
          throw new SyntaxError(`The module '${specifier}' has no export named '${imported}' (imported as ${local}).`);
        } else this.#boxes.follow(box, () => Reflect.get(holder, imported));
      }
    }
  }
}

/** Whether a module's object or its class has a member; what every object and function inherits is no export. */
function hasMember(holder: object, name: string): boolean {
  for (let at: object | null = holder; at !== null; at = Object.getPrototypeOf(at)) {
    if (at === Object.prototype || at === Function.prototype) return false;
    if (Object.hasOwn(at, name)) return true;
  }
  return false;
}

/** Own property, so that it can be set; frozen errors keep theirs. */
function tidyMessage(error: unknown): void {
  if (!(error instanceof Error) || typeof error.message !== "string") return;
  const plain = plainMessage(error.message);
  if (plain !== error.message) Reflect.set(error, "message", plain);
}

/** Where the types of values that were asked for are kept, for all copies of the package: value to its shape. */
const key = Symbol.for("runlab.types");

/** Notes a value's TypeScript type, as the engine knew it where it was used. @returns the value */
function noteType<T>(value: T, shape: unknown): T {
  if (typeof value === "function" || (typeof value === "object" && value !== null)) notes().set(value, shape);
  return value;
}

function notes(): WeakMap<object, unknown> {
  const found = Reflect.get(globalThis, key) as WeakMap<object, unknown> | undefined;
  if (found !== undefined) return found;
  const made = new WeakMap<object, unknown>();
  Object.defineProperty(globalThis, key, { value: made, configurable: true });
  return made;
}

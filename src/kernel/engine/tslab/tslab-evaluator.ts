import vm from "node:vm";
import { own } from "../../../own.js";
import { ownFolders } from "../../own-package.js";
import type { CompileModule } from "../compile-module.js";
import type { CellValue, CompiledCell, EvaluateOptions, Evaluator } from "../engine.js";
import { Stacks } from "../hub/stacks.js";
import { CellModules } from "./cell-modules.js";
import { dynamicImportName, type TslabExtra, tslabFormat } from "./tslab-format.js";

type CellFunction = (
  scope: object,
  require: NodeJS.Require,
  dynamicImport: (id: string) => Promise<unknown>,
) => unknown;

/** Runs what `TslabEngine` compiles: CommonJS whose `exports` are the names of all cells so far. */
export class TslabEvaluator implements Evaluator {
  readonly format = tslabFormat;
  readonly stacks = new Stacks(ownFolders());
  /** Without a prototype: what a cell exports may be called `__proto__`, and compiled code assigns it. */
  readonly #scope = Object.create(null) as Record<string, unknown>;
  /** What a cell gets as its `exports`. */
  readonly #exports = exportsFor(this.#scope);
  readonly #modules = new Map<string, CellModules>();
  /** Names under which cells leave their value; tslab chooses what the cell does not use. */
  readonly #valueNames = new Set<string>();

  readonly #compile: CompileModule | undefined;

  /**
   * Takes over `Error.prepareStackTrace`, so that stacks tell the user's own lines wherever they are read.
   * @param compile - compiles a local file that is named only while code runs; without it, Node loads that as it can
   */
  constructor(compile?: CompileModule) {
    this.#compile = compile;
    Error.prepareStackTrace = (error, frames) => this.stacks.format(error, frames);
  }

  async evaluate(cell: CompiledCell, { cwd }: EvaluateOptions): Promise<CellValue> {
    const extra = cell.extra as TslabExtra;
    const modules = this.#modulesIn(cwd);
    if (extra.lastExpression !== undefined) this.#valueNames.add(extra.lastExpression);
    modules.update(extra.files);
    await modules.prepare(extra.imports);
    const filename = `Cell [${cell.count}]`;
    this.stacks.add(filename, cell.sourceMap ?? "");
    const script = new vm.Script(`${head}${cell.js}\n})`, { filename, columnOffset: -head.length });
    const run = script.runInThisContext() as CellFunction;
    await run(this.#exports, modules.require, modules.importIn(extra.imports));
    return this.#takeValue(extra.lastExpression);
  }

  names(): Map<string, unknown> {
    const names = Object.keys(this.#scope).filter((name) => !this.#valueNames.has(name));
    return new Map(names.map((name) => [name, own(this.#scope, name)]));
  }

  reset(): void {
    for (const name of Object.keys(this.#scope)) delete this.#scope[name];
  }

  #takeValue(name: string | undefined): CellValue {
    if (name === undefined) return { hasValue: false, value: undefined };
    const value = own(this.#scope, name);
    delete this.#scope[name];
    return { hasValue: true, value };
  }

  #modulesIn(cwd: string): CellModules {
    const known = this.#modules.get(cwd) ?? new CellModules(cwd, this.stacks, this.#compile);
    this.#modules.set(cwd, known);
    return known;
  }
}

/** A cell runs in a function of its own, so that any name may be declared again; async, for top-level await. */
const head = `(async function (exports, require, ${dynamicImportName}) { `;

/**
 * TypeScript defines what a module exports as properties that cannot change again, because a module runs once.
 * Here the next cell may declare the name anew.
 */
function exportsFor(scope: Record<string, unknown>): object {
  return new Proxy(scope, {
    defineProperty: (target, name, attributes) => {
      if (name === "__esModule") return true;
      if (!attributes.get)
        return Reflect.defineProperty(target, name, { ...attributes, ...redefinable, writable: true });
      const set = (value: unknown) => Reflect.defineProperty(target, name, { ...redefinable, writable: true, value });
      return Reflect.defineProperty(target, name, { get: attributes.get, set, ...redefinable });
    },
  });
}

const redefinable = { configurable: true, enumerable: true };

import { Script } from "node:vm";
import { ModelError } from "../../errors.js";
import { classOf, setOwn } from "../../own.js";
import { type Origin, originOf } from "./class-origin.js";
import { compilerHelpers } from "./compiler-helpers.js";
import { holdsInstance, isClassInstance, isPlainData, NotState, plainJson, toStateJson } from "./state-json.js";

/** A model's code as text, with all that it needs of the notebook. */
interface CapturedSource {
  /** An ES module; `export function create(state, packages)` gives the model's `predict`, or the object that has it. */
  text: string;
  /** What `create` is given: JSON, see `state-json.ts`. */
  state: Record<string, unknown>;
  /** Packages whose exports it uses: name to exact version. */
  packages: Record<string, string>;
}

/**
 * Names that compiled cells have for what earlier cells declare: `alpha` is `$_alpha.v`.
 * @see kernel/engine/hub/layout.ts, runtimeNames
 */
const cellName = /\$_([\p{ID_Start}$_][\p{ID_Continue}$]*)\.v\b/gu;

/** Stand-ins for what a compiled cell is given: its interrupt flag, and its `import()`. */
const cellRuntime = `const $$stop = [0];
const $$cell = { interrupt() {}, enter() {}, import: (name) => import(name), meta: import.meta };`;

/**
 * Writes a function, or an object with a `predict`, as a module of its own. Names of the notebook's cells that it uses come
 * along: data as state, functions and classes as source, exports of packages as imports.
 * @throws {ModelError} INVALID_STATE naming what cannot come along
 */
export async function captureSource(model: unknown, names: ReadonlyMap<string, unknown>): Promise<CapturedSource> {
  const writer = new SourceWriter(names);
  const written = await writer.expression(model, "the model");
  return {
    text: writer.module(written),
    state: writer.state,
    packages: writer.packages,
  };
}

class SourceWriter {
  readonly state: Record<string, unknown> = {};
  readonly packages: Record<string, string> = {};
  readonly #names: ReadonlyMap<string, unknown>;
  /** Names that are being written or are done; functions may call each other. */
  readonly #boxes = new Map<string, string>();
  /** Objects that are being written. */
  readonly #above = new Set<object>();

  constructor(names: ReadonlyMap<string, unknown>) {
    this.#names = names;
  }

  module(model: string): string {
    const boxes = [...this.#boxes.keys()].map((name) => `  const $_${name} = {};\n`).join("");
    // Data and packages before the functions and classes that may use them at once.
    const values = [...this.#boxes].map(([name, value]) => `  $_${name}.v = ${value};\n`).join("");
    const create = `export function create(state, packages) {\n${boxes}${values}  return ${model};\n}\n`;
    return `${cellRuntime}\n${compilerHelpers(create)}\n${create}`;
  }

  /** JavaScript that gives the value again. */
  async expression(value: unknown, label: string): Promise<string> {
    if (typeof value === "function") return this.#functionOrClass(value, label);
    if (typeof value !== "object" || value === null) return this.#data(value, label);
    const origin = await originOf(value);
    if (origin !== undefined) return this.#import(origin);
    if (this.#above.has(value)) {
      throw cannot(label, "a circular value", "Remove the circular reference.");
    }
    this.#above.add(value);
    const written = await (isClassInstance(value) ? this.#instance(value, label) : this.#object(value, label));
    this.#above.delete(value);
    return written;
  }

  async #functionOrClass(value: object, label: string): Promise<string> {
    const origin = await originOf(value);
    if (origin !== undefined) return this.#import(origin);
    const source = Function.prototype.toString.call(value);
    const own = Reflect.get(value, "name");
    const expression = sourceExpression(source, typeof own === "string" ? own : "");
    if (expression === undefined) {
      throw cannot(label, "a function whose source cannot be read", "Write it in the notebook, or log a module file.");
    }
    await this.#capture(source);
    return expression;
  }

  /** Cell names in a source. */
  async #capture(source: string): Promise<void> {
    for (const [, name = ""] of source.matchAll(cellName)) {
      if (this.#boxes.has(name)) continue;
      if (!this.#names.has(name)) throw cannot(name, "a name that has no value yet", "Run the cell that declares it.");
      this.#boxes.set(name, "undefined");
      const written = await this.expression(this.#names.get(name), `'${name}'`);
      // What it needs itself was added after it meanwhile, and must come first.
      this.#boxes.delete(name);
      this.#boxes.set(name, written);
    }
  }

  #import({ package: name, version, export: exported }: Origin): string {
    setOwn(this.packages, name, version);
    const module = `packages[${JSON.stringify(name)}]`;
    return exported === "default" ? `${module}.default` : `${module}[${JSON.stringify(exported)}]`;
  }

  /** An instance comes back by its class: `load(toJSON())` where it has them, else by its fields. */
  async #instance(value: object, label: string): Promise<string> {
    const owner = classOf(value);
    if (owner === undefined) throw cannot(label, "an object of an unknown class", "Use plain data instead.");
    const { toJSON } = value as { toJSON?: () => unknown };
    const loads = ["load", "fromJSON"].find((name) => typeof Reflect.get(owner, name) === "function");
    const data = (fields: unknown) => this.#data(fields, label);
    try {
      if (typeof toJSON === "function" && loads !== undefined) {
        const json = data(plainJson(value, toJSON.call(value)));
        return `${await this.#functionOrClass(owner, `the class of ${label}`)}.${loads}(${json})`;
      }
      const fields = await this.#fields(value, label);
      const made = await this.#functionOrClass(owner, `the class of ${label}`);
      return `Object.create(${made}.prototype, Object.getOwnPropertyDescriptors(${fields}))`;
    } catch (error) {
      // A plain container (Date, Map, typed array) is data.
      if (isPlainData(value)) return data(value);
      throw error;
    }
  }

  /**
   * Fields are data; those that are not may be instances themselves, as in a pipeline of a scaler and a regression. No
   * functions: one that was made in a constructor knows `this` and more, which its source alone does not.
   */
  async #fields(value: object, label: string): Promise<string> {
    const entries = Object.entries(value);
    const data = this.#data(Object.fromEntries(entries.filter(([, field]) => !holdsInstance(field))), label);
    const others: string[] = [];
    for (const [key, field] of entries) {
      if (holdsInstance(field)) others.push(`${memberName(key)}: ${await this.#part(field, `${label}.${key}`)}`);
    }
    return others.length === 0 ? data : `{ ...${data}, ${others.join(", ")} }`;
  }

  /** An instance, or a list with some in it. */
  async #part(value: unknown, label: string): Promise<string> {
    if (!holdsInstance(value)) return this.#data(value, label);
    if (!Array.isArray(value)) return this.expression(value, label);
    const items: string[] = [];
    for (const [at, item] of value.entries()) items.push(await this.#part(item, `${label}[${at}]`));
    return `[${items.join(", ")}]`;
  }

  /** A plain object: fields are data, except for those that are or hold functions. */
  async #object(value: object, label: string): Promise<string> {
    if (Array.isArray(value) || !Object.values(value).some((field) => typeof field === "function")) {
      return this.#data(value, label);
    }
    const parts: string[] = [];
    for (const [key, field] of Object.entries(value)) {
      parts.push(`${memberName(key)}: ${await this.expression(field, `${label}.${key}`)}`);
    }
    return `{ ${parts.join(", ")} }`;
  }

  #data(value: unknown, label: string): string {
    const key = `s${Object.keys(this.state).length}`;
    try {
      setOwn(this.state, key, toStateJson(value));
    } catch (error) {
      if (!(error instanceof NotState)) throw error;
      throw cannot(
        `${label}${error.at}`,
        error.what,
        "Give its class a toJSON method and a static load, or use plain data instead.",
      );
    }
    return `state.${key}`;
  }
}

/** A key as an object literal has it; `"__proto__": x` would be its prototype. */
function memberName(key: string): string {
  return key === "__proto__" ? `["__proto__"]` : JSON.stringify(key);
}

function cannot(label: string, what: string, hint: string): ModelError {
  return new ModelError("INVALID_STATE", `The model cannot be saved: ${label} is ${what}.`, { hint });
}

/**
 * A function's or class's source as an expression: a method (`predict(x) { … }`) is written as in an object.
 * @param name - the function's own, which is the method's key
 * @returns undefined for a source that cannot be kept, such as `[native code]`
 */
function sourceExpression(source: string, name: string): string | undefined {
  if (parses(`(${source})`)) return `(${source})`;
  const member = /^(?:async)?\s*(?:\*\s*)?(?:\[|[\p{ID_Start}$_"'\d])/u.test(source)
    ? `({ ${source} })[${JSON.stringify(name)}]`
    : "";
  return member !== "" && parses(member) ? member : undefined;
}

function parses(code: string): boolean {
  try {
    // Only compiled, never run. `await` and `import.meta` of a cell stand inside functions.
    new Script(code.replaceAll("import.meta", "import_meta"));
    return !/\{\s*\[native code\]\s*\}\)?$/.test(code);
  } catch {
    return false;
  }
}

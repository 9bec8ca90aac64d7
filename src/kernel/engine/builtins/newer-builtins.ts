import { types } from "node:util";
import { own } from "../../../own.js";
import { type Callback, callback } from "./callback.js";
import { AsyncDisposableStack, DisposableStack, SuppressedError } from "./disposable-stacks.js";
import { iteratorClass, iteratorMethods, iteratorPrototype } from "./iterator-helpers.js";
import { setMethods } from "./set-methods.js";

/**
 * Methods that TypeScript's `esnext` library declares and that the Node at hand may lack: Node 20 has none of them,
 * Node 22 and 24 most. A cell that passes the checker finds them at run time. Results and kinds of errors are those of
 * Node 24, its words where they help. Not among them: Temporal, Float16Array, `ArrayBuffer.transfer`, base64 and hex of
 * a Uint8Array.
 * @see ECMA-262, editions of 2024 to 2026
 */

/** Adds what is missing to the globals of this thread, as methods that do not show when objects are listed. */
export function addNewerBuiltins(): void {
  for (const [holder, methods] of newer()) {
    for (const [name, value] of Object.entries(Object.getOwnPropertyDescriptors(methods))) {
      if (Object.hasOwn(holder, name)) continue;
      Object.defineProperty(holder, name, { ...value, enumerable: false });
    }
  }
  const classes = { Iterator: iteratorClass(), SuppressedError, DisposableStack, AsyncDisposableStack };
  for (const [name, value] of Object.entries(classes)) {
    if (Object.hasOwn(globalThis, name)) continue;
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

type Methods = Record<string, unknown>;

function newer(): ReadonlyArray<readonly [object, Methods]> {
  return [
    [Object, objects],
    [Map, maps],
    [Map.prototype, mapMethods],
    [WeakMap.prototype, mapMethods],
    [Promise, promises],
    [Array, arrays],
    [Set.prototype, setMethods],
    [iteratorPrototype, iteratorMethods],
    [RegExp, regExps],
    [Error, errors],
    [Symbol, symbols],
  ];
}

const objects: Methods = {
  groupBy(items: unknown, keyOf: unknown) {
    const asProperty = (key: unknown) => (typeof key === "symbol" ? key : String(key));
    return Object.setPrototypeOf(Object.fromEntries(grouped("Object", items, keyOf, asProperty)), null);
  },
};

const maps: Methods = {
  groupBy(items: unknown, keyOf: unknown) {
    return grouped("Map", items, keyOf, (key) => key);
  },
};

function grouped<K>(by: string, items: unknown, keyOf: unknown, asKey: (key: unknown) => K): Map<K, unknown[]> {
  if (items === null || items === undefined) throw new TypeError(`${by}.groupBy called on null or undefined`);
  const keyed = callback(keyOf);
  const groups = new Map<K, unknown[]>();
  let index = 0;
  for (const item of items as Iterable<unknown>) {
    const key = asKey(keyed(item, index++));
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

const mapMethods: Methods = {
  getOrInsert(this: Map<unknown, unknown>, key: unknown, value: unknown) {
    if (!this.has(key)) this.set(key, value);
    return this.get(key);
  },
  getOrInsertComputed(this: Map<unknown, unknown>, key: unknown, make: unknown) {
    const made = callback(make);
    // A map keeps no -0.
    if (!this.has(key)) this.set(key, made(key === 0 ? 0 : key));
    return this.get(key);
  },
};

const promises: Methods = {
  withResolvers(this: PromiseConstructor) {
    let resolve: unknown;
    let reject: unknown;
    const promise = new this((...functions) => {
      [resolve, reject] = functions;
    });
    return { promise, resolve, reject };
  },
  try(this: PromiseConstructor, run: Callback, ...args: unknown[]) {
    return new this((resolve) => resolve(run(...args)));
  },
};

/** What can be made an array of: something to loop over, now or later, or something with a length. */
type Source = ArrayLike<unknown> & Partial<AsyncIterable<unknown> & Iterable<unknown>>;

const arrays: Methods = {
  async fromAsync(source: Source, map?: unknown, thisArgument?: unknown) {
    const change = map === undefined ? undefined : callback(map);
    const iterable = (source[Symbol.asyncIterator] ?? source[Symbol.iterator]) ? source : Array.from(source);
    const result: unknown[] = [];
    for await (const item of iterable as Iterable<unknown>) {
      result.push(change ? await Reflect.apply(change, thisArgument, [item, result.length]) : item);
    }
    return result;
  },
};

const controls: Record<string, string> = { "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r" };

const regExps: Methods = {
  escape(text: unknown) {
    if (typeof text !== "string") throw new TypeError("input argument must be a string");
    // A letter or digit at the start could go on with what stands before: \1, \x4, \c.
    const special = /^[0-9A-Za-z]|[\^$\\.*+?()[\]{}|/,\-=<>#&!%:;@~'`"\s]|\p{Surrogate}/gu;
    return text.replace(special, escaped);
  },
};

function escaped(character: string): string {
  if (/[\^$\\.*+?()[\]{}|/]/.test(character)) return `\\${character}`;
  const control = own(controls, character);
  if (control !== undefined) return `\\${control}`;
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
}

const errors: Methods = {
  isError(value: unknown) {
    return types.isNativeError(value) || value instanceof DOMException;
  },
};

/** What standard decorators keep their metadata under; without it `context.metadata` is undefined. */
const symbols: Methods = { metadata: Symbol("Symbol.metadata") };

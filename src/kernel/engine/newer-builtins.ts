import { types } from "node:util";
import { AsyncDisposableStack, DisposableStack, SuppressedError } from "./disposable-stacks.js";

/**
 * Methods that TypeScript's `esnext` library declares and that the Node at hand may lack: Node 20 has none of them,
 * Node 22 and 24 most. A cell that passes the checker finds them at run time. Not among them: Temporal, Float16Array,
 * and what else cannot be told in a few lines.
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
    if (name in globalThis) continue;
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

type Methods = Record<string, unknown>;
type Callback = (...args: unknown[]) => unknown;

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
  ];
}

const objects: Methods = {
  groupBy(items: Iterable<unknown>, keyOf: Callback) {
    const groups = Object.create(null) as Record<PropertyKey, unknown[]>;
    for (const [key, group] of grouped(items, keyOf, (key) => (typeof key === "symbol" ? key : String(key)))) {
      groups[key] = group;
    }
    return groups;
  },
};

const maps: Methods = {
  groupBy(items: Iterable<unknown>, keyOf: Callback) {
    return grouped(items, keyOf, (key) => key);
  },
};

function grouped<K>(items: Iterable<unknown>, keyOf: Callback, asKey: (key: unknown) => K): Map<K, unknown[]> {
  const groups = new Map<K, unknown[]>();
  let index = 0;
  for (const item of items) {
    const key = asKey(keyOf(item, index++));
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
  getOrInsertComputed(this: Map<unknown, unknown>, key: unknown, make: Callback) {
    if (!this.has(key)) this.set(key, make(key));
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

const arrays: Methods = {
  async fromAsync(
    source: AsyncIterable<unknown> | Iterable<unknown> | ArrayLike<unknown>,
    map?: Callback,
    thisArgument?: unknown,
  ) {
    const iterable = Symbol.asyncIterator in source || Symbol.iterator in source ? source : Array.from(source);
    const result: unknown[] = [];
    for await (const item of iterable) {
      result.push(map ? await Reflect.apply(map, thisArgument, [item, result.length]) : item);
    }
    return result;
  },
};

/** What the methods of sets take: a Set, a Map, or anything with these. */
interface SetLike {
  size: number;
  has(value: unknown): boolean;
  keys(): Iterator<unknown>;
}

function* keysOf(other: SetLike): Generator<unknown> {
  const keys = other.keys();
  for (let step = keys.next(); !step.done; step = keys.next()) yield step.value;
}

const setMethods: Methods = {
  union(this: Set<unknown>, other: SetLike) {
    return new Set([...this, ...keysOf(other)]);
  },
  intersection(this: Set<unknown>, other: SetLike) {
    return new Set([...this].filter((value) => other.has(value)));
  },
  difference(this: Set<unknown>, other: SetLike) {
    return new Set([...this].filter((value) => !other.has(value)));
  },
  symmetricDifference(this: Set<unknown>, other: SetLike) {
    const result = new Set(this);
    for (const value of keysOf(other)) {
      if (this.has(value)) result.delete(value);
      else result.add(value);
    }
    return result;
  },
  isSubsetOf(this: Set<unknown>, other: SetLike) {
    return this.size <= other.size && [...this].every((value) => other.has(value));
  },
  isSupersetOf(this: Set<unknown>, other: SetLike) {
    return this.size >= other.size && [...keysOf(other)].every((value) => this.has(value));
  },
  isDisjointFrom(this: Set<unknown>, other: SetLike) {
    return ![...this].some((value) => other.has(value));
  },
};

/** What every iterator of the language inherits from. */
const iteratorPrototype: object = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

/** An iterator as something to loop over, which closes it when the loop is left. */
function each(iterator: Iterator<unknown>): Iterable<unknown> {
  return { [Symbol.iterator]: () => iterator };
}

const iteratorMethods: Methods = {
  *map(this: Iterator<unknown>, change: Callback) {
    let index = 0;
    for (const value of each(this)) yield change(value, index++);
  },
  *filter(this: Iterator<unknown>, wanted: Callback) {
    let index = 0;
    for (const value of each(this)) if (wanted(value, index++)) yield value;
  },
  *take(this: Iterator<unknown>, limit: number) {
    let left = countOf(limit);
    if (left <= 0) return void this.return?.();
    for (const value of each(this)) {
      yield value;
      if (--left <= 0) return;
    }
  },
  *drop(this: Iterator<unknown>, limit: number) {
    let left = countOf(limit);
    for (const value of each(this)) if (left-- <= 0) yield value;
  },
  *flatMap(this: Iterator<unknown>, change: Callback) {
    let index = 0;
    for (const value of each(this)) yield* change(value, index++) as Iterable<unknown>;
  },
  reduce(this: Iterator<unknown>, combine: Callback, ...initial: unknown[]) {
    const first = initial.length > 0 ? { value: initial[0], done: false } : this.next();
    if (first.done) throw new TypeError("Reduce of an iterator without values needs an initial value");
    let result = first.value;
    let index = initial.length > 0 ? 0 : 1;
    for (const value of each(this)) result = combine(result, value, index++);
    return result;
  },
  toArray(this: Iterator<unknown>) {
    return [...each(this)];
  },
  forEach(this: Iterator<unknown>, use: Callback) {
    let index = 0;
    for (const value of each(this)) use(value, index++);
  },
  some(this: Iterator<unknown>, wanted: Callback) {
    let index = 0;
    for (const value of each(this)) if (wanted(value, index++)) return true;
    return false;
  },
  every(this: Iterator<unknown>, wanted: Callback) {
    let index = 0;
    for (const value of each(this)) if (!wanted(value, index++)) return false;
    return true;
  },
  find(this: Iterator<unknown>, wanted: Callback) {
    let index = 0;
    for (const value of each(this)) if (wanted(value, index++)) return value;
    return undefined;
  },
};

function countOf(limit: number): number {
  const count = Math.trunc(Number(limit));
  if (!(count >= 0)) throw new RangeError(`${limit} must be positive`);
  return count;
}

/** The global `Iterator`: for `extends`, `instanceof` and `Iterator.from`. */
function iteratorClass(): unknown {
  function Iterator(this: unknown): void {
    if (new.target === undefined || new.target === (Iterator as unknown)) {
      throw new TypeError("Abstract class Iterator not directly constructable");
    }
  }
  Object.defineProperty(Iterator, "prototype", { value: iteratorPrototype, writable: false });
  const from = (source: Iterable<unknown> | Iterator<unknown>): unknown => {
    const iterator = Symbol.iterator in source ? source[Symbol.iterator]() : source;
    return iterator instanceof (Iterator as unknown as typeof Object) ? iterator : adopt(iterator);
  };
  return Object.defineProperty(Iterator, "from", { value: from, configurable: true, writable: true });
}

/** An iterator that somebody wrote by hand, with the methods of the language's own. */
function adopt(iterator: Iterator<unknown>): unknown {
  const adopted = Object.create(iteratorPrototype) as Record<string, unknown>;
  adopted.next = () => iterator.next();
  adopted.return = () => iterator.return?.() ?? { done: true, value: undefined };
  return adopted;
}

const regExps: Methods = {
  escape(text: string) {
    const special = /[\\^$.*+?()[\]{}|/]/g;
    const other = /[,\-=<>#&!%:;@~'`"\s]/gu;
    return text
      .replace(special, "\\$&")
      .replace(other, (character) => hex(character))
      .replace(/^[0-9A-Za-z]/, (character) => hex(character));
  },
};

function hex(character: string): string {
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

const errors: Methods = {
  isError(value: unknown) {
    return types.isNativeError(value);
  },
};

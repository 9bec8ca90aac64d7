import { inspect, types } from "node:util";

/** Objects with more keys than this are shown in part: at the top the first ones, further in only how many there are. */
const maxKeys = 5_000;
/** Keys that are shown of such an object, and the most elements of one array, Map or Set. */
export const maxElements = 100;
/** Keys read of all objects within one value; V8 takes half a microsecond for one, and hands them out only all at once. */
const keyBudget = 100_000;
/** Arrays up to this length are looked at for keys beside their elements; of longer ones that would list the elements. */
const longestKeyed = 1_000;
/** Maps and Sets up to this size are copied when an element of theirs is shown in part. */
const maxCopied = 10_000;
/** Longest message of an error within a value, in characters. */
const maxMessage = 10_000;
/** Larger ones have more than 30,000 digits, and writing them takes time that grows with the square of that. */
const largestWritten = 1n << 100_000n;

/**
 * What `inspect` can print of a value in bounded time: Node limits how many elements of arrays, Maps and Sets it prints, but prints
 * all keys of an object, and reads all keys of those that it prints as `[Object]`. Runs none of the value's code, but for reading
 * `[inspect.custom]` as `inspect` does. One outline serves several values that are shown together: it reads no object's keys twice,
 * and no more keys than are worth the time. The keys of what stands behind a Proxy are unknown to it.
 */
export class ValueOutline {
  #left = keyBudget;
  readonly #known = new Map<object, readonly PropertyKey[]>();

  /**
   * The most levels that can be printed without printing more than `most` values, at most `levels`; else 0.
   */
  depth(value: unknown, levels: number, most: number): number {
    let level: unknown[] = [value];
    let total = 1;
    for (let depth = 0; depth <= levels; depth++) {
      const next: unknown[] = [];
      for (const each of level) {
        for (const part of this.#parts(each)) next.push(part.value);
        if (total + next.length > most) return Math.max(0, depth - 1);
      }
      if (next.length === 0) return levels;
      total += next.length;
      level = next;
    }
    return levels;
  }

  /**
   * The value itself, or where that has too much in it a stand-in that prints as its first part, and says what is left out.
   * @param depth - as given to `inspect`
   */
  printable(value: unknown, depth: number): unknown {
    if (!isObject(value) || isOpaque(value)) return this.#copy(value, depth);
    const keys = this.keys(value);
    if (keys === undefined || keys.length <= maxKeys) return this.#copy(value, depth);
    const some = this.#parts(value).map((part) => ({ ...part, copy: this.#copy(part.value, depth - 1) }));
    const copy = rebuilt(value, some) ?? printsAs(`[${typeNameOf(value)}]`);
    const note = `(showing ${some.length} of ${keys.length.toLocaleString("en-US")} keys)`;
    return {
      [inspect.custom]: (left: number, options: object) => `${inspect(copy, { ...options, depth: left })}\n${note}`,
    };
  }

  #copy(value: unknown, depth: number): unknown {
    if (typeof value === "bigint" && (value > largestWritten || value < -largestWritten)) {
      return printsAs(`[bigint of ${value.toString(16).length.toLocaleString("en-US")} hexadecimal digits]`);
    }
    if (!isObject(value) || isOpaque(value)) return value;
    if (types.isStringObject(value) && value.length > longestKeyed) {
      return printsAs(`[String of ${value.length.toLocaleString("en-US")} characters]`);
    }
    const keys = this.keys(value);
    if (keys === undefined) return printsAs(`[${typeNameOf(value)}]`);
    if (keys.length > maxKeys) {
      return printsAs(`[${typeNameOf(value)} with ${keys.length.toLocaleString("en-US")} keys]`);
    }
    // Node prints the text of an error at any depth.
    const isLong = types.isNativeError(value) && String(dataOf(value, "message") ?? "").length > maxMessage;
    if (depth < 0 && !isLong) return value;
    const parts = (depth < 0 ? [] : this.#parts(value)).map((part) => ({
      ...part,
      copy: this.#copy(part.value, depth - 1),
    }));
    if (!isLong && parts.every((part) => part.copy === part.value)) return value;
    return rebuilt(value, parts) ?? printsAs(`[${typeNameOf(value)}]`);
  }

  /** What is printed within a value, in its order; getters count as values without parts. */
  #parts(value: unknown): Part[] {
    if (!isObject(value) || isOpaque(value)) return [];
    const parts: Part[] = [];
    if (types.isMap(value)) {
      for (const [key, each] of firstOf(Map.prototype.entries.call(value))) {
        parts.push({ of: "key", value: key }, { of: "element", value: each });
      }
    } else if (types.isSet(value)) {
      for (const each of firstOf(Set.prototype.values.call(value))) parts.push({ of: "element", value: each });
    } else if (Array.isArray(value)) {
      for (let at = 0; at < Math.min(value.length, maxElements); at++) {
        parts.push({ of: String(at), value: dataOf(value, at) });
      }
    }
    const keys = this.keys(value) ?? [];
    for (const key of keys.length > maxKeys ? keys.slice(0, maxElements) : keys) {
      parts.push({ of: key, value: dataOf(value, key) });
    }
    if (types.isNativeError(value)) {
      for (const key of ["cause", "errors"]) {
        if (Object.hasOwn(value, key) && !keys.includes(key)) parts.push({ of: key, value: dataOf(value, key) });
      }
    }
    return parts;
  }

  /** Its own enumerable keys, elements left out; undefined when so many have been read that no more are. */
  keys(value: object): readonly PropertyKey[] | undefined {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#left <= 0) return undefined;
    const keys = keysOf(value);
    this.#left -= keys.length;
    this.#known.set(value, keys);
    return keys;
  }
}

/** Name of the value's class, without running code of the value's. */
export function typeNameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value;
  if (types.isProxy(value)) return "Proxy";
  const prototype: unknown = Object.getPrototypeOf(value);
  const maker = prototype === null ? undefined : Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  const name: unknown = typeof maker === "function" ? Object.getOwnPropertyDescriptor(maker, "name")?.value : undefined;
  return typeof name === "string" && name !== "" ? name : "Object";
}

interface Part {
  /** The property's key; of a Map's entry and of a Set's element, what it is. */
  of: PropertyKey | "key" | "element";
  value: unknown;
}

interface CopiedPart extends Part {
  copy: unknown;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** What is printed by code of its own, or cannot be looked into. */
function isOpaque(value: object): boolean {
  if (types.isProxy(value)) return true;
  return typeof (value as { [inspect.custom]?: unknown })[inspect.custom] === "function";
}

function keysOf(value: object): readonly PropertyKey[] {
  const length = Array.isArray(value) || types.isTypedArray(value) || types.isStringObject(value) ? value.length : 0;
  if (length > longestKeyed) return [];
  const names = Object.keys(value);
  const symbols = Object.getOwnPropertySymbols(value);
  const others = length === 0 ? names : names.filter((name) => !/^\d+$/.test(name));
  return symbols.length === 0
    ? others
    : [...others, ...symbols.filter((key) => Object.getOwnPropertyDescriptor(value, key)?.enumerable)];
}

function dataOf(value: object, key: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function* firstOf<T>(all: Iterable<T>): Generator<T> {
  let left = maxElements;
  for (const each of all) {
    if (left-- === 0) return;
    yield each;
  }
}

function printsAs(text: string): object {
  return { [inspect.custom]: () => text };
}

/** The same with its parts replaced; undefined for what cannot be made anew, such as a function. */
function rebuilt(value: object, parts: readonly CopiedPart[]): object | undefined {
  const copy = emptyCopy(value, parts);
  if (copy === undefined) return undefined;
  Object.setPrototypeOf(copy, Object.getPrototypeOf(value));
  const isCollection = types.isMap(value) || types.isSet(value);
  for (const { of, copy: part } of parts) {
    const property = Object.getOwnPropertyDescriptor(value, of);
    if (property === undefined || (isCollection && (of === "key" || of === "element"))) continue;
    Object.defineProperty(copy, of, "value" in property ? { ...property, value: part } : property);
  }
  return copy;
}

function emptyCopy(value: object, parts: readonly CopiedPart[]): object | undefined {
  if (Array.isArray(value)) return new Array(value.length);
  if (types.isNativeError(value)) return shortenedError(value);
  if (types.isMap(value)) {
    if (value.size > maxCopied) return undefined;
    const copies = parts.filter(({ of }) => of === "key" || of === "element").map(({ copy }) => copy);
    const copied = new Map<unknown, unknown>();
    for (let at = 0; at < copies.length; at += 2) copied.set(copies[at], copies[at + 1]);
    // What Node counts and does not print.
    for (let at = copied.size; at < value.size; at++) copied.set(Symbol(), undefined);
    return copied;
  }
  if (types.isSet(value)) {
    if (value.size > maxCopied) return undefined;
    const copied = new Set(parts.filter(({ of }) => of === "element").map(({ copy }) => copy));
    for (let at = copied.size; at < value.size; at++) copied.add(Symbol());
    return copied;
  }
  return typeof value === "object" && hasNoSlots(value) ? {} : undefined;
}

/** Whether all that Node prints of it are its properties and its class. */
function hasNoSlots(value: object): boolean {
  return !(
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isArgumentsObject(value) ||
    types.isBoxedPrimitive(value) ||
    types.isDate(value) ||
    types.isGeneratorObject(value) ||
    types.isMapIterator(value) ||
    types.isModuleNamespaceObject(value) ||
    types.isPromise(value) ||
    types.isRegExp(value) ||
    types.isSetIterator(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value)
  );
}

function shortenedError(error: Error): Error {
  const copy = new Error();
  const message = String(dataOf(error, "message") ?? "");
  const stack = String(error.stack ?? "");
  const define = (key: string, text: string) =>
    Object.defineProperty(copy, key, { value: text, enumerable: false, configurable: true, writable: true });
  if (message.length <= maxMessage) {
    define("message", message);
    define("stack", stack);
    return copy;
  }
  const short = `${message.slice(0, maxMessage)}… ${(message.length - maxMessage).toLocaleString("en-US")} more characters`;
  const at = stack.indexOf(message);
  define("message", short);
  define("stack", at < 0 ? stack.slice(0, maxMessage) : stack.slice(0, at) + short + stack.slice(at + message.length));
  return copy;
}

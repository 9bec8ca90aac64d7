import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";

// What this file runs on is taken when it is loaded, as in built-ins.ts: methods that it would call may be what is broken.
const { apply, get, getOwnPropertyDescriptor, ownKeys } = Reflect;
const { is } = Object;
const { isArray } = Array;
const { stringify } = JSON;
const OwnDate = Date;
const OwnPromise = Promise;
const { resolve } = Promise;
const { then } = Promise.prototype;
const { values } = Array.prototype;
const { set: setInMap, entries: entriesOfMap } = Map.prototype;
const { add: addToSet, values: valuesOfSet } = Set.prototype;
const { alloc } = Buffer;
const OwnBuffer = Buffer;

/** Makes what a method is tried on. */
export type Receiver = () => unknown;

/** By the object that methods lie on; each call gets another one. Methods of others are not tried: they may do things. */
const receivers: ReadonlyMap<string, Receiver> = new Map<string, Receiver>([
  ["Array.prototype", () => [3, 1, 2]],
  ["String.prototype", () => "b,a"],
  ["Number.prototype", () => 12.5],
  ["Boolean.prototype", () => true],
  ["Symbol.prototype", () => Symbol.iterator],
  ["Object.prototype", () => ({ a: 1 })],
  ["Function.prototype", () => (value: unknown) => value],
  ["Map.prototype", () => apply(setInMap, new Map(), [1, 2])],
  ["Set.prototype", () => apply(addToSet, new Set(), [1])],
  ["WeakMap.prototype", () => new WeakMap()],
  ["WeakSet.prototype", () => new WeakSet()],
  ["RegExp.prototype", () => /a(b)?/g],
  ["Date.prototype", () => new OwnDate(0)],
  ["Promise.prototype", () => apply(resolve, OwnPromise, [1])],
  ["Error.prototype", () => new Error("a")],
  ["ArrayBuffer.prototype", () => new ArrayBuffer(2)],
  ["SharedArrayBuffer.prototype", () => new SharedArrayBuffer(2)],
  ["TypedArray.prototype", () => new Uint8Array(2)],
  ["Buffer.prototype", () => apply(alloc, OwnBuffer, [2])],
  ["ArrayIterator.prototype", () => apply(values, [1], [])],
  ["MapIterator.prototype", () => apply(entriesOfMap, apply(setInMap, new Map(), [1, 2]), [])],
  ["SetIterator.prototype", () => apply(valuesOfSet, apply(addToSet, new Set(), [1]), [])],
  ["EventEmitter.prototype", () => new EventEmitter()],
  ["AsyncLocalStorage.prototype", () => new AsyncLocalStorage()],
  ["AbortController.prototype", () => new AbortController()],
]);

/** Functions that lie on these are tried on what they lie on. */
const namespaces: ReadonlySet<string> = new Set(
  "Object Array String Number BigInt Symbol JSON Reflect Math Map Promise Error Date Buffer".split(" "),
);

/** Tried too, but nobody can say what they answer. */
const unforeseen: ReadonlySet<string> = new Set(
  "Math.random Date.now Buffer.allocUnsafe Buffer.allocUnsafeSlow process.nextTick process.emit process.listeners process.mainModule".split(
    " ",
  ),
);

/** @returns undefined for a function that is not to be tried */
export function receiverOf(holderName: string, name: string, holder: object): Receiver | undefined {
  const known = receivers.get(holderName);
  if (known) return known;
  return namespaces.has(holderName) || unforeseen.has(name) ? () => holder : undefined;
}

const samples: ReadonlyArray<() => unknown[]> = [
  () => [],
  () => [(value: unknown) => value],
  () => ["a"],
  () => [1],
  () => ["a", "b"],
  () => [1, 2],
  () => ["a", (value: unknown) => value],
  () => [[1, 2]],
  () => [{ a: [1, "b"] }],
  () => [{ a: 1 }, "a"],
  () => [{ a: 1 }, "b", { value: 2, configurable: true }],
  () => ['{"a":[1]}'],
  () => [/a/g, "c"],
  () => [(value: unknown) => value, undefined, [1]],
];

/**
 * Calls a built-in and what a cell has put in its place with the same arguments.
 * @returns what is wrong with the replacement; undefined when it does what the built-in does, as far as that can be told
 */
export function faultOf(name: string, original: unknown, replacement: unknown, receiver: Receiver): string | undefined {
  for (let at = 0; at < samples.length; at += 1) {
    const args = samples[at] as () => unknown[];
    const expected = outcome(original, receiver(), args());
    if (expected.threw) continue;
    const found = outcome(replacement, receiver(), args());
    if (found.threw) return "what replaced it throws";
    if (!unforeseen.has(name) && !alike(expected.value, found.value)) return "what replaced it gives other results";
  }
  return undefined;
}

/** The same for a class or a namespace: whether it has all functions of the one that it replaces. */
export function lackOf(original: object, replacement: object): string | undefined {
  const keys = ownKeys(original);
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at] as PropertyKey;
    if (typeof getOwnPropertyDescriptor(original, key)?.value !== "function") continue;
    if (typeof get(replacement, key) !== "function") {
      return `what replaced it has no ${typeof key === "symbol" ? "such symbol" : key}`;
    }
  }
  return undefined;
}

function outcome(callee: unknown, receiver: unknown, args: unknown[]): { threw: boolean; value?: unknown } {
  try {
    const value: unknown = apply(callee as () => unknown, receiver, args);
    // One that rejects is nobody's to handle.
    if (value instanceof OwnPromise) apply(then, value, [undefined, () => undefined]);
    return { threw: false, value };
  } catch {
    return { threw: true };
  }
}

function alike(one: unknown, other: unknown): boolean {
  if (typeof one !== typeof other) return false;
  if (typeof one === "function") return true;
  if (typeof one !== "object" || one === null || other === null) return is(one, other);
  if (isArray(one) !== isArray(other)) return false;
  try {
    return stringify(one) === stringify(other);
  } catch {
    return true;
  }
}

import { type Callback, callback, isObject } from "./callback.js";

/** What the methods of sets take: a Set, a Map, or anything with these. */
interface SetLike {
  readonly size: number;
  has(value: unknown): unknown;
  keys(): Iterable<unknown>;
}

const { has, values } = Set.prototype;

/** A set's own values, whatever its class makes of `has` and `values`. @throws {TypeError} for what is no Set */
function copyOf(set: unknown): Set<unknown> {
  return new Set(Reflect.apply(values, set, []) as Iterable<unknown>);
}

/** @throws {TypeError} for an array, say: it has no `size`, and its `keys` are numbers */
function setLike(other: unknown, method: string): SetLike {
  if (!isObject(other)) throw new TypeError(`Set.prototype.${method} argument must be an object`);
  const size = Number(Reflect.get(other, "size"));
  if (Number.isNaN(size)) throw new TypeError("The .size property is NaN");
  if (Math.trunc(size) < 0) throw new RangeError(`'${size}' is an invalid size`);
  const holds = callback(Reflect.get(other, "has"));
  const keys = callback(Reflect.get(other, "keys"));
  return {
    size: Math.trunc(size),
    has: (value) => Reflect.apply(holds, other, [value]),
    // An iterator; a loop over it closes it when it is left.
    keys: () => ({ [Symbol.iterator]: () => Reflect.apply(keys, other, []) as Iterator<unknown> }),
  };
}

/** The smaller side is gone through, and the order of the result is its own. @see ECMA-262 2025, 24.2.4 */
export const setMethods: Record<string, Callback> = {
  union(this: unknown, given) {
    const result = copyOf(this);
    for (const value of setLike(given, "union").keys()) result.add(value);
    return result;
  },
  intersection(this: unknown, given) {
    const own = copyOf(this);
    const other = setLike(given, "intersection");
    if (own.size <= other.size) return new Set([...own].filter((value) => other.has(value)));
    return new Set([...other.keys()].filter((value) => own.has(value)));
  },
  difference(this: unknown, given) {
    const own = copyOf(this);
    const other = setLike(given, "difference");
    if (own.size <= other.size) return new Set([...own].filter((value) => !other.has(value)));
    for (const value of other.keys()) own.delete(value);
    return own;
  },
  symmetricDifference(this: unknown, given) {
    const result = copyOf(this);
    for (const value of setLike(given, "symmetricDifference").keys()) {
      if (Reflect.apply(has, this, [value])) result.delete(value);
      else result.add(value);
    }
    return result;
  },
  isSubsetOf(this: unknown, given) {
    const own = copyOf(this);
    const other = setLike(given, "isSubsetOf");
    return own.size <= other.size && [...own].every((value) => other.has(value));
  },
  isSupersetOf(this: unknown, given) {
    const own = copyOf(this);
    const other = setLike(given, "isSupersetOf");
    if (own.size < other.size) return false;
    for (const value of other.keys()) if (!own.has(value)) return false;
    return true;
  },
  isDisjointFrom(this: unknown, given) {
    const own = copyOf(this);
    const other = setLike(given, "isDisjointFrom");
    if (own.size <= other.size) return ![...own].some((value) => other.has(value));
    for (const value of other.keys()) if (own.has(value)) return false;
    return true;
  },
};

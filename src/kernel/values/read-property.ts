/** @returns undefined too when the getter or the proxy behind it throws, and for values without properties */
export function readProperty(value: unknown, key: PropertyKey): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined;
  }
}

/** The same for a key of a record, which has what is its own: `constructor` only where there is such a key. */
export function readOwn(record: object, key: string): unknown {
  try {
    return Object.hasOwn(record, key) ? Reflect.get(record, key) : undefined;
  } catch {
    return undefined;
  }
}

/** A method of the value, bound to it; undefined when there is none. */
export function readMethod(value: unknown, key: PropertyKey): ((...args: unknown[]) => unknown) | undefined {
  const method = readProperty(value, key);
  return typeof method === "function" ? (...args) => Reflect.apply(method, value, args) : undefined;
}

/** Object literals and `Object.create(null)`; not instances of classes. */
export function isPlainRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

/** An object of a class, not of `Object` or `Array`. */
export function isClassInstance(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return !Array.isArray(value) && prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

/**
 * An instance that is no plain container, or a list with one in it.
 * @param above - the lists that it stands in: one that holds itself ends
 */
export function holdsInstance(value: unknown, above: readonly unknown[] = []): boolean {
  if (typeof value !== "object" || value === null || isPlainData(value) || above.includes(value)) return false;
  if (Array.isArray(value)) return value.some((item) => holdsInstance(item, [...above, value]));
  return isClassInstance(value);
}

/** A container that state can hold as it is. */
export function isPlainData(value: object): boolean {
  return value instanceof Date || value instanceof Map || value instanceof Set || ArrayBuffer.isView(value);
}

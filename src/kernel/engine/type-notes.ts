/** Where the types of values that were asked for are kept, for all copies of the package: value to its shape. */
const key = Symbol.for("runlab.types");

/** Notes a value's TypeScript type, as the engine knew it where it was used. @returns the value */
export function noteType<T>(value: T, shape: unknown): T {
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

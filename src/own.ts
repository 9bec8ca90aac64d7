/**
 * Records by names from outside: params, metrics, tags, columns, packages, variables. A plain object has more names than its
 * keys, since it inherits `constructor`, `toString` and others, and a key `__proto__` that is assigned sets its prototype.
 * So a computed key is read and set here alone; `test/architecture.test.ts` looks through the sources for any other.
 * The records themselves stay plain objects, as users print, spread and compare them: one without a prototype loses that with
 * the first copy, and `assert.deepStrictEqual` takes it for another value than the literal beside it.
 */

/** The record's own value of a key; undefined for a key that it lacks or only inherits. */
export function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Sets an own value, whatever the key. */
export function setOwn<T>(record: Record<string, T>, key: string, value: NoInfer<T>): void {
  if (key === "__proto__")
    Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
  else record[key] = value;
}

/** What `classOf` gives: a class has a name and makes objects, with `new` or not. */
export type Class = { readonly name: string } & object;

/** The class of an object, by its prototype: an own `constructor` is data. Undefined where there is none. */
export function classOf(value: object): Class | undefined {
  const prototype: object | null = Object.getPrototypeOf(value);
  const found: unknown = prototype?.constructor;
  return typeof found === "function" ? found : undefined;
}

import { own } from "./own.js";

/**
 * What a document may hold, as data, so that what is read from a file can be trusted from there on. Checking a sound value
 * allocates nothing, and nothing here treats a key like `__proto__` or `constructor` in a way of its own, which is why this is
 * no library: zod and valibot leave such keys out of a record.
 */
export interface Schema<T> {
  /** Carries the type only; nobody sets it. */
  readonly type?: T;
  /** As in "expected a time". */
  readonly expected: string;
  /** @returns the first place where `value` is not a T; undefined when it is one */
  find(value: unknown): Flaw | undefined;
}

/** A place in a document that is not as its schema says. */
export interface Flaw {
  /** From the root, e.g. `experiments[2].tags.team`; empty for the root itself. */
  path: string;
  expected: string;
  /** What is there, in short, e.g. `0.5` or `a list`. */
  found: string;
}

export type TypeOf<S> = S extends Schema<infer T> ? T : never;

/** `info.start_time: expected a time, found 1e300`. */
export function flawText({ path, expected, found }: Flaw): string {
  return `${path === "" ? "" : `${path}: `}expected ${expected}, found ${found}`;
}

/** A value without parts. @param test - whether it is a T */
export function value<T>(expected: string, test: (value: unknown) => boolean): Schema<T> {
  return { expected, find: (found) => (test(found) ? undefined : flaw(expected, found)) };
}

export const anything = value<unknown>("a value", () => true);
export const text = value<string>("text", (found) => typeof found === "string");
export const flag = value<boolean>("true or false", (found) => typeof found === "boolean");
export const finite = value<number>("a number", Number.isFinite);
/** Of anything: nobody counts further than numbers are exact. */
export const count = value<number>(
  "a whole number, at least 0",
  (found) => Number.isSafeInteger(found) && Number(found) >= 0,
);
/** ms since the epoch, in the years that a Date can show: further away `toISOString` throws. */
export const time = value<number>(
  "a time in ms since 1970",
  (found) => typeof found === "number" && Math.abs(found) <= 8_640_000_000_000_000,
);

export function oneOf<const T extends string>(values: readonly T[]): Schema<T> {
  return value<T>(`one of ${values.join(", ")}`, (found) => values.some((known) => known === found));
}

/** A text of a certain form. */
export function textLike(expected: string, test: (text: string) => boolean): Schema<string> {
  return value<string>(expected, (found) => typeof found === "string" && test(found));
}

export function orNull<T>(schema: Schema<T>): Schema<T | null> {
  const expected = `${schema.expected} or null`;
  return {
    expected,
    find(found) {
      const deeper = found === null ? undefined : schema.find(found);
      return deeper?.path === "" ? { ...deeper, expected } : deeper;
    },
  };
}

export function list<T>(item: Schema<T>): Schema<T[]> {
  const expected = "a list";
  return {
    expected,
    find(found) {
      if (!Array.isArray(found)) return flaw(expected, found);
      for (let at = 0; at < found.length; at++) {
        const deeper = item.find(found[at]);
        if (deeper !== undefined) return inside(`[${at}]`, deeper);
      }
      return undefined;
    },
  };
}

/** A list of fixed length. */
export function tuple<const S extends ReadonlyArray<Schema<unknown>>>(
  ...items: S
): Schema<{ -readonly [At in keyof S]: TypeOf<S[At]> }> {
  const expected = `a list of ${items.length}`;
  return {
    expected,
    find(found) {
      if (!Array.isArray(found) || found.length !== items.length) return flaw(expected, found);
      for (const [at, item] of items.entries()) {
        const deeper = item.find(found[at]);
        if (deeper !== undefined) return inside(`[${at}]`, deeper);
      }
      return undefined;
    },
  };
}

/** An object with any keys. @param key - what each key must be; default: any text */
export function record<T>(item: Schema<T>, key?: Schema<string>): Schema<Record<string, T>> {
  const expected = "an object";
  return {
    expected,
    find(found) {
      if (!isRecord(found)) return flaw(expected, found);
      for (const name of Object.keys(found)) {
        const deeper = key?.find(name) ?? item.find(own(found, name));
        if (deeper !== undefined) return inside(keyPath(name), deeper);
      }
      return undefined;
    },
  };
}

export interface OptionalSchema<T> extends Schema<T> {
  readonly optional: true;
}

/** A field that may be left out. */
export function optional<T>(schema: Schema<T>): OptionalSchema<T> {
  return { ...schema, optional: true };
}

type Fields = Readonly<Record<string, Schema<unknown>>>;
type ObjectOf<F extends Fields> = {
  [K in keyof F as F[K] extends OptionalSchema<unknown> ? never : K]: TypeOf<F[K]>;
} & { [K in keyof F as F[K] extends OptionalSchema<unknown> ? K : never]?: TypeOf<F[K]> };

/** An object with these fields. Others are let through: a later runlab of the same schema version may add some. */
export function object<const F extends Fields>(fields: F): Schema<ObjectOf<F>> {
  const expected = "an object";
  const known = Object.entries(fields).map(([name, schema]) => ({ name, schema, optional: "optional" in schema }));
  return {
    expected,
    find(found) {
      if (!isRecord(found)) return flaw(expected, found);
      for (const { name, schema, optional } of known) {
        const field = own(found, name);
        if (field === undefined && optional) continue;
        const deeper = schema.find(field);
        if (deeper !== undefined) return inside(keyPath(name), deeper);
      }
      return undefined;
    },
  };
}

/** A schema with a condition between its parts. @param condition - the first place where it does not hold */
export function where<T>(schema: Schema<T>, condition: (value: T) => Flaw | undefined): Schema<T> {
  return { expected: schema.expected, find: (found) => schema.find(found) ?? condition(found as T) };
}

/** @returns `value`, which is a T by now. @throws what `fail` makes of the first flaw */
export function checked<T>(schema: Schema<T>, found: unknown, fail: (flaw: Flaw) => Error): T {
  const first = schema.find(found);
  if (first !== undefined) throw fail(first);
  return found as T;
}

/** An object with keys and values; not a list. */
export function isRecord(found: unknown): found is Record<string, unknown> {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}

function flaw(expected: string, found: unknown): Flaw {
  return { path: "", expected, found: shown(found) };
}

/** The flaw of a part, as a flaw of the whole. */
export function inside(part: string, { path, ...rest }: Flaw): Flaw {
  return { path: path === "" || path.startsWith("[") ? part + path : `${part}.${path}`, ...rest };
}

/** Longest text shown of a value and of a key, in characters. */
const longest = 60;

function keyPath(key: string): string {
  return /^[\w-]{1,60}$/.test(key) ? key : `[${quoted(key)}]`;
}

function shown(found: unknown): string {
  if (found === undefined) return "nothing";
  if (typeof found === "string") return quoted(found);
  if (Array.isArray(found)) return found.length === 0 ? "an empty list" : "a list";
  return typeof found === "object" && found !== null ? "an object" : String(found);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}

import { classOf } from "../../own.js";

/**
 * Values as JSON that keeps what plain JSON loses: NaN, infinities, -0, undefined, bigint, Date, Map, Set and typed arrays.
 * Such a value becomes `{ "$": kind, … }`.
 */
export function toStateJson(value: unknown): unknown {
  return encode(value, new Set());
}

/** A value that has no JSON. */
export class NotState extends Error {
  constructor(
    /** The way to it, e.g. `.layers[2]`. */
    readonly at: string,
    readonly what: string,
  ) {
    super(what);
  }
}

/** The value that {@link toStateJson} wrote. @throws {Error} for a kind of value that this version does not know */
export function fromStateJson(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(fromStateJson);
  if (typeof json !== "object" || json === null) return json;
  const { $: kind, of } = json as { $?: string; of?: unknown };
  if (kind === undefined) return mapValues(json, fromStateJson);
  if (kind === "object") return mapValues(of as object, fromStateJson);
  if (kind === "undefined") return undefined;
  if (kind === "number") return Number(of);
  if (kind === "bigint") return BigInt(of as string);
  if (kind === "Date") return new Date(of as number);
  const list = (of as unknown[]).map(fromStateJson);
  if (kind === "Map") return new Map(list as Array<[unknown, unknown]>);
  if (kind === "Set") return new Set(list);
  const typed = typedArrays.find(({ name }) => name === kind);
  if (typed === undefined) throw new Error(`the state has a value of unknown kind '${kind}'`);
  return Reflect.construct(typed, [list]);
}

/**
 * What a value's `toJSON` gave, if it can be state. Inside of it may be instances again, a tree of nodes: then all of the
 * value is as JSON has it.
 */
export function plainJson(value: object, given: unknown): unknown {
  try {
    toStateJson(given);
    return given;
  } catch (error) {
    if (!(error instanceof NotState)) throw error;
    return JSON.parse(JSON.stringify(value));
  }
}

const typedArrays = [
  Float64Array,
  Float32Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
];

function encode(value: unknown, above: Set<unknown>): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $: "number", of: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value === undefined) return { $: "undefined" };
  if (typeof value === "bigint") return { $: "bigint", of: String(value) };
  if (typeof value !== "object") throw new NotState("", `a ${typeof value}`);
  if (above.has(value)) throw new NotState("", "a circular value");
  const inner = new Set([...above, value]);
  if (value instanceof Date) return { $: "Date", of: value.getTime() };
  if (Array.isArray(value)) return value.map((item, at) => within(`[${at}]`, () => encode(item, inner)));
  if (ArrayBuffer.isView(value)) return encodeTyped(value, inner);
  if (value instanceof Map) return { $: "Map", of: encode([...value], inner) };
  if (value instanceof Set) return { $: "Set", of: encode([...value], inner) };
  if (isClassInstance(value)) {
    throw new NotState("", `an instance of ${classOf(value)?.name || "a class without a name"}`);
  }
  const object = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, within(`.${key}`, () => encode(item, inner))]),
  );
  return "$" in object ? { $: "object", of: object } : object;
}

function encodeTyped(value: ArrayBufferView, inner: Set<unknown>): unknown {
  const known = typedArrays.find((type) => value instanceof type);
  if (known === undefined) throw new NotState("", `a ${value.constructor.name}`);
  const list = Array.from(value as unknown as ArrayLike<unknown>, (item) => encode(item, inner));
  return { $: known.name, of: list };
}

function within<T>(step: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof NotState ? new NotState(step + error.at, error.what) : error;
  }
}

function mapValues(object: object, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

/** An object of a class, not of `Object` or `Array`. */
export function isClassInstance(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return !Array.isArray(value) && prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

/**
 * An instance that is not a plain container, or a list with one in it.
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

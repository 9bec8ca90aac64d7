import fc from "fast-check";

/** Whatever JavaScript can hand to a log call; some of it no text can hold. */
export function anyValue(): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: writable() }, { weight: 1, arbitrary: holding(unwritable()) });
}

/** Values that a text can hold, nested. */
export function writable(): fc.Arbitrary<unknown> {
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf(), container(tie("value"))),
  })).value;
}

/** What no text can hold, or what is always a mistake. */
export function unwritable(): fc.Arbitrary<unknown> {
  return fc
    .constantFrom<() => unknown>(
      () => Promise.resolve(1),
      () => new Thenable(),
      () => () => 1,
      () => class Model {},
      () => Symbol("x"),
      () => new WeakMap(),
      () => new Secret(),
      () => Object(Symbol("boxed")),
      () => circle(),
    )
    .map((make) => make());
}

/** A leaf, with the text that it is. */
function leaf(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.integer(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined, -0, Number.NaN, Number.POSITIVE_INFINITY),
    fc.date({ noInvalidDate: false }),
    fc.constantFrom(/a+\n/gi, new URL("https://example.org/a?b#c"), new RangeError("too far")),
    fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.bigInt()).map((value) => Object(value) as unknown),
  );
}

function container(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toJSON", "length", "1"));
  const entries = fc.array(fc.tuple(key, value), { maxLength: 4 });
  return fc.oneof(
    fc.array(value, { maxLength: 4 }),
    entries.map((pairs) => Object.fromEntries(pairs)),
    entries.map((pairs) => Object.assign(Object.create(null) as object, Object.fromEntries(pairs))),
    entries.map((pairs) => new Map(pairs)),
    fc
      .array(fc.tuple(fc.oneof(fc.integer(), fc.array(fc.integer())), value), { maxLength: 3 })
      .map((pairs) => new Map(pairs)),
    fc.array(value, { maxLength: 4 }).map((items) => new Set(items)),
    fc.oneof(fc.float32Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }), fc.bigInt64Array({ maxLength: 3 })),
    fc.tuple(value, value).map(([a, b]) => new Pair(a, b)),
    fc.integer({ min: 0, max: 3 }).map((length) => new Array(length)),
  );
}

/** A value with another somewhere in it. */
function holding(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    value,
    value.map((held) => ({ a: 1, b: held })),
    value.map((held) => [1, [held]]),
    value.map((held) => new Map([["k", held]])),
    value.map((held) => new Set([held])),
  );
}

class Pair {
  constructor(
    readonly a: unknown,
    readonly b: unknown,
  ) {}
}

/** Shows nothing of what it holds. */
class Secret {
  readonly #held = 1;

  get held(): number {
    return this.#held;
  }
}

function circle(): unknown {
  const round: Record<string, unknown> = {};
  round.self = [round];
  return round;
}

/** For its `then` alone. */
class Thenable {
  // biome-ignore lint/suspicious/noThenProperty: what `await` would wait for
  then(): void {
    throw new Error("nobody waits");
  }
}

/** The texts of a value's leaves and of its keys, sorted: an object has no order of its own for keys like `1`. */
export function leavesOf(value: unknown, { omitUndefined = false } = {}): string[] {
  return leaves(value).sort();

  function leaves(part: unknown): string[] {
    if (part === undefined || part === null) return ["null"];
    if (part instanceof Date) return [Number.isNaN(part.getTime()) ? "Invalid Date" : part.toISOString()];
    if (part instanceof RegExp || part instanceof URL || part instanceof Error) return [String(part)];
    if (part instanceof Number || part instanceof String || part instanceof Boolean || part instanceof BigInt)
      return leaves(part.valueOf());
    if (part instanceof Map) {
      const named = [...part.keys()].every((key) => typeof key !== "object");
      return [...part].flatMap(([key, item]) => (named ? field(String(key), item) : [...leaves(key), ...leaves(item)]));
    }
    if (part instanceof Set) return [...part].flatMap(leaves);
    if (Array.isArray(part)) return Array.from(part, leaves).flat();
    if (ArrayBuffer.isView(part)) return Array.from(part as Uint8Array, leaves).flat();
    if (typeof part === "object") return Object.entries(part).flatMap(([key, item]) => field(key, item));
    return [Object.is(part, -0) ? "-0" : String(part)];
  }

  function field(key: string, item: unknown): string[] {
    return item === undefined && omitUndefined ? [] : [key, ...leaves(item)];
  }
}

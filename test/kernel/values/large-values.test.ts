import assert from "node:assert/strict";
import { Console } from "node:console";
import { Writable } from "node:stream";
import { test } from "node:test";
import { inspect } from "node:util";
import { boundConsole } from "../../../src/kernel/executor/bounded-console.js";
import { errorContent } from "../../../src/kernel/executor/error-content.js";
import { valueBundle } from "../../../src/kernel/values/value-bundle.js";

const many = 200_000;
const million = 1_000_000;

function withKeys<T extends object>(value: T, count = many): T {
  // Not by `Reflect.set`, whose time for this grows with the square of the count.
  const keyed = value as Record<string, unknown>;
  for (let at = 0; at < count; at++) keyed[`key${at}`] = at;
  return value;
}

class Config {}

function fail(): never {
  throw new Error("boom");
}

/** Shared by all values that hold one: each is 20 MB. */
const giant = withKeys({});
const objects = Array.from({ length: million }, (_, at) => ({ at }));

function nested(levels: number): unknown {
  let value: unknown = "bottom";
  for (let at = 0; at < levels; at++) value = at % 2 === 0 ? [value] : { value };
  return value;
}

function causes(levels: number): Error {
  let error = new Error("the first");
  for (let at = 0; at < levels; at++) error = new Error(`error ${at}`, { cause: error });
  return error;
}

/** What is too large to be shown whole, and what is said of the rest. */
const values: ReadonlyArray<readonly [what: string, make: () => unknown, left: RegExp]> = [
  ["an object", () => giant, /100 of 200,000 keys/],
  ["an object without a prototype", () => withKeys(Object.create(null)), /100 of 200,000 keys/],
  ["an instance of a class", () => withKeys(new Config()), /Config[\s\S]*100 of 200,000 keys/],
  ["an object with symbols for keys", symbols, /100 of 20,000 keys/],
  ["an object in an object", () => ({ deep: { deeper: giant } }), /\[Object with 200,000 keys\]/],
  ["an array that holds one object often", () => Array(100).fill(giant).concat(1), /\[Object with 200,000 keys\]/],
  ["an array of records that are one", () => Array(1000).fill(giant), /(\d+ columns|Object with 200,000 keys)/],
  ["an array of records with a large cell", () => Array(20).fill({ a: giant, b: giant }), /Object/],
  [
    "a Map with a large value",
    () =>
      new Map([
        ["a", giant],
        ["b", giant],
      ]),
    /\[Object with 200,000 keys\]/,
  ],
  ["a Map with a large key", () => new Map([[giant, 1]]), /\[Object with 200,000 keys\]/],
  ["a Set with a large element", () => new Set([giant]), /\[Object with 200,000 keys\]/],
  [
    "an instance of a class that holds one",
    () => Object.assign(new Config(), { giant }),
    /Config \{ giant: \[Object with/,
  ],
  ["a symbol's value", () => ({ [Symbol("s")]: giant }), /\[Object with 200,000 keys\]/],
  ["a Map", () => new Map(objects.map((each, at) => [at, each])), /999900 more items/],
  ["a Set", () => new Set(objects), /999900 more items/],
  ["an array of records", () => objects, /(20 of 1,000,000 rows|999900 more items)/],
  ["arrays in arrays", () => Array(400).fill(Array(400).fill(Array(400).fill(0))), /more items|\[Array\]/],
  ["deep nesting", () => nested(100_000), /\[(Object|Array)\]/],
  ["a string", () => "x".repeat(100 * million), /more characters|of 100,000,000 characters/],
  ["a String object", () => new String("x".repeat(10 * million)), /String of 10,000,000 characters/],
  ["a typed array", () => new Float64Array(100 * million), /of the first 1,000,000\)|more items/],
  ["a bigint", () => 7n ** 500_000n, /hexadecimal digits/],
  ["a function with properties", () => withKeys(() => 1), /[fF]unction/],
  ["an error with properties", () => withKeys(new TypeError("mine")), /mine[\s\S]*(100 of 200,000 keys|199,980 more)/],
  ["an error with a long message", () => new Error("m".repeat(100 * million)), /(more|of 100,000,000) characters/],
  ["an error with a large cause", () => new Error("mine", { cause: giant }), /mine[\s\S]*200,000 keys/],
  [
    "an error with many errors",
    () => new AggregateError(Array(million).fill(new Error("part")), "mine"),
    /mine[\s\S]*more/,
  ],
  ["a chain of causes", () => causes(100_000), /error 99999/],
  ["getters that throw", () => Object.defineProperties({}, properties(20_000)), /100 of 20,000 keys/],
];

function symbols(): object {
  return Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [Symbol(`s${at}`), at]));
}

function properties(count: number): PropertyDescriptorMap {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, { get: fail, enumerable: true }]));
}

/** CPU time, ms. */
function cost(act: () => unknown): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Whatever else the machine is doing, one of three times has to be within what is allowed. */
function assertCheap(act: () => unknown, what = ""): void {
  const times: number[] = [];
  do times.push(cost(act));
  while ((times.at(-1) ?? 0) > allowed && times.length < 3);
  assert.ok((times.at(-1) ?? 0) <= allowed, `${what} took ${times.join(", ")} ms of ${allowed}`);
}

/**
 * V8 has no way to the first keys of an object but through all of them: what is allowed is to read them once, and once more for
 * what else there is to do.
 */
const allowed = 3 * Math.max(...[1, 2, 3].map(() => cost(() => Object.keys(giant)))) + 20;

function printed(print: (console: Console) => void, bound = boundConsole): string {
  const pieces: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      pieces.push(String(chunk));
      done();
    },
  });
  const console = new Console({ stdout: stream, stderr: stream });
  bound(console);
  print(console);
  return pieces.join("");
}

for (const [what, make, left] of values) {
  test(`${what}: shown in part as a value, said so, at the cost of reading its keys once`, async () => {
    const value = make();
    let bundle: unknown;
    assertCheap(() => (bundle = valueBundle(value)));
    const { data } = (await bundle) as { data: Record<string, unknown> };
    const text = String(data["text/plain"]);
    assert.match(text, left);
    assert.ok(JSON.stringify(data).length < 250_000, `${JSON.stringify(data).length}`);
  });

  test(`${what}: printed by the console and thrown alike`, () => {
    const value = make();
    let text = "";
    for (const name of ["log", "error", "dir"] as const) {
      // Whoever prints a text wants all of it; `dir` inspects it.
      if (typeof value === "string" && name !== "dir") {
        assert.ok(printed((console) => console[name](value)).length > value.length, name);
        continue;
      }
      assertCheap(() => (text = printed((console) => console[name](value))), name);
      assert.ok(text.length < 1_100_000, `${name}: ${text.length}`);
      assert.match(text, left, name);
    }
    assertCheap(() => (text = errorContent(value, () => undefined).traceback.join("\n")), "thrown");
    assert.ok(text.length < 250_000, `${text.length}`);
  });
}

test("console.table shows the first rows and columns of what has very many, and says so", () => {
  let text = "";
  assertCheap(() => (text = printed((console) => console.table(objects.slice(0, 50_000)))));
  assert.match(text, /showing 1000 of 50,000 rows/);
  assertCheap(() => (text = printed((console) => console.table([{ a: giant }, giant]))));
  assert.match(text, /showing 60 of 200,000 columns/);
  const small = (console: Console) => console.table([{ a: 1, b: "x" }, [2, 3]]);
  assert.equal(
    printed(small),
    printed(small, () => undefined),
  );
});

test("what is small prints as Node's console prints it", () => {
  const circular: Record<string, unknown> = { a: 1 };
  circular.self = circular;
  const small = [
    "text %s",
    1,
    { a: [1, { b: new Map([[{ c: 1 }, new Set([1])]]) }] },
    circular,
    new Error("mine", { cause: new TypeError("inner") }),
    withKeys(new Config(), 2_000),
    Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => Math.PI)),
    new Proxy({ a: 1 }, { get: fail, ownKeys: fail }),
    { [inspect.custom]: () => "custom" },
    [new Date(0), /x/g, Symbol("s"), 10n, () => 1, null, undefined],
  ];
  for (const value of small) {
    assert.equal(
      printed((console) => console.log(value, value)),
      `${typeof value === "string" ? value.replace("%s", value) : `${inspect(value)} ${inspect(value)}`}\n`,
    );
  }
});

test("no getter and no trap of a Proxy is run to print a value", () => {
  let reads = 0;
  const read = (): never => {
    reads++;
    throw new Error("the value's own code ran");
  };
  const traps: ProxyHandler<object> = {
    ownKeys: read,
    getOwnPropertyDescriptor: read,
    getPrototypeOf: read,
    has: read,
  };
  const value = Object.defineProperties({ proxy: new Proxy({ a: 1 }, { ...traps, get: read }) }, properties(10));
  printed((console) => console.log(value, [value], new Map([[value, value]]), giant));
  void valueBundle([value, 1]);
  assert.equal(reads, 0);
});

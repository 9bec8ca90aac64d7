import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonText, valueText } from "../../src/tracking/json-text.js";
import { isError } from "../is-error.js";
import { anyValue, leavesOf, unwritable, writable } from "./any-value.js";

const texts: Array<[string, unknown, string]> = [
  ["text", "a\nb", "a\nb"],
  ["an empty text", "", ""],
  ["-0", -0, "-0"],
  ["null", null, "null"],
  ["a BigInt", 2n ** 70n, "1180591620717411303424"],
  ["a Map", new Map([["lr", 0.1]]), '{"lr":0.1}'],
  ["a Map of numbers", new Map([[1, "cat"]]), '{"1":"cat"}'],
  [
    "a Map of keys with one text",
    new Map<unknown, number>([
      [1, 1],
      ["1", 2],
    ]),
    '[[1,1],["1",2]]',
  ],
  ["a Map of objects", new Map([[{ a: 1 }, 2]]), '[[{"a":1},2]]'],
  ["a Set", new Set([64, 32]), "[64,32]"],
  ["a typed array", new Float32Array([0.5, Number.NaN]), '[0.5,"NaN"]'],
  ["a Buffer", Buffer.from("ab"), "[97,98]"],
  ["an ArrayBuffer", new Uint8Array([1, 2]).buffer, "[1,2]"],
  ["a DataView", new DataView(new Uint8Array([1, 2]).buffer), "[1,2]"],
  ["a RegExp", /^a+$/gi, "/^a+$/gi"],
  ["a URL", new URL("https://example.org/a?b=c"), "https://example.org/a?b=c"],
  ["what prints itself", new URLSearchParams({ a: "1" }), "a=1"],
  ["a Date", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["a Date that is none", new Date(Number.NaN), "Invalid Date"],
  ["an Error", new RangeError("too far"), "RangeError: too far"],
  [
    "an Error with a cause",
    new Error("a", { cause: new Error("b") }),
    '{"name":"Error","message":"a","cause":"Error: b"}',
  ],
  ["NaN and infinities", { clip: Number.POSITIVE_INFINITY, warm: Number.NaN }, '{"clip":"Infinity","warm":"NaN"}'],
  ["a BigInt in an object", { seed: 5n }, '{"seed":"5"}'],
  ["-0 in an array", [-0], "[-0]"],
  ["undefined in an object", { a: undefined }, '{"a":null}'],
  ["a boxed number", Object(0.5), "0.5"],
  ["a boxed text", Object("a"), "a"],
  [
    "an instance",
    new (class Config {
      lr = 0.1;
    })(),
    '{"lr":0.1}',
  ],
  ["a toJSON of its own", { toJSON: () => [1n] }, '["1"]'],
  [
    "a toJSON that gives itself",
    new (class {
      a = 1;
      toJSON() {
        return this;
      }
    })(),
    '{"a":1}',
  ],
  ["a key like a method's", { constructor: 1, toString: 2 }, '{"constructor":1,"toString":2}'],
  ["half a character in an object", ["\ud83d"], '["\\ud83d"]'],
];

for (const [title, value, text] of texts) {
  test(`${title} has a readable text`, () => assert.equal(valueText(value, "Param 'p'"), text));
}

const refusals: Array<[string, unknown, RegExp]> = [
  ["a promise", Promise.resolve(1), /Param 'p' is a Promise\. .*await/],
  ["a promise in an object", { opt: { lr: [Promise.resolve(1)] } }, /at \.opt\.lr\[0\] is a Promise\. .*await/],
  ["undefined", undefined, /is undefined/],
  ["a function", Math.tanh, /the function tanh/],
  ["a function in an object", { act: Math.tanh }, /at \.act is the function tanh/],
  ["a symbol", Symbol("s"), /Symbol\(s\)/],
  ["a WeakMap", new WeakMap(), /a WeakMap/],
  ["an iterator", [1].values(), /Iterator/],
  ["a proxy that has been revoked", revoked(), /cannot be read/],
  [
    "an object whose getter throws",
    {
      get lr() {
        throw new Error("not yet");
      },
    },
    /cannot be read: not yet/,
  ],
  ["half a character", "a\ud83d", /half a character at position 1/],
];

for (const [title, value, message] of refusals) {
  test(`${title} has none, and is refused by its type and place`, () => {
    assert.throws(() => valueText(value, "Param 'p'"), isError("INVALID_PARAMETER_VALUE", message));
  });
}

test("what holds itself is refused with the place, and what is only held twice is written twice", () => {
  const round: Record<string, unknown> = { a: { b: 1 } };
  const twice = { first: round.a, second: round.a };
  assert.equal(jsonText(twice, "It"), '{"first":{"b":1},"second":{"b":1}}');
  round.self = [round];
  assert.throws(
    () => jsonText(round, "It"),
    isError("INVALID_PARAMETER_VALUE", /at \.self\[0\] is an object, which contains itself/),
  );
});

test("data nested 100,000 levels deep is refused, not a RangeError", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  assert.throws(() => jsonText(deep, "It"), isError("INVALID_PARAMETER_VALUE", /1000 levels deep/));
});

test("JSON's own values are written as JSON.stringify writes them, indented and not", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      // JSON.stringify makes 0 of -0.
      const plain: unknown = JSON.parse(JSON.stringify(value));
      assert.equal(jsonText(plain, "It"), JSON.stringify(plain));
      assert.equal(jsonText(plain, "It", { indent: 2 }), JSON.stringify(plain, null, 2));
    }),
  );
});

test("in a specification, what is undefined is left out as JSON.stringify leaves it out", () => {
  const spec = { mark: "line", title: undefined, encoding: { x: { field: "a", title: null } } };
  assert.equal(jsonText(spec, "It", { omitUndefined: true }), JSON.stringify(spec));
});

test("any value that a text can hold is JSON with all of its leaves", () => {
  fc.assert(
    fc.property(writable(), (value) => {
      assert.deepEqual(leavesOf(JSON.parse(jsonText(value, "It"))), leavesOf(value));
    }),
    { numRuns: 2000 },
  );
});

test("any value at all is written, or refused with a place; nothing else is thrown", () => {
  fc.assert(
    fc.property(
      fc.oneof(anyValue(), fc.anything({ withMap: true, withSet: true, withBigInt: true, withTypedArray: true })),
      (value) => {
        try {
          JSON.parse(jsonText(value, "The value"));
        } catch (error) {
          isError("INVALID_PARAMETER_VALUE", /^The value/)(error);
        }
      },
    ),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(unwritable(), (value) => {
      assert.throws(() => jsonText([value], "The value"), isError("INVALID_PARAMETER_VALUE", /^The value at \[0\]/));
    }),
  );
});

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

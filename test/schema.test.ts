import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  count,
  finite,
  flag,
  flawText,
  list,
  object,
  oneOf,
  optional,
  orNull,
  record,
  type Schema,
  text,
  textLike,
  time,
  tuple,
} from "../src/schema.js";

const schema = object({
  name: text,
  state: oneOf(["on", "off"]),
  made: time,
  ended: optional(orNull(time)),
  tags: record(
    text,
    textLike("a short key", (key) => key.length < 10),
  ),
  points: list(tuple(finite, finite)),
  more: optional(object({ count, flag })),
});
const sound = {
  name: "n",
  state: "on",
  made: 1,
  tags: { __proto_: "x" },
  points: [[1, 2]],
  more: { count: 0, flag: true },
};

const problem = (value: unknown, of: Schema<unknown> = schema) => {
  const flaw = of.find(value);
  return flaw === undefined ? undefined : flawText(flaw);
};

test("a sound value has no flaw, and fields that nobody knows are let through", () => {
  assert.equal(problem(sound), undefined);
  assert.equal(problem({ ...sound, ended: null, unknown: [1] }), undefined);
});

test("the first flaw is named by its path, with what was expected and what is there", () => {
  const cases: Array<[object, string]> = [
    [{ name: 0.5 }, "name: expected text, found 0.5"],
    [{ name: undefined }, "name: expected text, found nothing"],
    [{ state: "maybe" }, 'state: expected one of on, off, found "maybe"'],
    [{ made: 1e300 }, "made: expected a time in ms since 1970, found 1e+300"],
    [{ ended: "x" }, 'ended: expected a time in ms since 1970 or null, found "x"'],
    [{ tags: [] }, "tags: expected an object, found an empty list"],
    [{ tags: { a: null } }, "tags.a: expected text, found null"],
    [{ tags: { "a\u001bb": {} } }, 'tags["a\\u001bb"]: expected text, found an object'],
    [{ tags: { "0123456789": "x" } }, 'tags.0123456789: expected a short key, found "0123456789"'],
    [{ points: [[1, 2], [1]] }, "points[1]: expected a list of 2, found a list"],
    [{ points: [[1, "2"]] }, 'points[0][1]: expected a number, found "2"'],
    [{ more: { count: -1, flag: true } }, "more.count: expected a whole number, at least 0, found -1"],
    [
      { more: { count: 2 ** 53, flag: true } },
      "more.count: expected a whole number, at least 0, found 9007199254740992",
    ],
    [{ more: { count: 0 } }, "more.flag: expected true or false, found nothing"],
  ];
  for (const [change, expected] of cases) assert.equal(problem({ ...sound, ...change }), expected);
  for (const [value, found] of [
    [null, "null"],
    [[1], "a list"],
    ["x".repeat(100), `"${"x".repeat(60)}…"`],
  ] as const) {
    assert.equal(problem(value), `expected an object, found ${found}`);
  }
});

test("a key is a key, whatever its name", () => {
  const texts = record(text);
  for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty", ""]) {
    assert.equal(problem(JSON.parse(`{${JSON.stringify(key)}: "x"}`), texts), undefined, key);
    assert.match(problem(JSON.parse(`{${JSON.stringify(key)}: 5}`), texts) ?? "", /expected text, found 5$/, key);
    const needed = object({ [key]: text });
    assert.match(problem({}, needed) ?? "", /expected text, found nothing$/, key);
  }
});

test("any JSON value is checked without an error, however deep it is", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      for (const of of [schema, list(schema), record(schema)])
        assert.equal(typeof (problem(value, of) ?? ""), "string");
    }),
    { seed: 3 },
  );
  const deep = JSON.parse(`${'{"tags":'.repeat(100_000)}1${"}".repeat(100_000)}`);
  assert.match(problem({ ...sound, tags: deep }) ?? "", /^tags\.tags: expected text, found an object$/);
});

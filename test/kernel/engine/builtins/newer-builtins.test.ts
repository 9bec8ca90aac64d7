import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { runInThisContext } from "node:vm";
import { addNewerBuiltins } from "../../../../src/kernel/engine/builtins/newer-builtins.js";

addNewerBuiltins();

/** What an expression gives; in texts, since the types of this package's own target lack these methods. */
const value = (text: string): unknown => runInThisContext(`(${text})`);

test("groupBy groups by key, in order of first sight; Map.groupBy by any value", () => {
  assert.equal(
    inspect(value("Object.groupBy([1, 2, 3], (n, at) => at % 2)")),
    "[Object: null prototype] { '0': [ 1, 3 ], '1': [ 2 ] }",
  );
  assert.deepEqual(value("[...Map.groupBy(['a', 'bb', 'c'], (s) => s.length)]"), [
    [1, ["a", "c"]],
    [2, ["bb"]],
  ]);
});

test("iterator helpers are lazy, and close what they read from when they stop early", () => {
  const read = `(() => {
    const log = [];
    function* numbers() { try { for (let n = 1; ; n++) { log.push(n); yield n } } finally { log.push("closed") } }
    const found = numbers().map((n) => n * 10).filter((n) => n > 10).take(2).toArray();
    return [found, log];
  })()`;
  assert.deepEqual(value(read), [
    [20, 30],
    [1, 2, 3, "closed"],
  ]);
  assert.deepEqual(value("[1, 2, 3].values().drop(1).flatMap((n) => [n, -n]).toArray()"), [2, -2, 3, -3]);
  assert.deepEqual(value("[[1, 2, 3].values().reduce((a, b) => a + b), [1, 2].values().some((n) => n > 1)]"), [
    6,
    true,
  ]);
  assert.deepEqual(value("[[1, 2].values().every((n) => n > 1), [1, 2].values().find((n) => n > 1)]"), [false, 2]);
  assert.throws(() => value("[].values().reduce((a) => a)"), TypeError);
  assert.throws(() => value("[].values().take(-1).next()"), RangeError);
});

test("Iterator is a class to inherit from and to ask for", () => {
  assert.equal(value("[].values() instanceof Iterator"), true);
  assert.deepEqual(
    value("Iterator.from({ i: 0, next() { return { done: this.i > 1, value: this.i++ } } }).map(String).toArray()"),
    ["0", "1"],
  );
  assert.deepEqual(
    value(
      "(() => { class Two extends Iterator { n = 0; next() { return { done: this.n > 1, value: this.n++ } } } return [...new Two().map((n) => -n)] })()",
    ),
    [-0, -1],
  );
  assert.throws(() => value("new Iterator()"), TypeError);
});

test("sets can be joined and compared", () => {
  const sets = "const a = new Set([1, 2]), b = new Set([2, 3]);";
  const list = (text: string) => value(`(() => { ${sets} return ${text} })()`);
  assert.deepEqual(
    list("[[...a.union(b)], [...a.intersection(b)], [...a.difference(b)], [...a.symmetricDifference(b)]]"),
    [[1, 2, 3], [2], [1], [1, 3]],
  );
  assert.deepEqual(list("[a.isSubsetOf(b), a.isSupersetOf(new Set([1])), a.isDisjointFrom(new Set([5]))]"), [
    false,
    true,
    true,
  ]);
});

test("promises: withResolvers, try and Array.fromAsync", async () => {
  const kept = value("Promise.withResolvers()") as { promise: Promise<number>; resolve(value: number): void };
  kept.resolve(4);
  assert.equal(await kept.promise, 4);
  await assert.rejects(value("Promise.try(() => { throw new RangeError() })") as Promise<unknown>, RangeError);
  assert.deepEqual(await value("Array.fromAsync((async function* () { yield 1; yield 2 })(), (n) => n * 2)"), [2, 4]);
  assert.deepEqual(await value("Array.fromAsync({ length: 2, 0: 'a', 1: Promise.resolve('b') })"), ["a", "b"]);
});

test("Map.getOrInsert, RegExp.escape and Error.isError", () => {
  assert.deepEqual(
    value(
      "(() => { const m = new Map(); m.getOrInsert(1, []).push(2); return [m.getOrInsertComputed(2, (k) => k * 2), [...m]] })()",
    ),
    [
      4,
      [
        [1, [2]],
        [2, 4],
      ],
    ],
  );
  const odd = "a.b*c-d e\n(1)";
  assert.equal(new RegExp(`^${value(`RegExp.escape(${JSON.stringify(odd)})`)}$`).test(odd), true);
  assert.deepEqual(value("[Error.isError(new TypeError()), Error.isError({ message: '' })]"), [true, false]);
});

test("what is added does not show, and adding it again changes nothing", () => {
  const before = Reflect.get(Object, "groupBy");
  addNewerBuiltins();
  assert.equal(Reflect.get(Object, "groupBy"), before);
  const seen: string[] = [];
  for (const name in new Set()) seen.push(name);
  for (const name in [].values()) seen.push(name);
  assert.deepEqual([...seen, ...Object.keys(Object), ...Object.keys(Promise)], []);
});

test("DisposableStack disposes of what it holds, the last first, and tells every error", async () => {
  const held = `(() => {
    const log = [];
    const stack = new DisposableStack();
    stack.use({ [Symbol.dispose]() { log.push("used"); throw new RangeError("second") } });
    const moved = stack.move();
    moved.adopt("adopted", (value) => log.push(value));
    moved.defer(() => { log.push("deferred"); throw new TypeError("first") });
    try { moved[Symbol.dispose]() } catch (error) { log.push(error.name, error.error.message, error.suppressed.message) }
    moved.dispose();
    return [log, stack.disposed, moved.disposed];
  })()`;
  const log = ["deferred", "adopted", "used", "SuppressedError", "second", "first"];
  assert.deepEqual(value(held), [log, true, true]);
  const waited = `(async () => {
    const log = [];
    const stack = new AsyncDisposableStack();
    stack.use({ async [Symbol.asyncDispose]() { await null; log.push("async") } });
    stack.defer(async () => { await null; log.push("deferred") });
    await stack.disposeAsync();
    return log;
  })()`;
  assert.deepEqual(await value(waited), ["deferred", "async"]);
  assert.throws(() => value("new DisposableStack().use({})"), TypeError);
});

/** What is thrown, by name; else what is given, as `console.log` shows it. */
async function outcome(text: string): Promise<string> {
  try {
    return inspect(await value(text));
  } catch (error) {
    return (error as Error).name;
  }
}

/** On a Node that has them these are its own answers, so that ours are held against them. */
const answers: ReadonlyArray<readonly [expression: string, answer: string]> = [
  ["Object.groupBy([], 1)", "TypeError"],
  ["Object.groupBy(null, (x) => x)", "TypeError"],
  ["Map.groupBy([0, -0, NaN, NaN], (x) => x)", "Map(2) { 0 => [ 0, -0 ], NaN => [ NaN, NaN ] }"],
  ["Array.fromAsync('abc')", "[ 'a', 'b', 'c' ]"],
  ["Array.fromAsync([1], 5)", "TypeError"],
  ["Array.fromAsync(5)", "[]"],
  ["new Set([1]).union([1])", "TypeError"],
  ["new Set([1]).isSubsetOf([1])", "TypeError"],
  ["new Set([1]).union({ size: -1, has() {}, keys() {} })", "RangeError"],
  ["new Set([1]).union({ size: 1, has: 1, keys() {} })", "TypeError"],
  ["Set.prototype.union.call([], new Set())", "TypeError"],
  ["new Set([1, 2, 3]).intersection(new Set([3, 2]))", "Set(2) { 3, 2 }"],
  ["new Set([1, 2]).intersection(new Set([3, 2, 1]))", "Set(2) { 1, 2 }"],
  ["new Set([1, 2, 3]).symmetricDifference(new Map([[3, 0], [5, 0]]))", "Set(3) { 1, 2, 5 }"],
  [
    "new Set([0]).isSupersetOf({ size: 1, has() {}, keys: () => ({ n: 0, next() { return { done: false, value: this.n++ } } }) })",
    "false",
  ],
  ["[1].values().map(5)", "TypeError"],
  ["[].values().some()", "TypeError"],
  ["[1].values().take(-1)", "RangeError"],
  ["[1].values().drop(undefined)", "RangeError"],
  ["[1, 2, 3].values().take('2').toArray()", "[ 1, 2 ]"],
  ["[1, 2].values().map((x) => x)", "Object [Iterator Helper] {}"],
  ["'throw' in [1].values().map((x) => x)", "false"],
  ["[1].values().flatMap(() => 'ab').toArray()", "TypeError"],
  [
    "[1].values().flatMap(() => ({ n: 0, next() { return { done: this.n > 1, value: this.n++ } } })).toArray()",
    "[ 0, 1 ]",
  ],
  [
    "(() => { let closed = 0; const all = { __proto__: Iterator.prototype, next: () => ({ done: false, value: 1 }), return() { closed++; return {} } }; const some = all.map((x) => x); some.return(); some.return(); return [closed, some.next()] })()",
    "[ 1, { value: undefined, done: true } ]",
  ],
  ["Iterator.from('abc').toArray()", "[ 'a', 'b', 'c' ]"],
  ["Iterator.from(5)", "TypeError"],
  ["Iterator.from({ next: () => ({ done: true }) }).return()", "{ value: undefined, done: true }"],
  ["Iterator()", "TypeError"],
  ["RegExp.escape('1a_b')", "'\\\\x31a_b'"],
  ["RegExp.escape('\\n\\t-\\u2028\\ud800')", "'\\\\n\\\\t\\\\x2d\\\\u2028\\\\ud800'"],
  ["RegExp.escape('^$.*+?()[]{}|/')", "'\\\\^\\\\$\\\\.\\\\*\\\\+\\\\?\\\\(\\\\)\\\\[\\\\]\\\\{\\\\}\\\\|\\\\/'"],
  ["RegExp.escape(5)", "TypeError"],
  ["Error.isError(new DOMException('x'))", "true"],
  ["Error.isError(Object.create(Error.prototype))", "false"],
  ["Object.keys(new SuppressedError(1, 2, 'm'))", "[]"],
  ["'message' in Object.getOwnPropertyDescriptors(new SuppressedError(1, 2))", "false"],
  ["new DisposableStack()", "DisposableStack {}"],
  ["new DisposableStack().use(0)", "TypeError"],
  ["new DisposableStack().use(null)", "null"],
  ["new DisposableStack().defer(5)", "TypeError"],
  ["new DisposableStack().adopt(1)", "TypeError"],
  ["(() => { const stack = new DisposableStack(); stack.dispose(); stack.use({}) })()", "ReferenceError"],
  ["(() => { const stack = new DisposableStack(); stack.dispose(); stack.move() })()", "ReferenceError"],
  ["DisposableStack.prototype.dispose === DisposableStack.prototype[Symbol.dispose]", "true"],
  ["new AsyncDisposableStack().use({ [Symbol.asyncDispose]: 5, [Symbol.dispose]() {} })", "TypeError"],
  ["new AsyncDisposableStack().use({ [Symbol.asyncDispose]: null, [Symbol.dispose]() {} }) && 1", "1"],
  [
    "(async () => { const stack = new AsyncDisposableStack(); stack.use({ [Symbol.dispose]: () => new Promise(() => {}) }); return await stack.disposeAsync() })()",
    "undefined",
  ],
];

for (const [expression, answer] of answers) {
  test(`${expression} gives ${answer} on every Node`, async () => {
    assert.equal(await outcome(expression), answer);
  });
}

test("a standard decorator's metadata can be asked for", () => {
  assert.equal(value("typeof Symbol.metadata"), "symbol");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { valueBundle } from "../../../src/kernel/values/value-bundle.js";
import { jupyterDisplay } from "../../../src/render/mime-bundle.js";

async function plain(value: unknown): Promise<string> {
  return String((await valueBundle(value)).data["text/plain"]);
}

async function html(value: unknown): Promise<string> {
  return String((await valueBundle(value)).data["text/html"]);
}

test("strings, numbers and other simple values print as Node prints them", async () => {
  for (const value of ["it's", "", 6 * 7, -0, 10n, true, null, undefined, Symbol("s"), /x/g, [], {}, [1, [2, [3]]]]) {
    assert.deepEqual((await valueBundle(value)).data, { "text/plain": inspect(value, { depth: 4 }) });
  }
});

test("an array of records is a table in HTML and in text", async () => {
  const cars = [
    { name: "chevrolet", mpg: 18 },
    { name: "buick", mpg: 15, origin: "USA" },
  ];
  assert.match(await plain(cars), /^2 records, 3 columns\n/);
  assert.match(await plain(cars), /chevrolet +18/);
  for (const column of ["name", "mpg", "origin"]) assert.match(await html(cars), new RegExp(`>${column}</th>`));
});

test("of 10,000 rows the text shows 20 and the HTML, which turns pages, 200; both say so", async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => ({ index, square: index * index }));
  assert.match(await plain(rows), /Showing 20 of 10,000 rows\./);
  assert.match(await html(rows), /Showing 200 of 10,000 rows\./);
  assert.equal((await html(rows)).match(/<tr\b/g)?.length, 201);
  const wide = rows.map((row) => Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`c${at}`, row.square])));
  assert.equal((await html(wide)).match(/<tr\b/g)?.length, 34, "a table of many columns has fewer rows");
});

test("a key that only later records have is a column; an array that holds something else later on is no table", async () => {
  const rows: unknown[] = Array.from({ length: 500 }, (_, n) => (n < 400 ? { n } : { n, late: true }));
  assert.match(await plain(rows), /^500 records, 2 columns\n +n +late\n/);
  assert.match(await plain([...rows, "text"]), /^\[/);
});

test("a table of very many columns shows some and says how many there are", async () => {
  const wide = [Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`c${at}`, at]))];
  assert.match(await plain(wide), /Showing 30 of 500 columns\./);
});

test("text of the user's is escaped in every table", async () => {
  const attack = `<script>alert("1")</script>`;
  for (const value of [[{ [attack]: attack }], new Map([[attack, attack]]), arrowTable([attack], attack)]) {
    assert.doesNotMatch(await html(value), /<script/);
    assert.match(await html(value), /&lt;script&gt;/);
  }
});

test("arrays that are not all object literals are no table", async () => {
  for (const value of [[{ a: 1 }, 2], [{ a: 1 }, null], [new Date(0)], [new Error("e")], [[1], [2]], [{}]]) {
    assert.deepEqual(Object.keys((await valueBundle(value)).data), ["text/plain"]);
  }
});

test("a Map prints as Node prints it, with its entries as a table beside", async () => {
  const value = new Map<unknown, unknown>([
    ["rmse", 3.5],
    [{ a: 1 }, "x"],
  ]);
  assert.equal(await plain(value), inspect(value));
  assert.match(await html(value), /Map of 2 entries.*rmse.*3\.5.*\{ a: 1 \}/s);
});

test("a long typed array is summarised, a short one printed", async () => {
  assert.equal(await plain(new Float32Array([1, 2.5])), "Float32Array(2) [ 1, 2.5 ]");
  const long = new Float64Array(100_000).map((_, at) => at);
  long[7] = Number.NaN;
  assert.match(await plain(long), /^Float64Array\(100,000\) \[0, 1, 2, .*, …, 99997, 99998, 99999\]\n/);
  assert.match(await plain(long), /min 0, max 99,999, mean 50,?000, 1 not finite$/);
  assert.match(await plain(new BigInt64Array(200)), /^BigInt64Array\(200\)/);
});

test("tables of Arrow, Arquero, Polars and Danfo are known by their members", async () => {
  const rows = [
    { city: "Rome", pop: 2.8 },
    { city: "Oslo", pop: 0.7 },
  ];
  const arquero = {
    numRows: () => 2,
    columnNames: () => ["city", "pop"],
    get: (name: "city" | "pop", row: number) => rows[row]?.[name],
    objects: () => rows,
  };
  const polars = new Proxy({ height: 2, toRecords: () => rows }, {});
  const danfo = {
    columns: ["city", "pop"],
    shape: [2, 2],
    head: () => ({ values: rows.map((row) => Object.values(row)) }),
  };
  const arrowLike = { numRows: 2, toArray: () => rows.map((row) => new Row(row)) };
  for (const frame of [arquero, polars, danfo, arrowLike]) {
    assert.match(
      await plain(frame),
      /^2 rows, 2 columns\n +city +pop\n.*\n0 +Rome +2\.8\n1 +Oslo +0\.7$/,
      inspect(frame),
    );
  }
  assert.match(await plain(arrowTable(["x"], 1)), /^1 row, 1 column\n +x \(Utf8\)/);
});

test("a column of Arrow's and a tensor show type, size and values in place of their buffers", async () => {
  const vector = {
    length: 50,
    nullCount: 1,
    type: "Int32",
    get: (at: number) => (at === 1 ? null : at),
    getChildAt: () => null,
  };
  assert.match(await plain(vector), /^Vector Int32 \(50 values, 1 null\) \[0, null, 2, .*, 19, … 30 more\]$/);
  const tensor = { shape: [1, 2], dtype: "float32", dataSync: () => [1, 2], toString: () => "Tensor\n     [[1, 2],]" };
  assert.equal(await plain(tensor), "Tensor float32 [1, 2]\n     [[1, 2],]");
});

class Row {
  readonly #row: object;
  constructor(row: object) {
    this.#row = row;
  }
  toJSON(): object {
    return { ...this.#row };
  }
}

function arrowTable(names: string[], value: unknown): object {
  const fields = names.map((name) => ({ name, type: { toString: () => "Utf8" } }));
  return { numRows: 1, schema: { fields }, getChildAt: () => ({ get: () => value }) };
}

test("an error shows its stack without Node's frames, its properties and its cause", async () => {
  const error = Object.assign(new TypeError("bad", { cause: new RangeError("inner") }), { code: "E_BAD" });
  const text = await plain(error);
  assert.match(text, /^TypeError: bad\n {4}at .*value-bundle\.test/);
  assert.match(text, /\{\n {2}code: 'E_BAD',\n {2}\[cause\]: RangeError: inner/);
  assert.doesNotMatch(text, /node:internal/);
});

test("an object that brings its own bundle is shown by it, also when it takes its time", async () => {
  const now = { [jupyterDisplay]: () => ({ "text/html": "<b>now</b>", "text/plain": "now" }) };
  assert.deepEqual((await valueBundle(now)).data, { "text/html": "<b>now</b>", "text/plain": "now" });
  const later = { [jupyterDisplay]: async () => ({ "image/svg+xml": "<svg/>" }) };
  const { data } = await valueBundle(later);
  assert.equal(data["image/svg+xml"], "<svg/>");
  assert.equal(typeof data["text/plain"], "string");
});

test("an object whose own display is an empty bundle asks for nothing to be shown", async () => {
  assert.deepEqual((await valueBundle({ [jupyterDisplay]: () => ({}) })).data, {});
  assert.deepEqual((await valueBundle({ [jupyterDisplay]: async () => ({}) })).data, {});
});

test("an object whose own display fails is printed, with the reason", async () => {
  const broken = {
    [jupyterDisplay]: () => {
      throw new Error("no data yet");
    },
  };
  assert.match(await plain(broken), /\(its Symbol\.for\("Jupyter\.display"\) threw Error: no data yet\)/);
});

test("an element of a DOM is shown by its markup", async () => {
  const element = { nodeType: 1, localName: "p", outerHTML: "<p>hello</p>", textContent: "hello" };
  assert.deepEqual((await valueBundle(element)).data, { "text/html": "<p>hello</p>", "text/plain": "hello" });
  const svg = { nodeType: 1, localName: "svg", outerHTML: "<svg></svg>", textContent: "" };
  assert.equal((await valueBundle(svg)).data["image/svg+xml"], '<svg xmlns="http://www.w3.org/2000/svg"></svg>');
});

test("cycles, throwing getters, hostile proxies and custom inspect functions are survived", async () => {
  const circular: Record<string, unknown> = { a: 1 };
  circular.self = circular;
  assert.equal(await plain(circular), "<ref *1> { a: 1, self: [Circular *1] }");
  const getter = Object.defineProperty({}, "boom", { get: fail, enumerable: true });
  assert.equal(await plain(getter), "{ boom: [Getter] }");
  assert.match(await plain([getter]), /^1 record, 1 column/);
  assert.equal(await plain(new Proxy({ a: 1 }, { get: fail, ownKeys: fail, getPrototypeOf: fail })), "{ a: 1 }");
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.equal(await plain(proxy), "<Revoked Proxy>");
  assert.match(await plain({ [inspect.custom]: fail }), /Object that cannot be printed: boom/);
});

test("a mock that answers everything with itself is printed, not awaited for ever", async () => {
  const mock: unknown = new Proxy(() => undefined, { get: () => mock, apply: () => mock });
  assert.match(await plain(mock), /^\[Function/);
});

test("values of any size print in bounded size, and what is left out is said", async () => {
  assert.match(await plain("x".repeat(20_000)), /\.\.\. 10000 more characters$/);
  assert.match(await plain(Array.from({ length: 1000 }, () => 0)), /\.\.\. 900 more items/);
  const keys = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`key${at}`, at]));
  assert.match(await plain(keys), /\(showing 100 of 20,000 keys\)$/);
  assert.equal(await plain({ inner: keys }), "{ inner: [Object with 20,000 keys] }");
  const cube = Array.from({ length: 90 }, () => Array.from({ length: 90 }, () => Array.from({ length: 90 }, () => 0)));
  assert.ok((await plain(cube)).length < 100_000);
  const texts = Array.from({ length: 90 }, () => "y".repeat(5_000));
  assert.match(await plain(texts), /\(showing the first 100,000 of [\d,]+ characters\)$/);
});

test("a table of very long texts stays small", async () => {
  const { data } = await valueBundle([{ text: "z".repeat(5_000_000) }]);
  assert.ok(JSON.stringify(data).length < 10_000);
});

function fail(): never {
  throw new Error("boom");
}

test("an instance of a class whose name cannot be read is still shown", async () => {
  class Nameless {
    readonly field = 1;
    static get name(): string {
      throw new Error("no name");
    }
  }
  assert.match(await plain(new Nameless()), /cannot be printed: no name/);
});

test("printing an array of ten million elements looks at the first hundred only", async () => {
  const long = Array.from({ length: 10_000_000 }, () => 0);
  const start = performance.now();
  assert.match(await plain(long), /9999900 more items/);
  assert.ok(performance.now() - start < 500);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type EnforceOptions,
  enforce,
  enforceSchema,
  SignatureMismatchError,
} from "../../../src/models/signature/enforce.js";
import { inferSignature } from "../../../src/models/signature/infer-signature.js";
import { ModelSignature } from "../../../src/models/signature/signature.js";

const typed = ModelSignature.fromJSON({
  inputs: JSON.stringify([
    { name: "d", type: "double" },
    { name: "f", type: "float", required: false },
    { name: "l", type: "long", required: false },
    { name: "i", type: "integer", required: false },
    { name: "s", type: "string", required: false },
    { name: "b", type: "boolean", required: false },
    { name: "y", type: "binary", required: false },
    { name: "t", type: "datetime", required: false },
  ]),
});

function messages(signature: ModelSignature, data: unknown, options?: EnforceOptions): string[] {
  try {
    enforce(signature, data, options);
    return [];
  } catch (error) {
    assert.ok(error instanceof SignatureMismatchError, String(error));
    return error.problems.map(({ message }) => message);
  }
}

test("data that fits comes back as it is", () => {
  const data = [
    { d: Number.NaN, f: 1.1, l: 2n ** 62n, i: -2147483648, s: "", b: false, y: Buffer.from("x"), t: new Date(0) },
    { d: 1, t: "2020-01-02T03:04:05Z", l: 7, f: null },
  ];
  assert.equal(enforce(typed, data), data);
});

test("every kind of problem is told with row, column and value", () => {
  const data = [
    { d: "abc", f: 1e300, l: 2.5, i: 2147483648, s: 1, b: "true", y: "eHl6", t: "yesterday", extra: 1 },
    { d: null, l: 2 ** 60, i: 5n },
    { f: 1 },
  ];
  assert.deepEqual(messages(typed, data), [
    "row 0, column 'd': text \"abc\" where double is required",
    "row 1, column 'd' is empty where double is required",
    "row 2, column 'd' is empty where double is required",
    "row 0, column 'f': 1e+300 where float is required: too large for 32 bits",
    "row 0, column 'l': 2.5 where long is required: not a whole number",
    "row 1, column 'l': 1152921504606847000 where long is required: too large to be exact as a number; pass a 64-bit BigInt",
    "row 0, column 'i': 2147483648 where integer is required: too large for 32 bits",
    "row 1, column 'i': 5n where integer is required: a BigInt is not converted",
    "row 0, column 's': 1 where string is required",
    "row 0, column 'b': text \"true\" where boolean is required",
    "row 0, column 'y': text \"eHl6\" where binary is required",
    "row 0, column 't': text \"yesterday\" where datetime is required",
    "column 'extra' is not in the signature",
  ]);
  assert.deepEqual(messages(typed, { d: [1], extra: [2] }, { extra: "ignore" }), []);
  assert.deepEqual(messages(typed, [{ d: 1, y: "eHl6" }], { json: true }), []);
  assert.deepEqual(messages(typed, [{ s: "x" }]), ["column 'd' is missing (double)"]);
});

test("all problems are counted, the first are listed, and the hint says what the model takes", () => {
  const rows = Array.from({ length: 5000 }, () => ({ d: "x" }));
  assert.throws(
    () => enforce(typed, rows),
    (error: SignatureMismatchError) => {
      assert.equal(error.total, 5000);
      assert.equal(error.problems.length, 20);
      assert.match(
        error.message,
        /^The data does not fit the signature, 5,000 problems:\n[\s\S]*\n {2}… and 4,980 more$/,
      );
      assert.match(error.hint ?? "", /^The model takes d: double, f: float\?,/);
      return error.code === "INVALID_PARAMETER_VALUE";
    },
  );
});

test("the same data fits in every form", () => {
  const signature = inferSignature([{ a: 1.5, b: 2 }]);
  const forms = [
    [{ a: 1, b: 2 }],
    { a: 1, b: 2 },
    { a: [1, 2], b: [3, 4] },
    { a: new Float64Array(2), b: new Float32Array(2) },
    { columnNames: () => ["a", "b"], numRows: () => 1, array: () => [1] },
  ];
  for (const form of forms) assert.deepEqual(messages(signature, form), []);
});

test("nested values are checked where they are", () => {
  const signature = inferSignature([{ o: { x: "s", list: [1.5] }, m: new Map([["k", 1]]) }]);
  assert.deepEqual(
    messages(signature, [
      { o: { x: 1, list: [1, "q"], more: 1 }, m: { k: "v" } },
      { o: "text", m: 3 },
    ]),
    [
      "row 0, column 'o.list[1]': text \"q\" where double is required",
      "row 0, column 'o.x': 1 where string is required",
      "row 0, column 'o.more' is not in the signature",
      "row 1, column 'o': text \"text\" where {list: Array(double) (required), x: string (required)} is required",
      'row 0, column \'m["k"]\': text "v" where double is required',
      "row 1, column 'm': 3 where Map(str -> double) is required",
    ],
  );
});

test("a record whose column is a list is one record, not a table", () => {
  const signature = inferSignature([{ ids: ["a", "b"] }]);
  assert.deepEqual(messages(signature, { ids: ["a", "b", "c"] }), []);
  assert.deepEqual(messages(signature, { ids: [["a"], ["b"]] }), []);
  const nested = inferSignature([{ ids: [["a"]] }]);
  assert.deepEqual(messages(nested, { ids: [null, ["a"]] }), []);
});

test("plain lists fit a column without a name, and named data does not", () => {
  const signature = inferSignature([1.5, 2.5]);
  assert.deepEqual(messages(signature, [1, 2]), []);
  assert.deepEqual(messages(signature, new Float64Array(3)), []);
  assert.deepEqual(messages(signature, [1, "x"]), ['row 1: text "x" where double is required']);
  assert.deepEqual(messages(signature, [{ a: 1 }]), ["the data has named columns where a plain list is required"]);
  assert.deepEqual(messages(inferSignature([{ a: 1 }]), [1]), ["the data has no column names"]);
});

test("null passes where no schema can forbid it: in columns without a name, lists, maps, and what is any", () => {
  assert.deepEqual(messages(inferSignature(["a", "b"]), ["a", null, undefined]), []);
  assert.deepEqual(messages(inferSignature([1.5]), [null, Number.NaN]), []);
  assert.deepEqual(messages(inferSignature([{ a: 1 }, { a: "x" }]), [{ a: null }]), []);
  assert.deepEqual(messages(inferSignature([{ a: 1 }, { a: "x" }]), [{ a: 1 }, {}]), [
    "row 1, column 'a' is empty where Any is required",
  ]);
  assert.deepEqual(messages(inferSignature([{ a: 1 }]), [{ a: null }]), [
    "row 0, column 'a' is empty where double is required",
  ]);
});

test("whole numbers of a list fit a tensor of 64 bits, as numbers and BigInts", () => {
  const longs = inferSignature(BigInt64Array.of(1n));
  assert.deepEqual(messages(longs, [1, 2n ** 63n - 1n]), []);
  assert.deepEqual(messages(longs, [1, 2]), []);
  assert.equal(messages(longs, [1, 2 ** 53]).length, 1);
  assert.equal(messages(longs, [1n, 2n ** 63n]).length, 1);
  const unsigned = inferSignature(BigUint64Array.of(1n));
  assert.deepEqual(messages(unsigned, [2n ** 64n - 1n, 0]), []);
  assert.equal(messages(unsigned, [-1n]).length, 1);
  assert.equal(messages(inferSignature(Float32Array.of(1)), [1e300]).length, 1);
  assert.deepEqual(messages(inferSignature(Float32Array.of(1)), [Number.POSITIVE_INFINITY]), []);
});

test("tensors must have the shape and a dtype that loses nothing", () => {
  const signature = inferSignature({ shape: [5, 2], dtype: "float32", dataSync: () => new Float32Array(10) });
  assert.deepEqual(
    messages(signature, [
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    [],
  );
  assert.deepEqual(messages(signature, { shape: [1, 2], data: new Int16Array(2) }), []);
  assert.deepEqual(messages(signature, [[1, 2, 3]]), ["the data has shape (1, 3) where (-1, 2) is required"]);
  assert.deepEqual(messages(signature, [[1, 2], [3]]), ["the data has lists of unequal length"]);
  assert.deepEqual(messages(signature, { shape: [1, 2], data: new Float64Array(2) }), [
    "the data has dtype float64 where float32 is required",
  ]);
  assert.deepEqual(messages(signature, "x"), ["the data is neither a tensor nor a list of numbers"]);
  const bytes = inferSignature(new Uint8Array(3));
  assert.deepEqual(messages(bytes, [0, 255]), []);
  assert.deepEqual(messages(bytes, [0, 256]), ["the data: 256 where uint8 is required (flat position 1)"]);
  const named = inferSignature({ x: new Float32Array(2), y: new Float32Array(2) });
  assert.deepEqual(messages(named, { x: [1], z: [1] }), [
    "column 'y' is missing (tensor float32 (-1,))",
    "column 'z' is not in the signature",
  ]);
});

test("outputs can be enforced, and a signature without inputs takes anything", () => {
  const signature = inferSignature(undefined, [{ y: 1 }]);
  assert.equal(enforce(signature, "anything"), "anything");
  assert.ok(signature.outputs);
  const { outputs } = signature;
  assert.throws(() => enforceSchema(outputs, [{ y: "x" }]), /column 'y'/);
});

test("a million values are checked well below a second", () => {
  const rows = Array.from({ length: 100_000 }, (_, at) => ({
    a: at,
    b: at,
    c: at,
    d: at,
    e: at,
    f: at,
    g: at,
    h: at,
    i: at,
    j: `${at}`,
  }));
  const signature = inferSignature(rows.slice(0, 10));
  enforce(signature, rows);
  const start = performance.now();
  enforce(signature, rows);
  // 25 ms alone on 2 cores at 2.x GHz; the bound leaves room for a busy machine.
  assert.ok(performance.now() - start < 500);
});

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { exampleFiles, plainExample, readInputExample } from "../../../src/models/package/input-example.js";
import type { MLmodel } from "../../../src/models/package/mlmodel.js";
import { enforce } from "../../../src/models/signature/enforce.js";
import { inferSignature } from "../../../src/models/signature/infer-signature.js";
import { ModelSignature } from "../../../src/models/signature/signature.js";
import { readJsonBody } from "../../../src/server/scoring/input-format.js";
import { shapeOfSchema } from "../../../src/server/scoring/input-shape.js";
import { isError } from "../../is-error.js";

/** What a request with the example's serving file gives the model. */
function served(example: unknown, signature: ModelSignature): unknown {
  const { texts } = exampleFiles(plainExample(example, undefined), signature.inputs);
  return readJsonBody(texts["serving_input_example.json"] ?? "", shapeOfSchema(signature.inputs)).data;
}

/** The example as it is read back from its file. */
async function reloaded(example: unknown, signature: ModelSignature): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-example-"));
  try {
    const { texts, saved } = exampleFiles(plainExample(example, undefined), signature.inputs);
    for (const [file, text] of Object.entries(texts)) await writeFile(join(folder, file), text);
    return await readInputExample(folder, { savedInputExample: saved, signature } as MLmodel);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Learns, checks, saves, reads back and serves. */
function check(example: unknown): void {
  const signature = ModelSignature.fromJSON(inferSignature(example).toJSON());
  enforce(signature, example);
  // What is read back from the file is checked in there.
  const data = served(example, signature);
  enforce(signature, data, { json: true, extra: "ignore" });
}

const time = fc.date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59.999Z") });
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** 53));
const big = fc.oneof(
  fc.bigInt({ min: -100n, max: 100n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
);
const gap = fc.constantFrom(null, undefined, new Date(Number.NaN));
const bytes = fc
  .uint8Array({ maxLength: 5 })
  .chain((array) => fc.constantFrom(array, Buffer.from(array), array.buffer));
const typed = fc.oneof(
  fc.float32Array({ maxLength: 4 }),
  fc.float64Array({ maxLength: 4 }),
  fc.int8Array({ maxLength: 4 }),
  fc.uint16Array({ maxLength: 4 }),
  fc.int32Array({ maxLength: 4 }),
  fc.uint32Array({ maxLength: 4 }),
  fc.bigInt64Array({ maxLength: 4 }),
  fc.bigUint64Array({ maxLength: 4 }),
);
const scalar = fc.oneof(number, big, fc.string({ unit: "binary", maxLength: 4 }), fc.boolean(), time);
const name = fc.constantFrom("a", "b", "c", "constructor", "__proto__", "0", "columns", "inputs", "shape", "");
const { value } = fc.letrec<{ value: unknown; list: unknown; object: unknown; map: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    { weight: 2, arbitrary: gap },
    { weight: 1, arbitrary: bytes },
    { weight: 1, arbitrary: typed },
    { weight: 2, arbitrary: tie("list") },
    { weight: 2, arbitrary: tie("object") },
    { weight: 1, arbitrary: tie("map") },
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(name, tie("value"), { maxKeys: 3 }),
  map: fc.array(fc.tuple(name, tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
}));
/** Values of one kind, with gaps: what columns are made of. */
const kinds = [number, big, scalar, value, fc.string(), fc.boolean(), time, bytes, fc.array(number), fc.array(big)];
const column = (rows: number) =>
  fc.constantFrom(...(kinds as fc.Arbitrary<unknown>[])).chain((kind) =>
    fc.array(fc.oneof({ weight: 6, arbitrary: kind }, { weight: 1, arbitrary: gap }), {
      minLength: rows,
      maxLength: rows,
    }),
  );
const table = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.uniqueArray(name, { minLength: 1, maxLength: 3 }))
  .chain(([rows, names]) => fc.tuple(fc.constant(names), fc.tuple(...names.map(() => column(rows)))));
const recordsOf = table.map(([names, columns]) =>
  Array.from({ length: columns[0]?.length ?? 0 }, (_, row) =>
    Object.fromEntries(
      names.flatMap((one, at) => {
        const item = columns[at]?.[row];
        return item === undefined ? [] : [[one, item]];
      }),
    ),
  ),
);
const tensor = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 })).chain(([rows, width]) =>
  fc.oneof(
    fc
      .array(number, { minLength: rows * width, maxLength: rows * width })
      .map((data) => ({ dims: [rows, width], type: "float32", data: Float32Array.from(data) })),
    fc
      .array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), {
        minLength: rows * width,
        maxLength: rows * width,
      })
      .map((data) => ({ dims: [rows, width], type: "int64", data: BigInt64Array.from(data) })),
    fc
      .array(fc.nat(1), { minLength: rows * width, maxLength: rows * width })
      .map((data) => ({ shape: [rows, width], dtype: "bool", dataSync: () => Uint8Array.from(data) })),
    fc
      .array(fc.string(), { minLength: rows * width, maxLength: rows * width })
      .map((data) => ({ dims: [rows, width], type: "string", data })),
    number.map((one) => ({ dims: [], type: "float64", data: Float64Array.of(one) })),
  ),
);

const forms: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  records: recordsOf,
  "a table by columns": table.map(([names, columns]) => Object.fromEntries(names.map((one, at) => [one, columns[at]]))),
  // Typed arrays alone are tensors, of which an empty one has no rows.
  "one record": fc
    .dictionary(name, value, { minKeys: 1, maxKeys: 4 })
    .filter((record) => !Object.values(record).every((item) => ArrayBuffer.isView(item))),
  "one Map": fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 3 }).map((entries) => new Map(entries)),
  "a list": fc.integer({ min: 1, max: 3 }).chain(column),
  "a list of lists": fc.array(fc.array(number, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  "a typed array": typed.filter(({ length }) => length > 0),
  "a tensor": tensor,
  "tensors by name": fc.dictionary(
    name,
    fc.oneof(
      tensor,
      typed.filter(({ length }) => length > 0),
    ),
    {
      minKeys: 1,
      maxKeys: 3,
    },
  ),
  "a single value": fc.oneof(
    scalar,
    bytes.filter((one) => Buffer.isBuffer(one)),
  ),
};

for (const [form, arbitrary] of Object.entries(forms)) {
  test(`a model takes the example that it was logged with, read back and served: ${form}`, () => {
    fc.assert(fc.property(arbitrary, check), { numRuns: 1500, seed: 11 });
  });
}

test("the examples that were refused by their own model", () => {
  for (const example of [
    ["a", null, "b"],
    [{ a: 1 }, { a: Number.NaN }],
    [{ a: 1n }, { a: 2 }],
    [{ a: 1n }, { a: 2.5 }],
    [{ a: 2n ** 64n }],
    Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY),
    [{ a: new Uint8Array(2) }],
    [{ a: 1 }, null],
    [null, { a: 1 }],
    [{ o: { x: Number.NaN } }, { o: { x: "s" } }],
    { a: [[], [[1]]], b: ["x", "y"] },
    { dims: [2, 0], type: "float32", data: new Float32Array(0) },
    { dims: [2], type: "bool", data: Uint8Array.of(1, 0) },
    [new Date(Number.NaN), new Date(0)],
    [true, null],
    [{}, {}],
    new Map([["a", Number.NaN]]),
    2n ** 70n,
  ]) {
    check(example);
  }
});

test("numbers, large integers, times and bytes come back as they were", async () => {
  const big64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const columns = fc.record({
    double: fc.oneof(number, fc.constant(Number.NEGATIVE_INFINITY)),
    long: big64,
    text: fc.string({ unit: "binary" }),
    flag: fc.boolean(),
    time,
    bytes: fc.uint8Array().map((array) => Buffer.from(array)),
    list: fc.array(number, { minLength: 1 }),
    longs: fc.array(big64, { minLength: 1 }),
    object: fc.record({ x: number, y: big64, t: time }),
  });
  // A long within 2^53 is a number in JSON, and -0 is 0.
  const plain = (item: unknown): unknown => {
    if (typeof item === "bigint") return Number.isSafeInteger(Number(item)) ? Number(item) : item;
    if (typeof item === "number") return item === 0 ? 0 : item;
    if (Array.isArray(item)) return item.map(plain);
    if (typeof item !== "object" || item === null || item instanceof Date || Buffer.isBuffer(item)) return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, plain(inner)]));
  };
  await fc.assert(
    fc.asyncProperty(fc.array(columns, { minLength: 1, maxLength: 3 }), async (rows) => {
      const signature = inferSignature(rows);
      assert.deepEqual(plain(served(rows, signature)), plain(rows));
      assert.deepEqual(plain(await reloaded(rows, signature)), plain(rows));
    }),
    { numRuns: 300, seed: 5 },
  );
});

test("tensors come back as they were, NaN and infinities included", async () => {
  const example = {
    f: { dims: [2, 2], type: "float32", data: Float32Array.of(1.5, Number.NaN, Number.POSITIVE_INFINITY, -0.25) },
    l: BigInt64Array.of(2n ** 60n + 1n, 5n),
    u: BigUint64Array.of(2n ** 64n - 1n, 0n),
    b: { dims: [2], type: "bool", data: Uint8Array.of(1, 0) },
  };
  const lists = {
    f: [
      [1.5, Number.NaN],
      [Number.POSITIVE_INFINITY, -0.25],
    ],
    l: [2n ** 60n + 1n, 5],
    u: [2n ** 64n - 1n, 0],
    b: [true, false],
  };
  const signature = inferSignature(example);
  assert.deepEqual(served(example, signature), lists);
  assert.deepEqual(await reloaded(example, signature), lists);
  const alone = inferSignature(example.f);
  assert.deepEqual(served(example.f, alone), lists.f);
  assert.deepEqual(await reloaded(example.f, alone), lists.f);
});

test("a signature that was given decides how its example is read", () => {
  const given = (data: unknown, options: object) => inferSignature(data, undefined, undefined, options);
  for (const [example, signature] of [
    [[[1, Number.NaN]], given([[1.5, 2.5]], { arrays: "tensor" })],
    [{ ids: [1, 2] }, given({ ids: [1, 2] }, { lists: "record" })],
    [{ a: [1, Number.NaN], b: ["x", "y"] }, given([{ a: 1, b: "x" }], {})],
    [{ a: Float64Array.of(1, Number.NaN) }, given([{ a: 1 }], {})],
    [[[1n, 2]], given([[1n, 2n]], { arrays: "tensor" })],
  ] as Array<[unknown, ModelSignature]>) {
    enforce(signature, example);
    const { texts } = exampleFiles(plainExample(example, signature.inputs), signature.inputs);
    const { data } = readJsonBody(texts["serving_input_example.json"] ?? "", shapeOfSchema(signature.inputs));
    enforce(signature, data, { json: true, extra: "ignore" });
  }
});

test("what no signature can say is refused, naming the place and the type", () => {
  const loop: Record<string, unknown> = {};
  loop.self = [loop];
  const deep = Array.from({ length: 300 }).reduce<unknown>((inner) => [inner], 1);
  const cases: Array<[unknown, RegExp]> = [
    [[{ a: 1, f: () => 1 }], /a function at row 0, column 'f'/],
    [[{ a: 1 }, { a: { b: [1, Symbol("x")] } }], /a symbol at row 1, column 'a'\.b\[1\]/],
    [[{ a: Promise.resolve(1) }], /a Promise at row 0, column 'a'/],
    [[1, Promise.resolve(1)], /a Promise at the example\[1\]/],
    [[{ a: /x/ }], /an instance of RegExp.* at row 0, column 'a'/],
    [[{ a: new WeakMap() }], /an instance of WeakMap/],
    [[{ a: loop }], /contains itself at row 0, column 'a'\.self\[0\]/],
    [[{ a: deep }], /more than 200 levels of nesting at row 0/],
    [[{ a: new Date(Date.UTC(12026, 0)) }], /a time in the year 12026 at row 0/],
    [{ shape: [2], dtype: "float32", data: undefined, dataSync: undefined }, /not in memory/],
    [{ dims: [1], type: "complex64", data: Float32Array.of(1, 2) }, /a tensor of complex64/],
    [[], /no rows/],
    [new Float32Array(0), /no rows/],
    [{ a: { dims: [0, 2], type: "float32", data: new Float32Array(0) } }, /no rows/],
  ];
  for (const [example, message] of cases) {
    assert.throws(() => plainExample(example, undefined), isError("INVALID_PARAMETER_VALUE", message));
  }
});

test("data that contains itself has no signature, and says so", () => {
  const loop: unknown[] = [];
  loop.push(loop);
  assert.throws(() => inferSignature([{ a: loop }]), isError("INVALID_PARAMETER_VALUE", /circular/));
});

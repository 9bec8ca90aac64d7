import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { inferSignature } from "../../../src/models/signature/infer-signature.js";
import type { ColumnType, Schema } from "../../../src/models/signature/schema.js";
import { ModelSignature } from "../../../src/models/signature/signature.js";
import { signatureLines } from "../../../src/models/signature/signature-rows.js";
import { isError } from "../../is-error.js";

const rows = [
  { alpha: 1, name: "a", tags: ["x"] },
  { alpha: 2, name: "b", tags: [] },
];

test("whole numbers are double unless long is asked for, since JavaScript has one kind of number", () => {
  const types = (options: object) =>
    inferSignature([{ n: 1 }, { n: 2 }], undefined, undefined, options).toJSON().inputs;
  assert.equal(types({}), '[{"type": "double", "name": "n", "required": true}]');
  assert.equal(types({ integers: "long" }), '[{"type": "long", "name": "n", "required": true}]');
  assert.match(inferSignature([{ n: 1n }]).toJSON().inputs ?? "", /"long"/);
});

test("one odd column is any and leaves the others as they are", () => {
  const mixed = [
    { odd: 1, even: 2.5, when: new Date(0) },
    { odd: "x", even: 3.5, when: new Date(1) },
  ];
  assert.equal(
    String(inferSignature(mixed).inputs && inferSignature(mixed)).split("\n")[1],
    "  ['odd': Any (required), 'even': double (required), 'when': datetime (required)]",
  );
});

test("whole and broken numbers together are double, also when long is asked for", () => {
  assert.match(inferSignature([1, 2.5], undefined, undefined, { integers: "long" }).toJSON().inputs ?? "", /"double"/);
});

test("BigInts are long, beside whole numbers too, and any beside fractions, in whatever order", () => {
  const typeOf = (values: readonly unknown[]) => {
    const { inputs } = inferSignature(values.map((a) => ({ a })));
    return inputs?.kind === "columns" ? inputs.columns[0]?.type.type : undefined;
  };
  const value = fc.oneof(
    fc.constantFrom(1n, -(2n ** 63n), 2n ** 63n - 1n),
    fc.constantFrom(1, -5, 2 ** 53 - 1),
    fc.constantFrom(0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY),
    fc.constantFrom(2n ** 63n),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
      const large = values.some((one) => typeof one === "bigint");
      const fits = values.every((one) => (typeof one === "bigint" ? one < 2n ** 63n : Number.isSafeInteger(one)));
      assert.equal(typeOf(values), large ? (fits ? "long" : "any") : "double", String(values));
    }),
    { numRuns: 1000, seed: 8 },
  );
});

test("what is empty is of its kind: an empty list beside text is any", () => {
  const typeOf = (...values: unknown[]) =>
    String(inferSignature(values.map((a) => ({ a }))))
      .split("\n")[1]
      ?.trim();
  assert.equal(typeOf([], [1.5]), "['a': Array(double) (required)]");
  assert.equal(typeOf([1.5], []), "['a': Array(double) (required)]");
  for (const other of ["x", 1, true, new Date(0), {}, { x: 1 }, new Map(), new Map([["k", 1]])]) {
    assert.equal(typeOf([], other), "['a': Any (required)]");
    assert.equal(typeOf(other, []), "['a': Any (required)]");
  }
  assert.equal(typeOf({}, new Map([["k", 1]])), "['a': Map(str -> double) (required)]");
  assert.equal(typeOf(new Map(), { x: 1 }), "['a': Any (required)]");
});

test("params keep every digit, NaN and times, in MLflow's JSON and back", () => {
  const params = {
    id: 2n ** 60n + 1n,
    ids: [2n ** 53n + 1n, 5n],
    x: Number.NaN,
    xs: [0.5, Number.NEGATIVE_INFINITY],
    text: "NaN, -Infinity",
    o: { id: 2n ** 60n + 1n, x: Number.POSITIVE_INFINITY, when: new Date(0), few: 3n },
  };
  const signature = inferSignature(["x"], undefined, params);
  assert.match(
    signature.toJSON().params ?? "",
    /"default": 1152921504606846977,.*9007199254740993, 5.*NaN.*-Infinity\]/,
  );
  const back = ModelSignature.fromJSON(signature.toJSON());
  assert.deepEqual(
    back.params?.map((param) => param.default),
    [
      params.id,
      [2n ** 53n + 1n, 5],
      Number.NaN,
      params.xs,
      params.text,
      { id: params.id, x: Number.POSITIVE_INFINITY, when: "1970-01-01T00:00:00", few: 3 },
    ],
  );
  assert.deepEqual(back.toJSON(), signature.toJSON());
  assert.equal(signatureLines(back).params[0]?.example, "1152921504606846977");
  assert.throws(() => inferSignature(["x"], undefined, { id: 2n ** 64n }), isError("INVALID_PARAMETER_VALUE", /'id'/));
});

test("a property that has no one type is any, inside its object only", () => {
  const { inputs } = inferSignature([{ o: { x: 1, y: "a" } }, { o: { x: "1", y: "b" } }]).toJSON();
  assert.equal(
    inputs,
    '[{"type": "object", "properties": {"x": {"type": "any", "required": true}, "y": {"type": "string", "required": true}}, "name": "o", "required": true}]',
  );
});

test("a Map is a map, a Buffer binary, undefined a missing value", () => {
  const data = [
    { m: new Map([["a", 1.5]]), b: Buffer.from("x"), u: undefined },
    { m: new Map(), b: Buffer.from("y"), u: "x" },
  ];
  assert.equal(
    inferSignature(data).toJSON().inputs,
    '[{"type": "map", "values": {"type": "double"}, "name": "m", "required": true}, {"type": "binary", "name": "b", "required": true}, {"type": "string", "name": "u", "required": false}]',
  );
});

test("an object of equally long lists is a table of columns", () => {
  assert.match(
    String(inferSignature({ a: [1, 2], b: ["x", null] })),
    /\['a': double \(required\), 'b': string \(optional\)\]/,
  );
});

test("tables of Arrow, arquero, polars and danfo are read by what they can do", () => {
  const column = (name: string): unknown[] => (name === "a" ? [1.5, null] : ["x", "y"]);
  const fields = [
    { name: "a", type: { toString: () => "Float32" } },
    { name: "b", type: { toString: () => "Dictionary<Int32, Utf8>" } },
  ];
  const getChildAt = (at: number) => ({ length: 2, get: (row: number) => column(fields[at]?.name ?? "")[row] });
  const frames = {
    arrow: { numRows: 2, schema: { fields }, getChildAt },
    arquero: { columnNames: () => ["a", "b"], numRows: () => 2, array: column },
    polars: { columns: ["a", "b"], height: 2, getColumn: (name: string) => ({ toArray: () => column(name) }) },
    danfo: { columns: ["a", "b"], shape: [2, 2], column: (name: string) => ({ values: column(name) }) },
  };
  for (const [name, frame] of Object.entries(frames)) {
    const type = name === "arrow" ? "float" : "double";
    assert.match(
      String(inferSignature(frame)),
      new RegExp(`\\['a': ${type} \\(optional\\), 'b': string \\(required\\)\\]`),
      name,
    );
  }
});

test("rows and lists inside an Arrow column are objects and arrays", () => {
  // Arrow's rows have `toArray` as well, without the names.
  const row = { toArray: () => [1.5, "q"], toJSON: () => ({ x: 1.5, y: "q", l: { toJSON: () => [0.5] } }) };
  const fields = [{ name: "o", type: "Struct<{x:Float64, y:Utf8, l:List<Float64>}>" }];
  const table = { numRows: 1, schema: { fields }, getChildAt: () => ({ length: 1, get: () => row }) };
  assert.match(
    String(inferSignature(table)),
    /\['o': \{l: Array\(double\) \(required\), x: double \(required\), y: string/,
  );
});

test("tensors of tfjs, onnxruntime and ml-matrix are read by what they can do", () => {
  const tensors = {
    float32: { shape: [2, 3], dtype: "float32", dataSync: () => new Float32Array(6) },
    int64: { dims: [2, 3], type: "int64", data: new BigInt64Array(6) },
    float64: { rows: 2, columns: 3, to1DArray: () => new Array(6).fill(0) },
  };
  for (const [dtype, tensor] of Object.entries(tensors)) {
    assert.match(String(inferSignature(tensor)), new RegExp(`\\[Tensor\\('${dtype}', \\(-1, 3\\)\\)\\]`));
  }
});

test("what holds no data is refused, and a forgotten await is thought of", () => {
  assert.throws(() => inferSignature(() => 1), {
    code: "INVALID_PARAMETER_VALUE",
    message: "A signature cannot be inferred from this input: a function.",
  });
  assert.throws(() => inferSignature([1], Promise.resolve(1)), { hint: /await/ });
  assert.throws(() => inferSignature(), { message: "A signature needs inputs, outputs or params; got none of them." });
});

test("every param without a type is named in one error", () => {
  assert.throws(() => inferSignature(["x"], undefined, { a: null, b: [], c: [1, "x"], d: [[1]], ok: 1 }), {
    message:
      "The type of these params cannot be inferred: 'a' is missing; 'b' is an empty list; 'c' is a list without a common scalar type; 'd' is a list of lists.",
  });
});

test("a signature prints as MLflow's, also where Node inspects it", () => {
  const signature = inferSignature(rows, new Float64Array(2), { t: 1 });
  const text = [
    "inputs: ",
    "  ['alpha': double (required), 'name': string (required), 'tags': Array(string) (required)]",
    "outputs: ",
    "  [Tensor('float64', (-1,))]",
    "params: ",
    "  ['t': double (default: 1.0)]",
    "",
  ].join("\n");
  assert.equal(String(signature), text);
  assert.equal(inspect(signature), text);
});

const plain = { noNullPrototype: true };
const scalar = fc.constantFrom<ColumnType>(
  { type: "double" },
  { type: "string" },
  { type: "datetime" },
  { type: "any" },
);
const type = fc.letrec<{ type: ColumnType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.record({ type: fc.constant("array" as const), items: tie("type") }, plain),
    fc.record({ type: fc.constant("map" as const), values: tie("type") }, plain),
  ),
})).type;

test("any schema comes back from its JSON as it was", () => {
  const columns = fc.uniqueArray(fc.record({ name: fc.string(), type, required: fc.boolean() }, plain), {
    minLength: 1,
    maxLength: 4,
    selector: ({ name }) => name,
  });
  fc.assert(
    fc.property(columns, (specs) => {
      const inputs: Schema = { kind: "columns", columns: specs };
      const signature = new ModelSignature({ inputs });
      assert.deepEqual(ModelSignature.fromJSON(signature.toJSON()), signature);
    }),
    { seed: 5, numRuns: 200 },
  );
});

test("old forms of the JSON are read: `optional`, `dtype` of a param, null parts", () => {
  const read = ModelSignature.fromJSON({
    inputs: '[{"type": "long", "name": "a", "optional": true}]',
    outputs: null,
    params: '[{"name": "t", "dtype": "double", "default": 0.5, "shape": null}]',
  });
  assert.equal(
    String(read),
    "inputs: \n  ['a': long (optional)]\noutputs: \n  None\nparams: \n  ['t': double (default: 0.5)]\n",
  );
});

test("a text that is no signature is refused and says where", () => {
  const bad = (inputs: string, message: RegExp) =>
    assert.throws(() => ModelSignature.fromJSON({ inputs }), { code: "INVALID_PARAMETER_VALUE", message });
  bad("[", /inputs|schema is not valid JSON/);
  bad("{}", /not a list of objects/);
  bad("[]", /empty list/);
  bad('[{"type": "complex", "name": "z"}]', /type of column 'z' is not one of MLflow's: "complex"/);
  bad('[{"type": "tensor"}]', /tensor-spec/);
  bad('[{"type": "double", "name": "a"}, {"type": "double"}]', /mix named and unnamed columns/);
});

test("lines of a table carry range and example of the data", () => {
  const data = {
    input: [
      { x: 0.25, s: "a" },
      { x: 3, s: "b" },
    ],
  };
  assert.deepEqual(signatureLines(inferSignature(data.input), data).inputs, [
    { name: "x", type: "double", required: true, range: "0.25 … 3", example: "0.25" },
    { name: "s", type: "string", required: true, example: '"a"' },
  ]);
});

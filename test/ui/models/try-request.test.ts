import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOutline, exampleRows, requestBody, tryShape } from "../../../src/ui/models/try-request.js";

const column = (type: string, name: string | undefined, required = true) => ({ type, name, required });
const shapeOf = (inputs: object[], params: object[] = []) =>
  tryShape({ inputs: JSON.stringify(inputs), params: JSON.stringify(params) });

test("values are sent as their types ask, with every digit as it was written", () => {
  const shape = shapeOf([
    column("long", "id"),
    column("double", "x"),
    column("string", "name"),
    column("string", "note", false),
    column("boolean", "on", false),
    column("array", "list"),
  ]);
  const row = ["9223372036854775807", "0.10", "", "", "true", "[1, 2]"];
  assert.deepEqual(requestBody(shape, [row], []), {
    body: '{"dataframe_split":{"columns":["id","x","name","note","on","list"],"data":[[9223372036854775807,0.10,"",null,true,[1, 2]]]}}',
  });
  for (const [text, json] of [
    ["NaN", '"NaN"'],
    ["-Infinity", '"-Infinity"'],
    [".5", "0.5"],
    ["+1e3", "1000"],
    [" 2 ", "2"],
  ] as const) {
    const made = requestBody(shapeOf([column("double", "x")]), [[text]], []);
    assert.deepEqual(made, { body: `{"dataframe_split":{"columns":["x"],"data":[[${json}]]}}` });
  }
});

test("what cannot be sent is said at its field", () => {
  const shape = shapeOf(
    [column("long", "id"), column("double", "x"), column("double", "y"), column("any", "z")],
    [{ name: "k", type: "integer", default: 3, shape: null }],
  );
  const made = requestBody(
    shape,
    [
      ["1", "2", "3", "4"],
      ["1.5", "1,5", "", "{x"],
    ],
    ["x"],
  );
  assert.deepEqual("errors" in made && made.errors, [
    { row: 1, field: 0, message: "must be a whole number" },
    { row: 1, field: 1, message: "must be a number, such as 0.5" },
    { row: 1, field: 2, message: "is needed" },
    { row: 1, field: 3, message: "must be JSON, such as [1, 2]" },
    { row: -1, field: 0, message: "must be a whole number" },
  ]);
});

test("params at their defaults are left out, and columns without names go by their place", () => {
  const shape = shapeOf(
    [column("double", undefined), column("double", undefined)],
    [
      { name: "k", type: "integer", default: 3, shape: null },
      { name: "list", type: "double", default: [1], shape: [-1] },
    ],
  );
  assert.deepEqual(
    shape.params.map(({ preset, kind }) => [preset, kind]),
    [
      ["3", "integer"],
      ["[1]", "json"],
    ],
  );
  assert.deepEqual(requestBody(shape, [["1", "2"]], ["3", "[1]"]), { body: '{"instances":[[1,2]]}' });
  assert.deepEqual(requestBody(shape, [["1", "2"]], ["4", "[1]"]), { body: '{"instances":[[1,2]],"params":{"k":4}}' });
});

test("an example fills the fields in each of its forms", () => {
  const { columns = [] } = shapeOf([column("double", "a"), column("string", "__proto__", false)]);
  const example = (body: string) => exampleRows(columns, body, 2);
  const both = [
    ["1", "x"],
    ["2", ""],
  ];
  assert.deepEqual(
    example('{"dataframe_split": {"columns": ["__proto__", "a"], "data": [["x", 1], [null, 2], ["y", 3]]}}'),
    both,
  );
  assert.deepEqual(example('{"dataframe_records": [{"a": 1, "__proto__": "x"}, {"a": 2}]}'), both);
  assert.deepEqual(example('{"inputs": {"a": [1, 2], "__proto__": ["x"]}}'), both);
  assert.deepEqual(example('{"inputs": {"a": 1, "__proto__": "x"}}'), [["1", "x"]]);
  assert.equal(example("not JSON"), undefined);
  assert.equal(example('{"inputs": 5}'), undefined);
});

test("a model with tensors, or without a signature, begins with a body of JSON", () => {
  const tensor = { type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, 2] } };
  assert.equal(shapeOf([tensor]).columns, undefined);
  assert.equal(bodyOutline({ inputs: JSON.stringify([tensor]) }), '{"inputs":[[0,0]]}');
  assert.equal(tryShape(undefined).columns, undefined);
  assert.match(bodyOutline(undefined), /dataframe_split/);
});

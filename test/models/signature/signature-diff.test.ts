import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelSignature, type SignatureTexts } from "../../../src/models/signature/signature.js";
import { diffSignatures } from "../../../src/models/signature/signature-diff.js";

type Part = "inputs" | "outputs" | "params";

/** Changes as short text: `!` marks what breaks. */
function diff(part: Part, before: object[], after: object[]): string[] {
  const read = (specs: object[]) => ModelSignature.fromJSON({ [part]: JSON.stringify(specs) } as SignatureTexts);
  return diffSignatures(read(before), read(after)).map(
    (one) => `${one.breaking ? "!" : ""}${one.change} ${one.name}: ${one.before} > ${one.after}`,
  );
}

const column = (name: string, type: string, required = true) => ({ name, type, required });

test("equal signatures have no difference, in whatever order", () => {
  assert.deepEqual(
    diff("inputs", [column("a", "long"), column("b", "string")], [column("b", "string"), column("a", "long")]),
    [],
  );
});

test("an input breaks callers when it is new and required, gone, narrower, or no more optional", () => {
  const before = [
    column("a", "integer"),
    column("b", "double", false),
    column("c", "string"),
    column("gone", "string"),
  ];
  const after = [
    column("a", "double"),
    column("b", "double"),
    column("c", "long"),
    column("must", "long"),
    column("may", "long", false),
  ];
  assert.deepEqual(diff("inputs", before, after), [
    "type a: integer > double",
    "!required b: optional > required",
    "!type c: string > long",
    "!removed gone: string (required) > ",
    "!added must:  > long (required)",
    "added may:  > long (optional)",
  ]);
});

test("an output breaks callers when it is gone, wider, or no more sure to be there", () => {
  const before = [column("a", "integer"), column("b", "double"), column("c", "double"), column("gone", "string")];
  const after = [column("a", "double"), column("b", "float"), column("c", "double", false), column("new", "string")];
  assert.deepEqual(diff("outputs", before, after), [
    "!type a: integer > double",
    "type b: double > float",
    "!required c: required > optional",
    "!removed gone: string (required) > ",
    "added new:  > string (required)",
  ]);
});

test("tensors may free an axis of an input, not fix one", () => {
  const tensor = (shape: number[], dtype = "float32") => [{ type: "tensor", "tensor-spec": { dtype, shape } }];
  assert.deepEqual(diff("inputs", tensor([-1, 28]), tensor([-1, -1])), ["shape : (-1, 28) > (-1, -1)"]);
  assert.deepEqual(diff("inputs", tensor([-1, -1]), tensor([-1, 28], "float64")), [
    "!type : float32 > float64",
    "!shape : (-1, -1) > (-1, 28)",
  ]);
  assert.deepEqual(diff("inputs", tensor([-1]), [column("a", "double")]), ["!form : tensors > columns"]);
});

test("a param may be added or have another default; gone or of another type it breaks", () => {
  const param = (name: string, type: string, value: unknown) => ({ name, type, default: value, shape: null });
  assert.deepEqual(
    diff(
      "params",
      [param("t", "double", 0.5), param("n", "long", 1), param("gone", "long", 1)],
      [param("t", "double", 1), param("n", "string", "1"), param("new", "long", 1)],
    ),
    [
      "default t: 0.5 > 1",
      "!type n: long > string",
      'default n: 1 > "1"',
      "!removed gone: long > ",
      "added new:  > long",
    ],
  );
});

test("defaults beyond 2^53 are told apart by their last digit", () => {
  const param = (value: bigint) => [`{"name": "id", "type": "long", "default": ${value}, "shape": null}`];
  const signature = (value: bigint) => ModelSignature.fromJSON({ params: `[${param(value)}]` });
  const [change] = diffSignatures(signature(2n ** 60n), signature(2n ** 60n + 1n));
  assert.deepEqual([change?.change, change?.before, change?.after], ["default", `${2n ** 60n}`, `${2n ** 60n + 1n}`]);
});

test("an object may gain an optional field as an input, and lose none", () => {
  const object = (properties: object) => [{ name: "o", type: "object", properties, required: true }];
  const x = { x: { type: "string", required: true } };
  const wide = { ...x, y: { type: "string", required: false } };
  assert.equal(diff("inputs", object(x), object(wide))[0]?.startsWith("type o"), true);
  assert.equal(diff("inputs", object(wide), object(x))[0]?.startsWith("!type o"), true);
});

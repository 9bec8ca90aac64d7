import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { parseExact, stringifyExact } from "../../../src/models/signature/exact-json.js";
import { inferSignature } from "../../../src/models/signature/infer-signature.js";
import { ModelSignature } from "../../../src/models/signature/signature.js";
import { fakeModel } from "./fake-model.js";
import { json, post, start } from "./start-server.js";

const id = 2n ** 60n + 1n;
const longs = ModelSignature.fromJSON({
  inputs: stringifyExact([
    { type: "long", name: "id", required: true },
    { type: "double", name: "x", required: false },
    { type: "any", name: "more", required: false },
    { type: "array", items: { type: "long" }, name: "ids", required: false },
  ]),
  params: stringifyExact([
    { name: "seed", type: "long", default: id, shape: null },
    { name: "scale", type: "double", default: 1, shape: null },
  ]),
});

/** A server whose model says what it was given. */
async function echo(context: TestContext, signature: ModelSignature) {
  const seen: unknown[] = [];
  const model = fakeModel((data, params) => {
    seen.push(data, params);
    return data;
  }, signature);
  const { server } = await start(context, model);
  return { server, seen };
}

test("a long keeps its digits in every form of a request, and in the answer", async (context) => {
  const { server, seen } = await echo(context, longs);
  const bodies: Array<[string, string?]> = [
    [`{"dataframe_split": {"columns": ["id"], "data": [[${id}]]}}`],
    [`{"dataframe_records": [{"id": ${id}}]}`],
    [`{"dataframe_records": [{"id": "${id}"}]}`],
    [`{"instances": [{"id": ${id}}]}`],
    [`{"columns": ["id"], "instances": [[${id}]]}`],
    [`{"inputs": {"id": [${id}]}}`],
    [`{"inputs": {"id":${id}}}`],
    [`{"inputs": [{"id"\n:\t${id} }]}`],
    [`id\n${id}\n`, "text/csv"],
    [`id\n"${id}"\n`, "text/csv"],
  ];
  for (const [body, type = "application/json"] of bodies) {
    seen.length = 0;
    const response = await post(server.url, body, { "content-type": type });
    assert.equal(await response.text(), `{"predictions": [{"id":${id}}]}`, body);
    assert.deepEqual(seen, [[{ id }], { seed: id, scale: 1 }], body);
  }
});

test("a number within 2^53 stays a number, and one beyond it is a double in a column of doubles", async (context) => {
  const { server, seen } = await echo(context, longs);
  const body = `{"dataframe_records": [{"id": 5, "x": ${id}, "more": [${id}, 100000000000000000000], "ids": [1, ${id}]}]}`;
  assert.equal((await post(server.url, body)).status, 200);
  assert.deepEqual(seen[0], [{ id: 5, x: Number(id), more: [id, 1e20], ids: [1, id] }]);
});

test("what 64 bits or the column do not hold is refused by row and column", async (context) => {
  const { server } = await echo(context, longs);
  const beyond = ["9223372036854775808", "-9223372036854775809", "1e300", "1.5", '"9223372036854775808"', '"1.5"'];
  // A point or an exponent makes it a double, whose digits end before this one's.
  beyond.push("1152921504606846977.0", '"2.00000000000000000001"');
  for (const value of beyond) {
    const response = await post(server.url, `{"dataframe_records": [{"id": 1}, {"id": ${value}}]}`);
    assert.equal(response.status, 400, value);
    assert.match((await json(response)).message, /row 1, column 'id'/, value);
  }
  for (const value of ["9223372036854775807", "-9223372036854775808", '"1e3"', "1.0", "1e3", "true"]) {
    assert.equal((await post(server.url, `{"dataframe_records": [{"id": ${value}}]}`)).status, 200, value);
  }
  const integers = inferSignature({ i: Int32Array.of(1), t: ["x"] });
  const small = await echo(context, integers);
  for (const value of ["2147483648", String(id), `"${id}"`, "-2147483649"]) {
    const response = await post(small.server.url, `{"dataframe_records": [{"i": ${value}, "t": "x"}]}`);
    assert.equal(response.status, 400, value);
    assert.match((await json(response)).message, /column 'i'/, value);
  }
});

test("tensors of 64 bits take digits beyond 2^53 in JSON and CSV, and floats take them as floats", async (context) => {
  const tensors = inferSignature({
    l: { dims: [1, 2], type: "int64", data: BigInt64Array.of(1n, 2n) },
    u: BigUint64Array.of(1n),
    f: Float64Array.of(0.5),
  });
  const { server, seen } = await echo(context, tensors);
  const body = `{"inputs": {"l": [[${id}, 2]], "u": [18446744073709551615], "f": [${id}]}}`;
  assert.equal((await post(server.url, body)).status, 200);
  assert.deepEqual(seen[0], { l: [[id, 2]], u: [2n ** 64n - 1n], f: [Number(id)] });
  const wrong = await post(server.url, '{"inputs": {"l": [[9223372036854775808, 2]], "u": [-1], "f": [1]}}');
  assert.equal(wrong.status, 400);
  assert.match((await json(wrong)).message, /'l'.*flat position 0[\s\S]*'u'/);
  const flat = await echo(context, inferSignature({ dims: [1, 2], type: "int64", data: BigInt64Array.of(1n, 2n) }));
  assert.equal((await post(flat.server.url, `a,b\n${id},2\n`, { "content-type": "text/csv" })).status, 200);
  assert.deepEqual(flat.seen[0], [[id, 2]]);
});

test("floats of tensors and doubles take null, NaN and infinities as JSON can say them", async (context) => {
  const { server, seen } = await echo(
    context,
    inferSignature({ dims: [1, 2], type: "float32", data: new Float32Array(2) }),
  );
  assert.equal((await post(server.url, '{"inputs": [[null, "NaN"], ["-Infinity", "1.5"]]}')).status, 200);
  assert.deepEqual(seen[0], [
    [Number.NaN, Number.NaN],
    [Number.NEGATIVE_INFINITY, 1.5],
  ]);
  assert.equal((await post(server.url, '{"inputs": [[1e300, 1]]}')).status, 400);
  const columns = await echo(context, inferSignature([{ x: 0.5 }]));
  assert.equal((await post(columns.server.url, '{"inputs": {"x": ["NaN", "Infinity", "-inf"]}}')).status, 200);
  assert.deepEqual(columns.seen[0], [
    { x: Number.NaN },
    { x: Number.POSITIVE_INFINITY },
    { x: Number.NEGATIVE_INFINITY },
  ]);
  assert.equal((await post(columns.server.url, '{"inputs": {"x": [null]}}')).status, 400);
});

test("a model without a signature gets the digits, and a JavaScript client's doubles as numbers", async (context) => {
  const seen: unknown[] = [];
  const model = { ...fakeModel(() => 1), signature: undefined };
  const { server } = await start(context, { ...model, predict: async (data, params) => seen.push(data, params) });
  await (await post(server.url, `{"inputs": [${id}, 1e20, 100000000000000000000], "params": {"n": ${id}}}`)).text();
  await (await post(server.url, `a\n${id}\n`, { "content-type": "text/csv" })).text();
  assert.deepEqual(seen, [[id, 1e20, 1e20], { n: id }, [{ a: id }], {}]);
});

test("params keep their digits, and a double is a number", async (context) => {
  const { server, seen } = await echo(context, longs);
  await (await post(server.url, `{"inputs": {"id": 1}, "params": {"seed": ${id + 2n}, "scale": ${id}}}`)).text();
  assert.deepEqual(seen[1], { seed: id + 2n, scale: Number(id) });
  const wrong = await post(server.url, '{"inputs": {"id": 1}, "params": {"seed": 9223372036854775808}}');
  assert.equal(wrong.status, 400);
  assert.match((await json(wrong)).message, /'seed'/);
});

test("the signature, the description and the page show a default with its digits", async (context) => {
  const { server } = await echo(context, longs);
  for (const path of ["/signature", "/openapi.json", "/"]) {
    const text = await (await fetch(server.url + path)).text();
    assert.ok(text.includes(String(id)), path);
  }
  const { params } = parseExact(await (await fetch(`${server.url}/signature`)).text()) as { params: unknown[] };
  assert.deepEqual(params[0], { name: "seed", default: id, shape: null, type: "long" });
});

test("a body nested without end is refused, not a failure of the model", async (context) => {
  const { server } = await echo(context, longs);
  const tensors = await echo(context, inferSignature({ dims: [1, 2], type: "float32", data: new Float32Array(2) }));
  const deep = (value: string, depth = 100_000) => "[".repeat(depth) + value + "]".repeat(depth);
  for (const [url, body] of [
    [server.url, `{"inputs": {"id": 1, "more": ${deep(String(id))}}}`],
    [server.url, `{"inputs": {"id": 1, "ids": ${deep("1")}}}`],
    [tensors.server.url, `{"inputs": ${deep("1")}}`],
    [tensors.server.url, `{"inputs": [[1, 2], ${deep("null")}]}`],
  ] as const) {
    const response = await post(url, body);
    assert.equal(response.status, 400, body.slice(0, 40));
  }
  assert.equal((await fetch(`${server.url}/ping`)).status, 200);
});

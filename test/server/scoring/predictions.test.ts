import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { parseExact } from "../../../src/models/signature/exact-json.js";
import { ModelSignature } from "../../../src/models/signature/signature.js";
import { fakeModel, tensorSignature, wine } from "./fake-model.js";
import { json, oneRow, post, start } from "./start-server.js";

test("a model of tensors takes nested lists, tables and CSV", async (context) => {
  const model = fakeModel((rows) => (rows as number[][]).map(([a = 0, b = 0]) => a + b), tensorSignature);
  const { server } = await start(context, model);
  const rows = [
    [1, 2],
    [3, 4],
  ];
  const bodies = [
    { inputs: rows },
    { instances: rows },
    { dataframe_split: { columns: ["a", "b"], data: rows } },
    { inputs: { x: rows } },
    {
      dataframe_records: [
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ],
    },
  ];
  for (const body of bodies) {
    assert.deepEqual(await (await post(server.url, body)).json(), { predictions: [3, 7] }, JSON.stringify(body));
  }
  const csv = await post(server.url, "a,b\n1,2\n3,4\n", { "content-type": "text/csv" });
  assert.deepEqual(await csv.json(), { predictions: [3, 7] });
  const wrong = await post(server.url, { inputs: [[1, 2, 3]] });
  assert.match((await json(wrong)).message, /shape \(1, 3\) where \(-1, 2\) is required/);
});

test("a model without a signature gets what was sent", async (context) => {
  const seen: unknown[] = [];
  const model = { ...fakeModel((data, params) => [seen.push([data, params])]), signature: undefined };
  const { server } = await start(context, { ...model, predict: async (data, params) => [seen.push([data, params])] });
  await (await post(server.url, { inputs: { any: ["x"] }, params: { t: 1 } })).text();
  await (await post(server.url, { dataframe_split: { columns: ["a", "__proto__"], data: [[1, 2]] } })).text();
  assert.deepEqual(seen[0], [{ any: ["x"] }, { t: 1 }]);
  assert.equal(JSON.stringify(seen[1]), '[[{"a":1,"__proto__":2}],{}]');
});

test("params are the signature's, with their defaults", async (context) => {
  const signature = ModelSignature.fromJSON({
    inputs: JSON.stringify([{ type: "double", name: "x", required: true }]),
    params: JSON.stringify([{ name: "t", type: "double", default: 2, shape: null }]),
  });
  const model = fakeModel((rows, { t }) => (rows as Array<{ x: number }>).map(({ x }) => x * Number(t)), signature);
  const { server } = await start(context, model);
  const ask = async (params?: object) => json(await post(server.url, { inputs: [{ x: 3 }], params }));
  assert.deepEqual(await ask(), { predictions: [6] });
  assert.deepEqual(await ask({ t: 5 }), { predictions: [15] });
  assert.match((await ask({ t: "x", u: 1 })).message, /'u' is not one of them.*'t'/);
});

test("predictions are JSON whatever they are: typed arrays, NaN, large integers, times, bytes, frames", async (context) => {
  const given = {
    typed: Float32Array.of(0.5, Number.NaN),
    large: BigInt64Array.of(2n ** 60n, 5n),
    time: new Date(0),
    bytes: Buffer.from("hi"),
    rows: [{ a: Number.POSITIVE_INFINITY, b: new Map([["k", 1n]]) }],
    none: undefined,
  };
  const { server } = await start(
    context,
    fakeModel(() => given),
  );
  const answer = await (await post(server.url, oneRow)).text();
  assert.deepEqual(parseExact(answer), {
    predictions: {
      typed: [0.5, null],
      large: [1152921504606846976n, 5],
      time: "1970-01-01T00:00:00.000Z",
      bytes: "aGk=",
      rows: [{ a: null, b: { k: 1 } }],
      none: null,
    },
  });
});

test("10,000 rows are one request", async (context) => {
  const { server } = await start(context, wine);
  const data = Array.from({ length: 10_000 }, (_, at) => [at, 1]);
  const { predictions } = await json(await post(server.url, { dataframe_split: { columns: ["acid", "pH"], data } }));
  assert.equal(predictions.length, 10_000);
  assert.equal(predictions[9_999], 10_009);
});

test("a prediction that waits beyond the timeout is 504, and the server goes on", async (context) => {
  const model = fakeModel(() => new Promise(() => undefined));
  const { server, entries } = await start(context, model, { predictionTimeout: 50 });
  const waiting = post(server.url, oneRow);
  assert.equal((await fetch(`${server.url}/ping`)).status, 200);
  const response = await waiting;
  assert.equal(response.status, 504);
  assert.deepEqual(await json(response), {
    error_code: "DEADLINE_EXCEEDED",
    message: "The model has not answered within 0.05 s.",
  });
  await server.stop();
  assert.deepEqual(
    entries().map(({ status, error }) => [status, error]),
    [
      [200, undefined],
      [504, "DEADLINE_EXCEEDED"],
    ],
  );
});

test("a prediction that fails after its timeout disturbs nobody", async (context) => {
  const gate = new EventEmitter();
  const model = fakeModel(async () => {
    await once(gate, "fail");
    throw new Error("too late");
  });
  const { server } = await start(context, model, { predictionTimeout: 20 });
  assert.equal((await post(server.url, oneRow)).status, 504);
  gate.emit("fail");
  assert.equal((await fetch(`${server.url}/ping`)).status, 200);
});

test("a prediction that computes without a pause is answered when it is done, however late", async (context) => {
  const model = fakeModel(() => {
    const end = performance.now() + 100;
    while (performance.now() < end);
    return [1];
  });
  const { server } = await start(context, model, { predictionTimeout: 20 });
  assert.deepEqual(await json(await post(server.url, oneRow)), { predictions: [1] });
});

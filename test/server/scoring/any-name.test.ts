import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inferSignature } from "../../../src/models/signature/infer-signature.js";
import { toRows } from "../../../src/models/signature/model-rows.js";
import { anyName, recordOf } from "../../any-name.js";
import { fakeModel } from "./fake-model.js";
import { type AnyAnswer, post, start } from "./start-server.js";

const value = fc.oneof(fc.integer(), fc.boolean(), fc.constantFrom("a", "b c"));

test("every format of a request gives a model columns and params of any name, and the answer has them", async (context) => {
  const echo = (rows: unknown, params: unknown) => (rows as object[]).map((row) => ({ row, params }));
  await fc.assert(
    fc.asyncProperty(recordOf(anyName, value), recordOf(anyName, value), async (row, params) => {
      const signature = inferSignature([row, row], undefined, params);
      const { server } = await start(context, fakeModel(echo, signature));
      try {
        const columns = Object.keys(row);
        const cells = Object.values(row);
        const lists = Object.fromEntries(columns.map((name, at) => [name, [cells[at]]]));
        const bodies: unknown[] = [
          { dataframe_split: { columns, data: [cells] } },
          { dataframe_split: { columns: columns.toReversed(), data: [cells.toReversed()] } },
          { dataframe_records: [row] },
          { instances: [row] },
          { instances: [cells], columns },
          { inputs: row },
          { inputs: lists },
          { inputs: [row] },
        ];
        for (const body of bodies) {
          const answer = await predictions(await post(server.url, { ...(body as object), params }));
          assert.deepEqual(answer, [{ row, params }], JSON.stringify(body));
        }
        if (columns.some((name) => name === "" && columns.length === 1)) return;
        const csv = [columns, cells].map((line) =>
          line.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(),
        );
        const given = await post(server.url, csv.join("\n"), { "content-type": "text/csv" });
        assert.deepEqual(await predictions(given), [{ row, params }]);
        const described = (await (await fetch(`${server.url}/signature`)).json()) as AnyAnswer;
        assert.deepEqual(
          (described.inputs as Array<{ name: string }>).map(({ name }) => name),
          columns,
        );
        const example = (await (await fetch(`${server.url}/openapi.json`)).json()) as AnyAnswer;
        const content = example.paths["/invocations"].post.requestBody.content["application/json"];
        assert.deepEqual((content?.example as { params: unknown } | undefined)?.params, params);
      } finally {
        await server.stop(0);
      }
    }),
    { numRuns: 20 },
  );
});

test("a column of any name that the model has and the request lacks is an error, and so is an unknown param", async (context) => {
  await fc.assert(
    fc.asyncProperty(anyName, anyName, async (name, other) => {
      fc.pre(name !== other);
      const whole = Object.fromEntries([
        [name, 1],
        [other, 2],
      ]);
      const signature = inferSignature([whole], undefined, Object.fromEntries([[name, 1]]));
      const { server } = await start(
        context,
        fakeModel((rows) => rows, signature),
      );
      try {
        const row = Object.fromEntries([[other, 2]]);
        for (const body of [{ inputs: row }, { dataframe_records: [row] }, { instances: [[2]], columns: [other] }]) {
          const answer = await post(server.url, body);
          assert.equal(answer.status, 400);
          assert.equal(((await answer.json()) as AnyAnswer).error_code, "INVALID_PARAMETER_VALUE");
        }
        assert.equal((await post(server.url, { inputs: whole })).status, 200);
        assert.equal((await post(server.url, { inputs: whole, params: row })).status, 400);
        assert.equal((await post(server.url, Object.fromEntries([[name, [whole]]]))).status, 400);
      } finally {
        await server.stop(0);
      }
    }),
    { numRuns: 20 },
  );
});

test("a model that knows no names gets the columns of a request in their order, whatever they are called", async (context) => {
  const sum = async (data: unknown) => toRows(data).map(([first = 0, second = 0]) => first + 10 * second);
  const { server } = await start(context, { uri: "models:/sum/1", flavor: "mljs", signature: undefined, predict: sum });
  for (const columns of [
    ["10", "9"],
    ["9", "10"],
    ["b", "1"],
    ["constructor", "0"],
  ]) {
    for (const body of [{ dataframe_split: { columns, data: [[1, 2]] } }, { columns, instances: [[1, 2]] }]) {
      assert.deepEqual(await predictions(await post(server.url, body)), [21]);
    }
    const csv = await post(server.url, `${columns.join()}\n1,2`, { "content-type": "text/csv" });
    assert.deepEqual(await predictions(csv), [21]);
  }
});

async function predictions(response: Response): Promise<unknown> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text).predictions;
}

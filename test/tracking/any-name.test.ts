import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyName, keyName, names, recordOf } from "../any-name.js";
import { newSession } from "./new-session.js";

const cell = fc.oneof(fc.integer(), fc.string({ maxLength: 5 }), fc.boolean());

test("tags of a new run, values in a metric and tags of an input may have any name", async () => {
  await fc.assert(
    fc.asyncProperty(recordOf(keyName, fc.string()), recordOf(anyName, fc.integer()), async (tags, metrics) => {
      const session = newSession();
      const run = await session.startRun({ tags });
      await run.logInput({ name: "cars", digest: "1", tags });
      // What has a name that no key may have is refused as a whole.
      const nested = run.logMetrics({ loss: metrics });
      const refused = await nested.then(
        () => false,
        () => true,
      );
      const { data, inputs } = await run.read();
      assert.deepEqual({ ...data.tags, ...tags }, data.tags);
      assert.deepEqual(inputs.datasetInputs[0]?.tags, tags);
      const logged = Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`loss/${name}`, value]));
      assert.deepEqual(data.metrics, refused ? {} : logged);
      await session.close();
    }),
    { numRuns: 40 },
  );
});

test("a logged table has columns of any name, from rows, from columns and from rows that follow", async () => {
  await fc.assert(
    fc.asyncProperty(recordOf(anyName, cell), anyName, async (row, other) => {
      fc.pre(!Object.hasOwn(row, other));
      const session = newSession();
      const run = await session.startRun({});
      const read = async (file: string): Promise<unknown> =>
        JSON.parse(Buffer.from(await session.client.readArtifact(run.runId, file)).toString());
      const columns = Object.keys(row);
      const cells = Object.values(row);
      await run.logTable([row, {}], "rows.json");
      const missing = columns.map(() => null);
      assert.deepEqual(await read("rows.json"), { columns, data: [cells, missing] });
      await run.logTable(Object.fromEntries(columns.map((name, at) => [name, [cells[at], cells[at]]])), "columns.json");
      assert.deepEqual(await read("columns.json"), { columns, data: [cells, cells] });
      await run.logTable([Object.fromEntries([[other, 7]])], "rows.json");
      assert.deepEqual(await read("rows.json"), {
        columns: [...columns, other],
        data: [
          [...cells, null],
          [...missing, null],
          [...missing, 7],
        ],
      });
      await session.close();
    }),
    { numRuns: 40 },
  );
});

test("the schema of an input has its columns, whatever they are called", async () => {
  await fc.assert(
    fc.asyncProperty(names(anyName), async (columns) => {
      const session = newSession();
      const run = await session.startRun({});
      const row = Object.fromEntries(columns.map((name) => [name, 1]));
      await run.logInput({ name: "cars", data: [row, {}] });
      const [input] = (await run.read()).inputs.datasetInputs;
      assert.deepEqual(JSON.parse(input?.dataset.schema ?? ""), {
        mlflow_colspec: Object.keys(row).map((name) => ({ type: "long", name, required: false })),
      });
      await session.close();
    }),
    { numRuns: 30 },
  );
});

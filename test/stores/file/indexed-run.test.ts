import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { setOwn } from "../../../src/own.js";
import { FlawedLine, IndexedRun, readCatalogRun } from "../../../src/stores/file/indexed-run.js";
import { StoreLayout } from "../../../src/stores/file/layout.js";
import { fromDocument, type RunDocument, toDocument } from "../../../src/stores/file/run-codec.js";
import { aggregates, type Field } from "../../../src/tracking/filter/filter-tree.js";
import { readRun } from "../../../src/tracking/filter/row-values.js";

const store = new StoreLayout("/store");
const layout = store.run("1", "r");

/** Names and texts made of what JSON is made of, and those that a document has itself. */
const nasty = fc.oneof(
  fc
    .array(fc.constantFrom(",", ":", '"', "\\", "{", "}", "[", "]", "a", "é", "\n", " "), { maxLength: 6 })
    .map((parts) => parts.join("")),
  fc.constantFrom(
    "last",
    "tags",
    "params",
    "metrics",
    "inputs",
    "info",
    "run_name",
    "__proto__",
    "constructor",
    '"last":[',
    "😀",
  ),
  fc.string({ maxLength: 4 }),
);

const point = fc.tuple(
  fc.nat(),
  fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom("NaN", "Infinity")),
  fc.nat(),
);
const metric = fc.oneof(
  fc.record(
    { last: point, min: fc.constant([1, -5, 2]), count: fc.constant(3), bytes: fc.nat() },
    { requiredKeys: ["last", "count", "bytes"] },
  ),
  fc.constant({ count: 0, bytes: 0 }),
);

const documents = fc
  .record({
    name: nasty,
    params: fc.array(fc.tuple(nasty, nasty)),
    tags: fc.array(fc.tuple(nasty, nasty)),
    metrics: fc.array(
      fc.tuple(
        nasty.filter((key) => key !== ""),
        metric,
      ),
    ),
    context: nasty,
  })
  .map(
    ({ name, params, tags, metrics, context }): RunDocument => ({
      info: {
        run_id: "r",
        run_name: name,
        experiment_id: "1",
        status: "FINISHED",
        start_time: 1,
        lifecycle_stage: "active",
        user_id: name,
      },
      params: record(params),
      tags: record(tags),
      metrics: record(metrics) as RunDocument["metrics"],
      inputs: [
        {
          name,
          digest: "d",
          source_type: "local",
          source: context,
          tags: record([...tags, ["mlflow.data.context", context]]),
        },
      ],
      outputs: [],
    }),
  );

function record<T>(entries: ReadonlyArray<readonly [string, T]>): Record<string, T> {
  const made: Record<string, T> = {};
  for (const [key, value] of entries) setOwn(made, key, value);
  return made;
}

test("whatever names and texts a run has, a column reads from its line in the index as from its document", () => {
  fc.assert(
    fc.property(documents, fc.array(nasty), (document, others) => {
      const text = JSON.stringify(document);
      const { run } = fromDocument(structuredClone(document), layout);
      const line = indexed(text);
      for (const field of fieldsOf(document, others)) {
        const expected = readRun(field)(run);
        assert.deepEqual(readCatalogRun(field)(line), expected, JSON.stringify(field));
        assert.deepEqual(readCatalogRun(field)(line), expected, "again");
        assert.deepEqual(readCatalogRun(field)(indexed(text)), expected, `alone: ${JSON.stringify(field)}`);
      }
      assert.deepEqual(line.info, run.info);
      assert.deepEqual(line.whole(), run);
      assert.deepEqual(line.data, run.data);
    }),
    { numRuns: 300, seed: 7 },
  );
});

test("a column that does not match its schema is not taken for a value", () => {
  const sound = JSON.stringify(
    toDocument(fromDocument(fc.sample(documents, { numRuns: 1, seed: 3 })[0] as RunDocument, layout)),
  );
  const metrics = (text: string) =>
    indexed(sound.replace(/"metrics":\{.*\},"inputs"/, `"metrics":{"m":${text}},"inputs"`));
  const latest = readCatalogRun({ entity: "metric", key: "m" });
  const greatest = readCatalogRun({ entity: "metric", key: "m", aggregate: "max" });
  assert.equal(latest(metrics('{"last":[1,2,3],"count":1,"bytes":9}')), 2);
  assert.throws(() => latest(metrics('{"last":[1,"2",3],"count":1,"bytes":9}')), FlawedLine);
  assert.throws(() => latest(metrics('{"last":[1')), FlawedLine);
  assert.throws(() => greatest(metrics('{"last":[1,2],"count":1,"bytes":9}')), FlawedLine);
  assert.throws(() => greatest(metrics('{"last":[1,2,3],"count":-1,"bytes":9}')), FlawedLine);
  assert.throws(() => indexed(sound.replace('"run_id":"r"', '"run_id":"q"')).info, FlawedLine);
});

function indexed(document: string): IndexedRun {
  return new IndexedRun(Buffer.from(document).toString("latin1"), store, "1", "r");
}

function fieldsOf({ params, tags, metrics }: RunDocument, others: readonly string[]): Field[] {
  return [
    ...[...Object.keys(params), ...others].map((key): Field => ({ entity: "param", key })),
    ...[...Object.keys(tags), ...others].map((key): Field => ({ entity: "tag", key })),
    ...[...Object.keys(metrics), ...others].flatMap((key): Field[] => [
      { entity: "metric", key },
      ...aggregates.map((aggregate): Field => ({ entity: "metric", key, aggregate })),
      { entity: "metric", key: "a", aggregate: "min", whole: key },
    ]),
    { entity: "dataset", key: "name" },
    { entity: "attribute", key: "run_name" },
  ];
}

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Aggregate,
  aggregates,
  type Comparison,
  type Field,
  type Filter,
  joined,
} from "../../../src/tracking/filter/filter-tree.js";
import { printFilter, printOrderBy } from "../../../src/tracking/filter/print.js";
import { searchRunsIn } from "../../../src/tracking/filter/search.js";
import type { RunSearch, TrackingStore } from "../../../src/tracking/store.js";
import type { Page, Run } from "../../../src/tracking/types.js";

const numbers = [0, -0, 1, 2.5, -3, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
const texts = [
  "",
  "a",
  "A",
  "b_",
  "b%",
  "1",
  "01",
  "2.5",
  "nan",
  "x",
  "é",
  "É",
  "K",
  "İ",
  "a\0b",
  "a\x01",
  "!",
  "1e3",
  "high",
];
const keys = ["m", "M", "odd;key", "__proto__", "\0"];
const day = 1_700_000_000_000;

/** Fills a store with runs of odd values, and compares searches in it with those among the same runs in memory. */
export async function searchProperty(store: TrackingStore): Promise<void> {
  const experimentIds = ["0", (await store.createExperiment({ name: "other" })).experimentId];
  await fill(store, experimentIds);
  const all = await store.searchRuns({ experimentIds, viewType: "ALL" });
  assert.equal(all.length, 60);
  await fc.assert(
    fc.asyncProperty(searchOf(experimentIds), async (search) => {
      const wanted = searchRunsIn(
        all.filter(({ info }) => search.experimentIds.includes(info.experimentId)),
        { ...search, maxResults: 1000 },
      );
      const filter = search.filter === undefined ? "" : printFilter(search.filter);
      assert.deepEqual(
        (await allPages(store, search)).map(({ info }) => info.runName),
        wanted.map(({ info }) => info.runName),
        `${filter} ORDER BY ${search.orderBy?.map(printOrderBy)}`,
      );
    }),
    { numRuns: 400, seed: 5 },
  );
}

async function allPages(store: TrackingStore, search: RunSearch): Promise<Run[]> {
  const found: Run[] = [];
  let pageToken = "";
  do {
    const page: Page<Run> = await store.searchRuns({ ...search, pageToken });
    found.push(...page);
    pageToken = page.nextPageToken ?? "";
  } while (pageToken !== "");
  return found;
}

async function fill(store: TrackingStore, experimentIds: readonly string[]): Promise<void> {
  const pick = <T>(from: readonly T[], at: number): T => from[at % from.length] as T;
  for (let at = 0; at < 60; at++) {
    const run = { runName: `${pick(texts, at)}${at}`, userId: pick(["ann", "Bob"], at), startTime: day + (at % 7) };
    const { runId } = (await store.createRun({ ...run, experimentId: pick(experimentIds, at), tags: {}, owned: false }))
      .info;
    const metrics = keys.slice(0, at % 6).flatMap((key, place) =>
      Array.from({ length: 1 + (at % 3) }, (_, step) => ({
        key,
        value: pick(numbers, at * 5 + place + step),
        step,
        timestamp: step,
      })),
    );
    const params = keys.slice(at % 3, at % 7).map((key, place) => ({ key, value: pick(texts, at + place * 3) }));
    const tags = Object.fromEntries(keys.slice(at % 4).map((key, place) => [key, pick(texts, at * 2 + place)]));
    await store.logBatch(runId, { metrics, params, tags });
    const inputs = ["cars", "Wine"].slice(0, at % 3).map((name) => ({
      dataset: { name, digest: pick(texts, at), sourceType: "local", source: "{}" },
      tags: (at % 2 === 0 ? { "mlflow.data.context": "training" } : {}) as Record<string, string>,
    }));
    if (inputs.length > 0) await store.logInputs(runId, inputs);
    if (at % 2 === 0)
      await store.updateRun(runId, { status: pick(["FINISHED", "FAILED"], at / 2), endTime: day + at * 10 });
    if (at % 11 === 0) await store.deleteRun(runId);
  }
}

const key = fc.constantFrom(...keys, "absent");
const whole = fc.option(key, { nil: undefined });
const metricField: fc.Arbitrary<Field> = fc
  .tuple(key, fc.option(fc.constantFrom<Aggregate>(...aggregates), { nil: undefined }), whole)
  .map(([name, aggregate, other]) => ({
    entity: "metric",
    key: name,
    ...(aggregate && { aggregate }),
    ...(other !== undefined && aggregate && { whole: other }),
  }));
const textField: fc.Arbitrary<Field> = fc.oneof(
  fc.tuple(fc.constantFrom("param", "tag"), key).map(([entity, name]): Field => ({ entity, key: name })),
  fc
    .constantFrom("run_id", "run_name", "user_id", "status", "artifact_uri")
    .map((name): Field => ({ entity: "attribute", key: name })),
);
const dataset = fc.constantFrom("name", "digest", "context").map((name): Field => ({ entity: "dataset", key: name }));
const time = fc
  .constantFrom("start_time", "end_time", "duration")
  .map((name): Field => ({ entity: "attribute", key: name }));
const numberField = fc.oneof(
  metricField,
  time,
  fc.tuple(fc.constantFrom("param", "tag"), key).map(([entity, name]): Field => ({ entity, key: name })),
);

const number = fc.record({
  kind: fc.constant("number" as const),
  field: numberField,
  comparator: fc.constantFrom("=", "!=", ">", ">=", "<", "<="),
  value: fc.constantFrom(...numbers, day, day + 3, day + 200, 150),
});
const comparison: fc.Arbitrary<Filter> = fc.oneof(
  number,
  number.map((part) => ({ kind: "not" as const, part })),
  fc.record({
    kind: fc.constant("text" as const),
    field: fc.oneof(textField, dataset),
    comparator: fc.constantFrom("=", "!=", "LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE"),
    value: fc.constantFrom(...texts, "%", "_", "a%", "%0", "_a%", "%é%", "k", "i%", "FINISHED", "c_rs", "%in%"),
  }),
  fc.record({
    kind: fc.constant("list" as const),
    field: fc.oneof(textField, dataset),
    comparator: fc.constantFrom("IN", "NOT IN"),
    value: fc.array(fc.constantFrom(...texts, "FINISHED", "cars"), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("null" as const),
    field: fc.oneof(numberField, textField, dataset),
    comparator: fc.constantFrom("IS NULL", "IS NOT NULL"),
  }),
) as fc.Arbitrary<Comparison>;

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: "small" },
    comparison,
    fc
      .tuple(fc.constantFrom("and", "or"), fc.array(tie("filter"), { minLength: 2, maxLength: 3 }))
      .map(([kind, parts]) => joined(kind, parts)),
  ),
}));

function searchOf(experimentIds: string[]): fc.Arbitrary<RunSearch> {
  return fc.record(
    {
      experimentIds: fc.subarray(experimentIds, { minLength: 1 }),
      filter,
      orderBy: fc.array(fc.record({ field: fc.oneof(numberField, textField, dataset), descending: fc.boolean() }), {
        maxLength: 3,
      }),
      viewType: fc.constantFrom("ACTIVE_ONLY", "DELETED_ONLY", "ALL"),
      maxResults: fc.integer({ min: 1, max: 80 }),
    },
    { requiredKeys: ["experimentIds"] },
  );
}

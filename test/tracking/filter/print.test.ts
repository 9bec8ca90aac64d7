import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { experimentFields, registeredModelFields, runFields } from "../../../src/tracking/filter/fields.js";
import {
  aggregates,
  type Field,
  type Filter,
  type NumberComparison,
  type OrderBy,
} from "../../../src/tracking/filter/filter-tree.js";
import { parseFilter, parseOrderBy } from "../../../src/tracking/filter/parse.js";
import { printFilter, printOrderBy, writtenKey } from "../../../src/tracking/filter/print.js";

/** Keys as users have them, with what the grammar gives a meaning to. */
const key = fc.oneof(
  fc.constantFrom(
    "rmse",
    "val loss",
    "a.min",
    "mlflow.runName",
    "a`b",
    "a\\b",
    "\\",
    "`\\",
    "μ",
    "2nd",
    "__proto__",
    "",
  ),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);
const word = fc.stringMatching(/^[a-z_][a-zA-Z0-9_.\-/:]{0,6}$/);
const aggregate = fc.constantFrom(...aggregates);

const metric: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ entity: fc.constant("metric" as const), key }),
  fc.record({ entity: fc.constant("metric" as const), key, aggregate }),
  fc.tuple(word, aggregate, fc.boolean()).map(([name, word, upper]): Field => {
    const whole = `${name}.${upper ? word.toUpperCase() : word}`;
    return { entity: "metric", key: name, aggregate: word, whole };
  }),
);
const text: fc.Arbitrary<Field> = fc.record({ entity: fc.constantFrom("param" as const, "tag" as const), key });
const textAttribute: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ entity: fc.constant("attribute" as const), key: fc.constantFrom("run_id", "run_name", "status") }),
  fc.record({ entity: fc.constant("dataset" as const), key: fc.constantFrom("name", "digest", "context") }),
);
const numberAttribute: fc.Arbitrary<Field> = fc.record({
  entity: fc.constant("attribute" as const),
  key: fc.constantFrom("start_time", "end_time", "duration"),
});
const value = fc.oneof(fc.constantFrom("'", '"', "'\"", "\\'", "\\\\", "it's \\", ""), fc.string({ unit: "grapheme" }));

const number = fc.double({ noNaN: true });
const numberComparison = (field: fc.Arbitrary<Field>, comparators: ReadonlyArray<NumberComparison["comparator"]>) =>
  fc.record({
    kind: fc.constant("number" as const),
    field,
    comparator: fc.constantFrom(...comparators),
    value: number,
  });
const comparison: fc.Arbitrary<Filter> = fc.oneof(
  numberComparison(fc.oneof(metric, text, numberAttribute), ["=", "!=", ">", ">=", "<", "<="]),
  fc.record({
    kind: fc.constant("not" as const),
    part: numberComparison(fc.oneof(metric, text), [">", ">=", "<", "<="]),
  }),
  fc.record({
    kind: fc.constant("text" as const),
    field: fc.oneof(text, textAttribute),
    comparator: fc.constantFrom("=", "!=", "LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE"),
    value,
  }),
  fc.record({
    kind: fc.constant("list" as const),
    field: fc.oneof(text, textAttribute),
    comparator: fc.constantFrom("IN", "NOT IN"),
    value: fc.array(value, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("null" as const),
    field: fc.oneof(metric, text, textAttribute, numberAttribute),
    comparator: fc.constantFrom("IS NULL", "IS NOT NULL"),
  }),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: "small" },
    comparison,
    fc
      .tuple(fc.constantFrom("and" as const, "or" as const), fc.array(tie("filter"), { minLength: 2, maxLength: 3 }))
      .map(
        ([kind, parts]): Filter => ({
          kind,
          parts: parts.flatMap((part) => (part.kind === kind ? part.parts : [part])),
        }),
      ),
  ),
}));

test("a filter that is printed is read as the same filter", () => {
  fc.assert(
    fc.property(filter, (tree) => {
      // A record of fast-check has no prototype.
      assert.deepEqual(parseFilter(printFilter(tree), runFields), structuredClone(tree), printFilter(tree));
    }),
    { numRuns: 3000, seed: 14 },
  );
});

test("an order that is printed is read as the same order", () => {
  const order: fc.Arbitrary<OrderBy> = fc.record({
    field: fc.oneof(metric, text, textAttribute, numberAttribute),
    descending: fc.boolean(),
  });
  fc.assert(
    fc.property(order, (given) => {
      assert.deepEqual(parseOrderBy(printOrderBy(given), runFields), structuredClone(given), printOrderBy(given));
    }),
    { numRuns: 1000, seed: 15 },
  );
});

test("filters and orders are data: they survive structuredClone and JSON", () => {
  const parsed = parseFilter(
    "NOT (metrics.rmse.best > 1 OR tags.a LIKE 'x%') AND start_time = '2026-11-01' AND datasets.name IN ('a', 'b')",
    runFields,
  );
  assert.deepEqual(structuredClone(parsed), parsed);
  assert.deepEqual(JSON.parse(JSON.stringify(parsed)), parsed);
});

const mlflow: Array<[string, string]> = [
  ["metric.rmse<0.8 and params.model='elastic'", "metrics.rmse < 0.8 AND params.model = 'elastic'"],
  ["(metrics.a > 1 AND (metrics.b > 2 AND metrics.c > 3))", "metrics.a > 1 AND metrics.b > 2 AND metrics.c > 3"],
  ["NOT params.model = 'x'", "params.model != 'x'"],
  ["NOT (params.a = 'x' OR tags.b IS NULL)", "params.a != 'x' AND tags.b IS NOT NULL"],
  ["attr.created > 5", "start_time > 5"],
  ["NOT start_time > 5", "start_time <= 5"],
  ['tags."my key" = "it\'s"', 'tags.`my key` = "it\'s"'],
  ["run_id IN ('a','b')", "run_id IN ('a', 'b')"],
  ["start_time = '2026-11-01T10:00:00Z'", "start_time >= 1793527200000 AND start_time < 1793527201000"],
];

test("a filter is printed in MLflow's grammar where that can say it", () => {
  for (const [given, printed] of mlflow) {
    const parsed = parseFilter(given, runFields);
    assert.equal(parsed && printFilter(parsed), printed);
  }
  const experiments = parseFilter("attribute.name LIKE 'a%' AND tag.team != 'b'", experimentFields);
  assert.equal(experiments && printFilter(experiments), "name LIKE 'a%' AND tags.team != 'b'");
  assert.equal(printOrderBy(parseOrderBy("timestamp desc", registeredModelFields)), "last_updated_timestamp DESC");
});

test("a key that is written out is read as that key", () => {
  const keys = [
    "rmse",
    "mlflow.runName",
    "val loss",
    "a`b",
    "a\\b",
    "train/acc",
    "2nd",
    "μ",
    "val-loss",
    "a.min",
    "x.",
  ];
  for (const each of keys) {
    for (const entity of ["tag", "metric"] as const) {
      const { field } = parseOrderBy(`${entity}s.${writtenKey(each)}`, runFields);
      assert.deepEqual(field, { entity, key: each });
    }
  }
  assert.deepEqual(["rmse", "mlflow.runName", "val loss", "val-loss", "a.min"].map(writtenKey), [
    "rmse",
    "mlflow.runName",
    "`val loss`",
    "`val-loss`",
    "`a.min`",
  ]);
});

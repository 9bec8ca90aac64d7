import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runFields } from "../../../src/tracking/filter/fields.js";
import { searchRunsIn } from "../../../src/tracking/filter/search.js";
import { toSearch } from "../../../src/tracking/query.js";
import { isError } from "../../is-error.js";
import { metric, names, run } from "./run-samples.js";

test("any text is either a filter or refused in a moment", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "metrics.a",
      "params.`b c`",
      "=",
      "<",
      "LIKE",
      "IN",
      "(",
      ")",
      "NOT",
      "AND",
      "OR",
      "IS",
      "NULL",
      "'x'",
      "1.5",
      ",",
    ),
    fc.string({ maxLength: 4 }),
  );
  const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(" "));
  fc.assert(
    fc.property(text, (filter) => {
      try {
        names(filter);
      } catch (error) {
        return isError("INVALID_PARAMETER_VALUE")(error);
      }
      return true;
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test("AND, OR and NOT of comparisons are what logic says, for rows that have the fields", () => {
  type Tree = { text: string; holds(value: number): boolean };
  const leaf: fc.Arbitrary<Tree> = fc
    .integer({ min: 0, max: 5 })
    .chain((bound) =>
      fc.constantFrom<Tree>(
        { text: `metrics.v > ${bound}`, holds: (value) => value > bound },
        { text: `metrics.v = ${bound}`, holds: (value) => value === bound },
      ),
    );
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc
        .tuple(tie("tree"), tie("tree"))
        .map(([a, b]): Tree => ({ text: `(${a.text} AND ${b.text})`, holds: (v) => a.holds(v) && b.holds(v) })),
      fc
        .tuple(tie("tree"), tie("tree"))
        .map(([a, b]): Tree => ({ text: `(${a.text} or ${b.text})`, holds: (v) => a.holds(v) || b.holds(v) })),
      tie("tree").map((a): Tree => ({ text: `NOT (${a.text})`, holds: (v) => !a.holds(v) })),
    ),
  }));
  const rows = [0, 1, 2, 3, 4, 5].map((value) => run(String(value), (made) => metric(made, "v", value)));
  fc.assert(
    fc.property(tree, ({ text, holds }) => {
      const query = { experimentIds: ["0"], filterString: text, orderBy: ["metrics.v"] };
      const found = searchRunsIn(rows, toSearch("searchRuns", query, runFields));
      assert.deepEqual(
        found.map((row) => row.data.metrics.v),
        [0, 1, 2, 3, 4, 5].filter(holds),
      );
    }),
    { numRuns: 500, seed: 11 },
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { completeFilter } from "../../../src/ui/runs/filter-completion.js";
import type { RunSet } from "../../../src/ui/runs/run-set.js";

const set = {
  metrics: ["loss", "val loss"],
  params: ["optimizer"],
  tags: ["team"],
  runs: [
    { params: ["adam"], tags: ["blue"] },
    { params: ["it's"], tags: [null] },
  ],
} as unknown as RunSet;

/** The options at the end of a filter, and the text that they would replace. */
function complete(text: string): { replaced: string; options: string[] } {
  const { from, to, options } = completeFilter(text, text.length, set);
  return { replaced: text.slice(from, to), options };
}

test("a filter begins with a field, and so does each condition", () => {
  for (const start of ["", "(", "metrics.loss < 1 and ", "NOT "]) {
    assert.ok(complete(start).options.includes("metrics.loss"), start);
  }
  assert.deepEqual(complete("opt"), { replaced: "opt", options: ["params.optimizer"] });
});

test("a key in back-quotes is one field, also while it is being written", () => {
  assert.deepEqual(complete("metrics.`val l"), { replaced: "metrics.`val l", options: ["metrics.`val loss`"] });
  assert.deepEqual(complete("metrics.`val loss` ").options, ["<", "<=", ">", ">=", "=", "!="]);
});

test("after a field come the operators that it takes", () => {
  assert.ok(complete("attributes.start_time ").options.includes(">="));
  assert.ok(complete("params.optimizer ").options.includes("LIKE"));
  assert.deepEqual(complete("params.optimizer IL"), { replaced: "IL", options: ["ILIKE"] });
});

test("after an operator come the values that runs have, quoted as a filter has them", () => {
  assert.deepEqual(complete("params.optimizer = ").options, ["'adam'", "'it''s'"]);
  assert.deepEqual(complete("params.optimizer='a"), { replaced: "'a", options: ["'adam'"] });
  assert.deepEqual(complete("tags.team IN (").options, ["'blue'"]);
  assert.ok(complete("status = ").options.includes("'FINISHED'"));
});

test("after a condition come AND and OR, and nothing after a value that is whole", () => {
  assert.deepEqual(complete("metrics.loss < 1 ").options, ["AND", "OR"]);
  assert.deepEqual(complete("params.optimizer = 'adam'").options, []);
});

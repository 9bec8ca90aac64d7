import assert from "node:assert/strict";
import { test } from "node:test";
import { runFields } from "../../../src/tracking/filter/fields.js";
import { parseFilter } from "../../../src/tracking/filter/parse.js";
import { beginsField, filterOf, searchedWords } from "../../../src/ui/runs/name-filter.js";

test("words without a comparison are looked for in the names of runs, in any case", () => {
  assert.equal(filterOf(" swift owl "), "attributes.run_name ILIKE '%swift owl%'");
  assert.equal(filterOf("it's \\ so"), "attributes.run_name ILIKE '%it''s \\\\ so%'");
  assert.equal(filterOf("final-v2"), "attributes.run_name ILIKE '%final-v2%'");
});

test("the beginning of an id finds its run", () => {
  assert.equal(filterOf("A93566DC"), "attributes.run_name ILIKE '%A93566DC%' OR attributes.run_id LIKE 'a93566dc%'");
});

test("in quotes any text is a name: trials are named lr=0.1", () => {
  assert.equal(filterOf("'lr=0.1'"), "attributes.run_name ILIKE '%lr=0.1%'");
  assert.equal(filterOf('"a (b)"'), "attributes.run_name ILIKE '%a (b)%'");
  assert.equal(searchedWords("''"), undefined);
});

test("a filter stays as it is, also while it is being written", () => {
  for (const filter of [
    "",
    "metrics.rmse < 0.5",
    "lr < 0.01",
    "metrics.rmse",
    "params.model IN ('tree')",
    "NOT status = 'FAILED'",
    "tags.team IS NULL",
    "run_name LIKE 'a%'",
    "'tree' = params.model AND metrics.a > 'x'",
  ]) {
    assert.equal(filterOf(filter), filter);
  }
});

test("what may be the beginning of a field is not looked for yet", () => {
  for (const text of ["met", "params", "Tags", "attributes."]) assert.ok(beginsField(text), text);
  for (const text of ["", "m", "metal", "owl", "metrics.loss"]) assert.ok(!beginsField(text), text);
});

test("what is made of words is a filter that the server reads", () => {
  for (const words of ["it's", "a\\", "100%", "deadbeef", '"x', "a\nb"]) parseFilter(filterOf(words), runFields);
});

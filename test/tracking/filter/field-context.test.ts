import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldContext } from "../../../src/tracking/filter/field-context.js";
import { runFields } from "../../../src/tracking/filter/fields.js";

test("a field is written at the start, behind AND, OR and NOT, and in parentheses", () => {
  for (const before of [
    "",
    "  ",
    "(",
    "NOT ",
    "not (",
    "metrics.a < 3 AND ",
    "params.a = 'x' or (",
    'tags."a b" = "c" and ',
  ]) {
    assert.deepEqual(
      fieldContext(`${before}metrics.ab`, runFields),
      { start: before.length, typed: "metrics.ab", entity: { name: "metrics", keys: "metric" } },
      before,
    );
  }
});

test("a key in quotes that are still open is written there", () => {
  for (const quote of ["`", '"']) {
    const place = fieldContext(`tags.a = 'x' AND Metrics.${quote}val l`, runFields);
    assert.deepEqual(place, { start: 17, typed: "Metrics.val l", entity: { name: "Metrics", keys: "metric" } });
  }
});

test("no field is written in a value, a list, behind a field or in what has no meaning", () => {
  for (const text of [
    "metrics.a ",
    "metrics.a <",
    "metrics.a < 3",
    "params.a = 'metrics.",
    "run_id IN (",
    "run_id NOT IN ('a', ",
    "é§ metrics.",
    "tags.`a`",
  ]) {
    assert.equal(fieldContext(text, runFields), undefined, text);
  }
});

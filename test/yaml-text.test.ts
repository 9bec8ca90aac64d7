import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseYaml, printYaml } from "../src/yaml-text.js";

/** Whole numbers beyond 2^53 come back as bigint. */
const number = fc.oneof(
  fc.double({ min: -1e15, max: 1e15, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, Number.MIN_VALUE),
);

test("every number comes back as it was, -0, infinities and NaN among them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(number), number, async (list, value) => {
      const whole = { list, value, nested: { "": value } };
      assert.deepEqual(await parseYaml(await printYaml(whole)), whole);
    }),
    { examples: [[[-0, 0], -0]] },
  );
});

test("-0 is written as a float, since PyYAML reads -0 as the whole number 0", async () => {
  assert.equal(await printYaml({ a: -0, b: 0 }), "a: -0.0\nb: 0\n");
});

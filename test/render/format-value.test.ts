import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clip, formatDuration, formatNumber, formatNumberColumn } from "../../src/render/format-value.js";

test("numbers are short and never wrong in size", () => {
  const cases: Array<[number, string]> = [
    [0, "0"],
    [-0, "-0"],
    [42, "42"],
    [1_234_567, "1,234,567"],
    [0.1 + 0.2, "0.3"],
    [1 / 3, "0.33333"],
    [12_345.678, "12,345.68"],
    [1.5e-7, "1.5e-7"],
    [2.5e21, "2.5e21"],
    [1e15, "1e15"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
  ];
  for (const [value, text] of cases) assert.equal(formatNumber(value), text);
});

test("a column of numbers has its points in line, unless sizes differ too much", () => {
  assert.deepEqual(formatNumberColumn([2.5, 10.25, Number.NaN]), ["2.50", "10.25", "NaN"]);
  assert.deepEqual(formatNumberColumn([1, 2000]), ["1", "2,000"]);
  assert.deepEqual(formatNumberColumn([0.00001, 5.5]), ["1e-5", "5.5"]);
  assert.deepEqual(formatNumberColumn([0, 0.5]), ["0.0", "0.5"]);
  assert.deepEqual(formatNumberColumn([]), []);
});

test("the largest value of a column has the digits that it has alone, on a card and in a chart", () => {
  const decimal = fc.double({ min: 0.001, max: 999, noNaN: true }).filter((value) => !Number.isInteger(value));
  fc.assert(
    fc.property(fc.array(decimal, { minLength: 1, maxLength: 5 }), (values) => {
      const largest = Math.max(...values);
      const text = formatNumberColumn(values)[values.indexOf(largest)];
      assert.equal(Number(text), Number(formatNumber(largest).replaceAll(",", "")));
    }),
    { examples: [[[0.83503, 0.75543, 0.7]]] },
  );
  assert.deepEqual(formatNumberColumn([0.835031, 0.7]), ["0.83503", "0.70000"]);
});

test("durations carry the unit that fits", () => {
  assert.deepEqual([12.4, 3400, 59_960, 125_000, 3_725_000, Number.NaN].map(formatDuration), [
    "12 ms",
    "3.4 s",
    "1 min 00 s",
    "2 min 05 s",
    "1 h 02 min",
    "",
  ]);
});

test("clipping never leaves half a character", () => {
  assert.equal(clip("🚗🚗🚗", 2), "🚗…");
  assert.equal(clip("ab", 2), "ab");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { classificationMetrics } from "../../../src/models/metrics/classification.js";
import { indexLabels } from "../../../src/models/metrics/labels.js";
import { regressionMetrics } from "../../../src/models/metrics/regression.js";
import { isError } from "../../is-error.js";

// Generated labels of every kind are compared with scikit-learn in test/python/test_metrics_parity.py.

const refused = (message?: RegExp) => isError("INVALID_PARAMETER_VALUE", message);
const score = (targets: readonly unknown[], predictions: readonly unknown[], labels?: readonly unknown[]) =>
  classificationMetrics({
    targets: targets as number[],
    predictions: predictions as number[],
    ...(labels && { labels: labels as number[] }),
  });

test("booleans equal 0 and 1, BigInts equal numbers, and a list of one value is that value", () => {
  for (const [targets, predictions] of [
    [
      [true, false],
      [1, 0],
    ],
    [
      [1, 0],
      [true, false],
    ],
    [
      [1n, 0n],
      [1, 0],
    ],
    [BigInt64Array.of(1n, 0n), [true, 0n]],
    [
      [[1], [0]],
      [1, 0],
    ],
    [
      [1, 0],
      [[1n], Float32Array.of(0)],
    ],
    [
      ["a", "b"],
      [["a"], "b"],
    ],
  ] as const) {
    const { metrics, confusion } = score(Array.from(targets as ArrayLike<unknown>), predictions);
    assert.equal(metrics.accuracy_score, 1);
    assert.deepEqual(confusion, [
      [1, 0],
      [0, 1],
    ]);
  }
});

test("booleans stay what they are where there is nothing else", () => {
  assert.deepEqual(score([true, false], [true, true]).labels, [false, true]);
  assert.deepEqual(score([true, false], [1, 1]).labels, [0, 1]);
});

test("whole numbers beyond 2^53 are told apart", () => {
  const big = 2n ** 60n;
  const { metrics, labels } = score([big + 1n, big], [big + 1n, big + 1n]);
  assert.equal(metrics.accuracy_score, 0.5);
  assert.deepEqual(labels, [big, big + 1n]);
  assert.equal(score([2 ** 60], [big]).metrics.accuracy_score, 1);
});

test("what is not a label is refused, naming its row", () => {
  const bad = [0.7, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, [0.2, 0.8], [], {}, new Date(0), () => 1];
  for (const value of [...bad, Float32Array.of(0.5), Symbol("x")]) {
    assert.throws(() => score([1, 0], [1, value]), refused(/prediction of row 1/));
    assert.throws(() => score([1, value], [1, 0]), refused(/target of row 1/));
  }
});

test("text is not compared with numbers, in whatever mixture", () => {
  assert.throws(() => score(["1"], [1]), refused(/targets are text and the predictions numbers/));
  assert.throws(() => score([1], ["1"]), refused(/targets are numbers and the predictions text/));
  assert.throws(() => score(["1"], [true]), refused());
  assert.throws(() => score(["1", 1], ["1", "1"]), refused(/text in row 0 .* numbers in row 1/));
  assert.throws(() => score([1, 2], [1, "2"]), refused(/numbers in row 0 .* text in row 1/));
});

test("labels are of the data's kind, each once, and none is missing", () => {
  assert.deepEqual(score(["b", "a"], ["b", "b"], ["b", "a"]).labels, ["b", "a"]);
  assert.deepEqual(score([0, 1], [1, 1], ["1", "0"]).labels, [1, 0]);
  assert.deepEqual(score([0, 1], [1, 1], ["false", "true"]).labels, [0, 1]);
  assert.deepEqual(score([0, 1], [1, 1], [false, true]).labels, [false, true]);
  for (const labels of [[5, 6], [0], [0, 0, 1], [], ["a", "b"], [0, 1, "x"], [0, 1, Number.NaN]]) {
    assert.throws(() => score([0, 1], [1, 1], labels), refused(), JSON.stringify(labels));
  }
  assert.throws(() => score(["0", "1"], ["0", "1"], [0, 1]), refused());
});

test("probabilities are numbers from 0 to 1, and those of several labels sum up to 1", () => {
  const three = { targets: [0, 1, 2], predictions: [0, 1, 2] };
  const rows = (row: unknown) => [row, [0.2, 0.3, 0.5], Float32Array.of(0.2, 0.3, 0.5)] as number[][];
  assert.ok(classificationMetrics({ ...three, probabilities: rows([0.1, 0.2, 0.7]) }).metrics.log_loss);
  for (const row of [
    [null, 0, 1],
    ["0.1", 0.2, 0.7],
    [0n, 0n, 1n],
    [Number.NaN, 0, 1],
    [0.5, 0.5],
    null,
    0.5,
    "x",
    {},
  ]) {
    assert.throws(() => classificationMetrics({ ...three, probabilities: rows(row) }), refused(/Row 0/));
  }
  assert.throws(() => classificationMetrics({ ...three, probabilities: rows([0.5, 0.5, 0.5]) }), refused(/sums to/));
});

test("more labels than a matrix holds are refused", () => {
  const ids = Array.from({ length: 5001 }, (_, at) => at);
  assert.throws(() => score(ids, ids), refused(/5,001 different labels/));
});

test("a regression takes finite numbers, and names the row of anything else", () => {
  assert.equal(regressionMetrics([true, [2]] as never, [1n, 2] as never).max_error, 0);
  for (const value of ["2", "a", null, undefined, Number.NaN, Number.NEGATIVE_INFINITY, [1, 2], {}, new Date(0)]) {
    assert.throws(() => regressionMetrics([1, value] as never, [1, 2]), refused(/target of row 1/));
    assert.throws(() => regressionMetrics([1, 2], [1, value] as never), refused(/prediction of row 1/));
  }
});

test("whatever is compared, rows agree where their labels are equal, or it is refused", () => {
  const value = fc.oneof(
    fc.boolean(),
    fc.integer({ min: -2, max: 2 }),
    fc.bigInt({ min: -2n, max: 2n }),
    fc.constantFrom("1", "0", "true", "", "a"),
    fc.constantFrom(0.5, Number.NaN, null),
    fc.constantFrom(2 ** 53, 2n ** 53n, 2n ** 53n + 1n),
  );
  const kindOf = (one: unknown) => (typeof one === "string" ? "text" : "number");
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 6 }), (rows) => {
      const all = rows.flat();
      const isLabel = all.every((one) => one !== null && !(typeof one === "number" && !Number.isInteger(one)));
      const fits = isLabel && new Set(all.map(kindOf)).size === 1;
      const place = () =>
        indexLabels(
          rows.map(([target]) => target),
          rows.map(([, prediction]) => prediction),
        );
      if (!fits) {
        assert.throws(place, refused());
        return;
      }
      const { targets, predictions } = place();
      // Loosely equal: true == 1 == 1n, and no text is among numbers here.
      for (const [row, [a, b]] of rows.entries()) {
        // biome-ignore lint/suspicious/noDoubleEquals: the equality that is meant
        assert.equal(targets[row] === predictions[row], a == b);
      }
    }),
    { numRuns: 2000, seed: 3 },
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelError } from "../../../src/errors.js";
import { classificationMetrics } from "../../../src/models/metrics/classification.js";
import { regressionMetrics, sum } from "../../../src/models/metrics/regression.js";

// Values by hand; a thousand random cases are compared with scikit-learn in test/python/test_metrics_parity.py.

test("regression metrics of three rows", () => {
  const metrics = regressionMetrics([1, 2, 4], [1, 3, 2]);
  assert.deepEqual(metrics, {
    example_count: 3,
    mean_absolute_error: 1,
    mean_squared_error: 5 / 3,
    root_mean_squared_error: Math.sqrt(5 / 3),
    sum_on_target: 7,
    mean_on_target: 7 / 3,
    r2_score: metrics.r2_score,
    max_error: 2,
    mean_absolute_percentage_error: (0 + 0.5 + 0.5) / 3,
  });
  assert.ok(Math.abs(metrics.r2_score - (1 - 5 / (14 / 3))) < 1e-12);
});

test("r2 of equal targets is 1 or 0, and of one row NaN", () => {
  assert.equal(regressionMetrics([2, 2], [2, 2]).r2_score, 1);
  assert.equal(regressionMetrics([2, 2], [2, 3]).r2_score, 0);
  assert.ok(Number.isNaN(regressionMetrics([2], [2]).r2_score));
});

test("two labels: counts and scores of the second", () => {
  const { metrics, confusion, labels } = classificationMetrics({
    targets: ["no", "yes", "yes", "no"],
    predictions: ["no", "yes", "no", "yes"],
    probabilities: [0.1, 0.9, 0.4, 0.6],
  });
  assert.deepEqual(labels, ["no", "yes"]);
  assert.deepEqual(confusion, [
    [1, 1],
    [1, 1],
  ]);
  assert.equal(metrics.accuracy_score, 0.5);
  assert.equal(metrics.precision_score, 0.5);
  assert.equal(metrics.roc_auc, 0.75);
});

test("three labels: scores weighted by how often each occurs; a label that is never predicted scores 0", () => {
  const { metrics } = classificationMetrics({ targets: [0, 0, 1, 2], predictions: [0, 0, 0, 2] });
  assert.equal(metrics.recall_score, 0.75);
  assert.ok(Math.abs((metrics.precision_score ?? 0) - ((2 / 3) * 2 + 1) / 4) < 1e-12);
  assert.equal(metrics.roc_auc, undefined);
});

test("probabilities of 0 and 1 give a finite loss", () => {
  const { metrics } = classificationMetrics({ targets: [0, 1], predictions: [1, 1], probabilities: [1, 1] });
  assert.ok(Number.isFinite(metrics.log_loss));
});

test("what does not fit together is refused", () => {
  assert.throws(() => regressionMetrics([], []), is(/no rows/));
  assert.throws(() => regressionMetrics([1], [1, 2]), is(/1 targets but 2 predictions/));
  const two = { targets: [0, 1], predictions: [0, 1] };
  assert.throws(() => classificationMetrics({ ...two, probabilities: [0.5] }), is(/1 rows of probabilities/));
  assert.throws(() => classificationMetrics({ ...two, probabilities: [0.5, 2] }), is(/Row 1/));
  assert.throws(() => classificationMetrics({ ...two, labels: [0, 2] }), is(/label 1 .* 0, 2/));
});

test("long sums lose nothing that numpy keeps", () => {
  assert.ok(Math.abs(sum(Array(1e6).fill(0.1)) - 1e5) < 1e-9);
});

function is(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ModelError && message.test(error.message);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { metricGoal } from "../src/metric-goal.js";

test("losses, errors, distances, times and costs are better when lower, in any spelling", () => {
  const names =
    "loss val_loss trainLoss test/rmse MAE log_loss valloss cross_entropy crossEntropy val/cross-entropy cost memory bytes fid kl " +
    "kl_divergence hinge ms fit_seconds latency_p99 loss1 rmse_2 error_per_epoch time_per_step neg_accuracy";
  for (const name of names.split(" ")) assert.equal(metricGoal(name), "min", name);
});

test("everything else is better when higher: scores, rates per time, and negated losses", () => {
  const names = "r2 accuracy f1 lossless_rate auc tokens_per_ms bytesPerSecond neg_mean_squared_error entropy x";
  for (const name of names.split(" ")) assert.equal(metricGoal(name), "max", name);
});

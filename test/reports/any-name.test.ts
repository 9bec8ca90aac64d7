import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { classificationMetrics } from "../../src/models/metrics/classification.js";
import { svgOf } from "../../src/render/static/svg.js";
import { classificationCharts } from "../../src/reports/evaluation-charts.js";
import { anyName } from "../any-name.js";

test("labels of any name are counted, and the confusion matrix draws", async () => {
  await fc.assert(
    fc.asyncProperty(anyName, anyName, async (label, other) => {
      fc.pre(label !== other);
      const result = classificationMetrics({ targets: [label, label, other], predictions: [label, other, other] });
      assert.deepEqual(new Set(result.labels), new Set([label, other]));
      assert.equal(result.metrics.accuracy_score, 2 / 3);
      const { confusion_matrix: matrix } = classificationCharts(result);
      assert.ok(matrix);
      await svgOf(matrix);
    }),
    { numRuns: 40 },
  );
});

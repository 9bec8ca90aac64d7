import assert from "node:assert/strict";
import { test } from "node:test";
import { valueBundle } from "../../src/kernel/values/value-bundle.js";
import { vegaLiteMimeType } from "../../src/render/drawing.js";
import { svgOf } from "../../src/render/static/svg.js";
import {
  calibration,
  confusionMatrix,
  featureImportance,
  logChart,
  prChart,
  residuals,
  rocChart,
} from "../../src/reports/ready-charts.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";

// The expected values are scikit-learn's, of this data.
const truth = [0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0];
const chances = [0.1, 0.9, 0.8, 0.3, 0.7, 0.7, 0.4, 1, 0, 0.2, 0.6, 0.55];

const close = (actual: readonly number[], expected: readonly number[]) => {
  assert.equal(actual.length, expected.length);
  for (const [at, value] of actual.entries())
    assert.ok(Math.abs(value - (expected[at] ?? Number.NaN)) < 1e-12, `${actual}`);
};

test("a ROC curve has the points and the area of scikit-learn's roc_curve and roc_auc_score", () => {
  const { points, auc } = rocChart(truth, chances).numbers;
  const sixths = (parts: readonly number[]) => parts.map((part) => part / 6);
  close(
    points.map(({ x }) => x),
    sixths([0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6]),
  );
  close(
    points.map(({ y }) => y),
    sixths([0, 1, 2, 3, 4, 5, 5, 6, 6, 6, 6, 6]),
  );
  close([auc], [0.9027777777777779]);
});

test("a precision-recall curve has the points, area and average precision of scikit-learn", () => {
  const { points, auc, averagePrecision } = prChart(truth, chances).numbers;
  close(
    points.map(({ y }) => y),
    [0.5, 6 / 11, 0.6, 2 / 3, 0.75, 5 / 7, 5 / 6, 0.8, 1, 1, 1, 1],
  );
  close([auc, averagePrecision], [0.9081349206349205, 0.8972222222222221]);
});

test("calibration puts probabilities in the bins of scikit-learn's calibration_curve, those on a bound too", () => {
  const { bins } = calibration(truth, chances, { bins: 5 }).numbers;
  close(
    bins.map(({ observed }) => observed),
    [0, 0.5, 0.5, 2 / 3, 1],
  );
  close(
    bins.map(({ predicted }) => predicted),
    [0.1, 0.35, 0.575, 2.2 / 3, 0.95],
  );
  const ten = calibration(truth, chances).numbers.bins;
  close(
    ten.map(({ observed }) => observed),
    [0, 0, 0, 1, 0.5, 0.5, 1, 1, 1],
  );
  assert.deepEqual(
    ten.map(({ count }) => count),
    [2, 1, 1, 1, 2, 2, 1, 1, 1],
  );
});

test("a confusion matrix counts as scikit-learn's, residuals are true − predicted, importances come largest first", () => {
  const actual = ["a", "b", "c", "a", "b", "c", "a"];
  const predicted = ["a", "c", "c", "b", "b", "c", "a"];
  assert.deepEqual(confusionMatrix(actual, predicted).numbers.confusion, [
    [2, 1, 0],
    [0, 1, 1],
    [0, 0, 2],
  ]);
  assert.deepEqual(residuals(Float64Array.of(1, 2), [1.5, 0]).numbers.residuals, [-0.5, 2]);
  const { importances } = featureImportance({ age: 0.1, constructor: -0.7, weight: 0.3 } as never).numbers;
  assert.deepEqual(
    importances.map(({ feature }) => feature),
    ["constructor", "weight", "age"],
  );
});

test("every ready chart compiles and draws, names that objects have included", async () => {
  const svgs = await Promise.all(
    [
      rocChart(truth, chances),
      prChart(truth, chances),
      calibration(truth, chances),
      confusionMatrix(truth, truth),
      residuals(chances, truth),
      featureImportance({ age: 0.1, constructor: -0.7, "<b>'\"\\": 0.3 } as never),
    ].map(({ spec }) => svgOf(spec)),
  );
  for (const svg of svgs) assert.match(svg, /<path/);
  assert.match(svgs[5] ?? "", />constructor\u200b?</);
  assert.match(svgs[5] ?? "", />&lt;b&gt;'"/);
});

test("a logged chart is a file of the run, gives its numbers, and shows as a cell's value", async () => {
  const store = new MemoryStore();
  const session = new TrackingSession({ resolveUri: () => "memory:", openStore: () => store });
  await session.startRun({ runName: "fit" }, async (run) => {
    const logged = await logChart(session, rocChart(truth, chances), "charts/roc_curve.json");
    assert.deepEqual(Object.keys(logged), ["points", "auc", "path"]);
    const { data } = await valueBundle(logged, []);
    assert.equal(data["text/plain"], "ROC curve: area 0.9028.");
    assert.match(String(data["image/svg+xml"]), /^<svg/);
    const kept = await session.client.readArtifact(run.runId, logged.path);
    const spec: Record<string, unknown> = JSON.parse(new TextDecoder().decode(kept));
    const usermeta = { embedOptions: { renderer: "svg" } };
    assert.deepEqual({ ...spec, usermeta }, JSON.parse(JSON.stringify(data[vegaLiteMimeType])));
  });
});

test("data that makes no curve is an error that says what was found and what to do", () => {
  assert.throws(() => rocChart([1, 1], [0.1, 0.2]), /exactly two labels; found 1/);
  assert.throws(() => rocChart(["a", "b", "c"], [1, 2, 3]), { hint: /one against the others/ });
  assert.throws(() => rocChart([0, 1], [0.5]), /yTrue has 2 values, but yScore has 1\./);
  assert.throws(() => confusionMatrix(["a"], ["a", "b"]), /yTrue has 1 value, but yPred has 2\./);
  assert.throws(() => residuals([], []), /yTrue and yPred are empty/);
  assert.throws(() => residuals([1], undefined as unknown as number[]), /yPred is undefined, not a list of values/);
  assert.throws(() => residuals([1, 2], [1, "x"]), {
    message: 'yPred[1] is the text "x", which is not a finite number.',
    hint: "Remove rows without a value, and convert text to numbers.",
  });
  assert.throws(() => prChart([0, 1], [0.5, Number.NaN]), /yScore\[1\] is NaN/);
  assert.throws(() => calibration([0, 1], [0.5, 1.5]), /yProb\[1\] is 1\.5, not a probability/);
  assert.throws(() => calibration([0, 1], [0.5, 1], { bins: 0 }), /bins must be a whole number/);
  assert.throws(() => featureImportance({}), /no feature/);
  assert.throws(() => featureImportance({ a: Number.NaN }), /'a' is not a finite number/);
});

test("the texts say what goes wrong most often, and which features matter most", () => {
  const [yTrue, yPred] = [
    ["a", "a", "a", "b", "b"],
    ["a", "b", "b", "a", "b"],
  ];
  assert.equal(
    confusionMatrix(yTrue, yPred).text,
    "Confusion matrix: 2 of 5 rows on the diagonal. Most often wrong: a as b (2), b as a (1).",
  );
  assert.equal(confusionMatrix(yTrue, yTrue).text, "Confusion matrix: 5 of 5 rows on the diagonal.");
  assert.equal(
    featureImportance({ x: 0.1, y: -0.5, z: 0.2, rest: 0.01 }).text,
    "Feature importance: y -0.5000, z 0.2000, x 0.1000; 1 more.",
  );
});

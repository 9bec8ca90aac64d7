import assert from "node:assert/strict";
import { test } from "node:test";
import { fitElasticNet, fitLinear } from "../../notebooks/elasticnet.js";
import { carsProblem } from "./cars-problem.js";

const x = [
  [1, 2],
  [2, 1],
  [3, 5],
  [4, 4],
  [6, 3],
];
/** 2 + 3a - b, exactly. */
const y = x.map(([a = 0, b = 0]) => 2 + 3 * a - b);

function close(actual: number, expected: number, within: number): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);
}

test("least squares finds an exact linear law", () => {
  const model = fitLinear(x, y);
  close(model.coefficients[0] ?? Number.NaN, 3, 1e-12);
  close(model.coefficients[1] ?? Number.NaN, -1, 1e-12);
  close(model.intercept, 2, 1e-12);
  close(model.predict([[10, 10]])[0] ?? Number.NaN, 22, 1e-11);
});

test("an elastic net without penalty agrees with least squares on the cars", () => {
  const { trainX, trainY } = carsProblem();
  const net = fitElasticNet(trainX, trainY, { alpha: 0, l1Ratio: 0.5, tol: 1e-14, maxIter: 20_000 });
  const linear = fitLinear(trainX, trainY);
  net.coefficients.forEach((value, j) => {
    close(value, linear.coefficients[j] ?? Number.NaN, 1e-5);
  });
});

test("a lasso above the largest correlation is all zeros, and predicts the mean", () => {
  const { trainX, trainY } = carsProblem();
  const model = fitElasticNet(trainX, trainY, { alpha: 100, l1Ratio: 1 });
  assert.deepEqual(new Set(model.coefficients.map(Math.abs)), new Set([0]));
  close(model.intercept, trainY.reduce((sum, value) => sum + value, 0) / trainY.length, 1e-9);
});

test("the solution meets the conditions of optimality in every coefficient", () => {
  const { trainX, trainY } = carsProblem();
  const alpha = 0.8;
  const l1Ratio = 0.7;
  const model = fitElasticNet(trainX, trainY, { alpha, l1Ratio, tol: 1e-12 });
  assert.equal(model.fit.converged, true);
  const predicted = model.predict(trainX);
  const residual = trainY.map((value, i) => value - (predicted[i] ?? Number.NaN));
  model.coefficients.forEach((w, j) => {
    const slope = trainX.reduce((sum, row, i) => sum + (row[j] ?? 0) * (residual[i] ?? 0), 0) / trainY.length;
    const pull = slope - alpha * (1 - l1Ratio) * w;
    if (w === 0) assert.ok(Math.abs(pull) <= alpha * l1Ratio + 1e-9);
    else close(pull, Math.sign(w) * alpha * l1Ratio, 1e-5);
  });
});

test("the loss of every epoch is handed out and never rises", () => {
  const { trainX, trainY } = carsProblem();
  const losses: number[] = [];
  const model = fitElasticNet(trainX, trainY, {
    alpha: 0.2,
    l1Ratio: 0.3,
    onEpoch: (epoch, loss) => {
      assert.equal(epoch, losses.length);
      losses.push(loss);
    },
  });
  assert.equal(losses.length, model.fit.epochs);
  losses.slice(1).forEach((loss, i) => {
    assert.ok(loss <= (losses[i] ?? Number.NaN) + 1e-12);
  });
});

test("too few epochs are said", () => {
  const { trainX, trainY } = carsProblem();
  const model = fitElasticNet(trainX, trainY, { alpha: 0.2, l1Ratio: 0.3, maxIter: 2 });
  assert.deepEqual(model.fit, { epochs: 2, converged: false });
});

test("a constant feature gets no weight", () => {
  const model = fitElasticNet(
    x.map(([a = 0]) => [a, 7]),
    y,
    { alpha: 0.1, l1Ratio: 0.5 },
  );
  assert.equal(model.coefficients[1], 0);
});

test("wrong shapes and options are refused with what was found", () => {
  const options = { alpha: 1, l1Ratio: 0.5 };
  assert.throws(() => fitElasticNet([], [], options), /0 rows/);
  assert.throws(() => fitElasticNet(x, y.slice(1), options), /5 rows and y 4 values/);
  assert.throws(() => fitElasticNet([[1, 2], [1]], [1, 2], options), /row 1 has 1 features, the first has 2/);
  assert.throws(() => fitElasticNet(x, y, { alpha: -1, l1Ratio: 0.5 }), /alpha must be at least 0, got -1/);
  assert.throws(() => fitElasticNet(x, y, { alpha: 1, l1Ratio: 2 }), /l1Ratio must be between 0 and 1, got 2/);
  const twice = x.map(([a = 0]) => [a, 2 * a]);
  assert.throws(() => fitLinear(twice, y), /feature 1 is a combination/);
});

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { logModel } from "../../../src/models/log-model.js";
import { withModels } from "../model-session.js";
import { roundTrip } from "./round-trip.js";

const require = createRequire(import.meta.url);
const x = Array.from({ length: 40 }, (_, at) => [at % 11, (at * 7) % 5, (at * 3) % 13]);
const y = x.map(([a = 0, b = 0, c = 0]) => a + 2 * b - c);
const classes = y.map((value) => (value > 0 ? 1 : 0));

const { Matrix } = require("ml-matrix");
const cases: Record<string, () => { predict(rows: unknown): unknown }> = {
  "ml-random-forest": () => {
    const { RandomForestRegression } = require("ml-random-forest");
    const model = new RandomForestRegression({ nEstimators: 10, seed: 3, noOOB: true });
    model.train(x, y);
    return model;
  },
  "ml-cart": () => {
    const { DecisionTreeRegression } = require("ml-cart");
    const model = new DecisionTreeRegression();
    model.train(x, y);
    return model;
  },
  "ml-knn": () => {
    const KNN = require("ml-knn");
    return new (KNN.default ?? KNN)(x, classes, { k: 3 });
  },
  "ml-naivebayes": () => {
    const { GaussianNB } = require("ml-naivebayes");
    const model = new GaussianNB();
    model.train(x, classes);
    return model;
  },
  "ml-pls": () => {
    const { PLS } = require("ml-pls");
    const model = new PLS({ latentVectors: 2, tolerance: 1e-9 });
    model.train(
      x,
      y.map((value) => [value]),
    );
    return model;
  },
  "ml-regression-multivariate-linear": () => {
    const Linear = require("ml-regression-multivariate-linear");
    return new (Linear.default ?? Linear)(
      x,
      y.map((value) => [value]),
    );
  },
  "ml-logistic-regression": () => {
    const LogisticRegression = require("ml-logistic-regression");
    const model = new (LogisticRegression.default ?? LogisticRegression)({ numSteps: 200, learningRate: 5e-3 });
    model.train(new Matrix(x), Matrix.columnVector(classes));
    return model;
  },
};

for (const [name, make] of Object.entries(cases)) {
  test(`${name} predicts the same after loading`, () =>
    withModels(async ({ session }) => {
      const model = make();
      const records = x.slice(0, 6).map(([a, b, c]) => ({ a, b, c }));
      const { flavor, predicted } = await roundTrip(session, model, records);
      assert.equal(flavor, "mljs");
      const expected = x.slice(0, 6).map((row) => {
        const one = model.predict(name === "ml-logistic-regression" ? new Matrix([row]) : [row]) as {
          to2DArray?(): number[][];
        };
        const list = one.to2DArray?.() ?? (one as unknown as number[]);
        return list[0];
      });
      assert.deepEqual(predicted, expected);
    }));
}

test("what it needs stands in package.json, exactly, with a lock of all it depends on", () =>
  withModels(async ({ session }) => {
    const info = await logModel(session, cases["ml-cart"]?.(), { name: "tree" });
    const read = async (file: string) =>
      JSON.parse(Buffer.from(await session.client.readArtifact(info.runId, `tree/${file}`)).toString());
    const { version } = require("ml-cart/package.json");
    assert.deepEqual((await read("package.json")).dependencies, { "ml-cart": version });
    const lock = await read("package-lock.json");
    assert.equal(lock.packages["node_modules/ml-cart"].version, version);
    assert.match(lock.packages["node_modules/ml-matrix"].integrity, /^sha512-/);
  }));

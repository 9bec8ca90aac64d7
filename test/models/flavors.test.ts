import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { ModelError } from "../../src/errors.js";
import { registerFlavor } from "../../src/models/flavors/flavors.js";
import { loadModel } from "../../src/models/load-model.js";
import { type LogModelOptions, logModel, type ModelInfo } from "../../src/models/log-model.js";
import type { TrackingSession } from "../../src/tracking/session.js";
import { withModels } from "./model-session.js";
import { elasticNet, elasticNetPredicts, logistic, logisticPredicts, rows, zipped } from "./onnx-models.js";

const require = createRequire(import.meta.url);
const x = Array.from({ length: 40 }, (_, at) => [at % 11, (at * 7) % 5, (at * 3) % 13]);
const y = x.map(([a = 0, b = 0, c = 0]) => a + 2 * b - c);
const classes = y.map((value) => (value > 0 ? 1 : 0));

/** Logs a model, loads it again, and predicts. */
async function roundTrip(
  session: TrackingSession,
  model: unknown,
  data: unknown,
  options: LogModelOptions = {},
): Promise<{ info: ModelInfo; flavor: string; predicted: unknown }> {
  const info = await logModel(session, model, {
    name: `m${Math.round(performance.now() * 1e3)}`,
    inputExample: data,
    ...options,
  });
  const loaded = await loadModel(session, info.modelUri);
  const predicted = await loaded.predict(data);
  await loaded.dispose();
  return { info, flavor: loaded.flavor, predicted };
}

describe("onnx", () => {
  test("a file of scikit-learn predicts what Python does, from rows, columns, records and tensors", () =>
    withModels(async ({ session, folder }) => {
      const file = join(folder, "net.onnx");
      await writeFile(file, elasticNet);
      const info = await logModel(session, file, { name: "elastic_0.2" });
      assert.deepEqual(info.flavors, ["onnx", "python_function"]);
      const loaded = await loadModel(session, `runs:/${info.runId}/elastic_0.2`);
      close(await loaded.predict(rows), elasticNetPredicts);
      close(await loaded.predict({ shape: [3, 3], data: Float32Array.from(rows.flat()) }), elasticNetPredicts);
      await loaded.dispose();
    }));

  test("records are put into the order of the signature, whatever theirs is", () =>
    withModels(async ({ session }) => {
      const records = rows.map(([a, b, c]) => ({ a, b, c }));
      const info = await logModel(session, elasticNet, { inputExample: records });
      const loaded = await loadModel(session, info.modelId);
      close(await loaded.predict(records.map(({ a, b, c }) => ({ c, a, b }))), elasticNetPredicts);
      const columns = { b: rows.map((row) => row[1]), c: rows.map((row) => row[2]), a: rows.map((row) => row[0]) };
      close(await loaded.predict(columns), elasticNetPredicts);
      await loaded.dispose();
    }));

  test("several outputs come by name, and maps of probabilities are left out", () =>
    withModels(async ({ session }) => {
      const { predicted } = await roundTrip(session, logistic, rows);
      const { label, probabilities } = predicted as typeof logisticPredicts;
      assert.deepEqual(label, logisticPredicts.label);
      close(probabilities.flat(), logisticPredicts.probabilities.flat());
      assert.deepEqual((await roundTrip(session, zipped, rows)).predicted, logisticPredicts.label);
    }));

  test("bytes that are no model are refused", () =>
    withModels(async ({ session }) => {
      await assert.rejects(
        logModel(session, Buffer.from("no model")),
        is("INVALID_PARAMETER_VALUE", /no model that ONNX/),
      );
    }));
});

describe("mljs", () => {
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
        JSON.parse(Buffer.from(await session.store.readArtifact(info.runId, `tree/${file}`)).toString());
      const { version } = require("ml-cart/package.json");
      assert.deepEqual((await read("package.json")).dependencies, { "ml-cart": version });
      const lock = await read("package-lock.json");
      assert.equal(lock.packages["node_modules/ml-cart"].version, version);
      assert.match(lock.packages["node_modules/ml-matrix"].integrity, /^sha512-/);
    }));
});

describe("tfjs", () => {
  const quiet = tf.setBackend("cpu");

  test("a layers model predicts the same after loading", () =>
    withModels(async ({ session }) => {
      await quiet;
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
      const expected = (model.predict(tf.tensor(rows)) as tf.Tensor).dataSync();
      const records = rows.map(([a, b, c]) => ({ a, b, c }));
      const { flavor, predicted } = await roundTrip(session, model, records);
      assert.equal(flavor, "tfjs");
      close(predicted, [...expected]);
    }));

  test("a graph model predicts the same after loading", () =>
    withModels(async ({ session }) => {
      await quiet;
      const float = { dtype: { type: "DT_FLOAT" } };
      const shape = { shape: { dim: [{ size: "-1" }, { size: "2" }] } };
      const model = await tf.loadGraphModel({
        load: async () => ({
          modelTopology: {
            node: [
              { name: "x", op: "Placeholder", attr: { ...float, shape } },
              { name: "y", op: "Neg", input: ["x"], attr: { T: { type: "DT_FLOAT" } } },
            ],
            versions: { producer: 1 },
          },
          weightSpecs: [],
          weightData: new ArrayBuffer(0),
          format: "graph-model",
        }),
      });
      const { predicted } = await roundTrip(session, model, [
        [1, 2],
        [3, -4],
      ]);
      assert.deepEqual(predicted, [
        [-1, -2],
        [-3, 4],
      ]);
    }));
});

describe("function", () => {
  test("a function carries the notebook's names that it uses: data, functions, classes and packages", () =>
    withModels(async ({ session, names }) => {
      // As compiled cells have it: what an earlier cell declares is `$_name.v`.
      const weights = Float64Array.of(1, 2, Number.NaN);
      names.set("weights", weights);
      names.set("scale", new Function("return function scale(v) { return v * $_factor.v.get('k'); }")());
      names.set("factor", new Map([["k", 10]]));
      names.set("Matrix", require("ml-matrix").Matrix);
      names.set(
        "Shift",
        new Function("return class Shift { constructor(by) { this.by = by } of(v) { return v + this.by } }")(),
      );
      const shift = Reflect.construct(names.get("Shift") as new (by: number) => object, [0.5]);
      names.set("shift", shift);
      const predict = new Function(
        `return (rows) => rows.map((row) => { if ($$stop[0]) $$cell.interrupt();
          return $_shift.v.of((0, $_scale.v)(new $_Matrix.v([row]).get(0, 0) * $_weights.v[1])); })`,
      )();
      const info = await logModel(session, predict, { name: "captured", inputExample: [[1, 2]] });
      names.clear();
      const loaded = await loadModel(session, info.modelUri);
      assert.deepEqual(
        await loaded.predict([
          [1, 5],
          [3, 5],
        ]),
        [20.5, 60.5],
      );
    }));

  test("an instance of a class of the notebook comes back by load, or by its fields", () =>
    withModels(async ({ session }) => {
      class Fields {
        w = [1, 2];
        predict(rows: number[][]) {
          return rows.map((row) => row.reduce((sum, value, at) => sum + value * (this.w[at] ?? 0), 0));
        }
      }
      class Loads {
        constructor(readonly k: number) {}
        toJSON() {
          return { k: this.k };
        }
        static load({ k }: { k: number }) {
          return new Loads(k);
        }
        predict(rows: number[][]) {
          return rows.map(([first = 0]) => first * this.k);
        }
      }
      assert.deepEqual((await roundTrip(session, new Fields(), [[1, 1]])).predicted, [3]);
      assert.deepEqual((await roundTrip(session, new Loads(4), [[2]])).predicted, [8]);
    }));

  test("an instance may hold others, in lists too: each comes back by its own class", () =>
    withModels(async ({ session }) => {
      class Scale {
        constructor(readonly by: number) {}
        of(v: number) {
          return v * this.by;
        }
      }
      class Pipeline {
        readonly bias = 0.5;
        constructor(
          readonly steps: Array<{ of(v: number): number }>,
          readonly tree: { predict(x: number[][]): number[] },
        ) {}
        predict(rows: number[][]) {
          const scaled = rows.map((row) => row.map((v) => this.steps.reduce((value, step) => step.of(value), v)));
          return this.tree.predict(scaled).map((v) => v + this.bias);
        }
      }
      const { DecisionTreeRegression } = require("ml-cart");
      const tree = new DecisionTreeRegression({ minNumSamples: 1 });
      tree.train([[1], [2], [3], [4]], [1, 2, 3, 4]);
      const pipeline = new Pipeline([new Scale(2), new Scale(0.5)], tree);
      const { info, predicted } = await roundTrip(session, pipeline, [[1], [4]]);
      assert.deepEqual(predicted, pipeline.predict([[1], [4]]));
      assert.deepEqual(predicted, [2, 4]);
      const written = await session.store.readArtifact(info.runId, `${info.name}/package.json`);
      assert.deepEqual(Object.keys(JSON.parse(Buffer.from(written).toString()).dependencies), ["ml-cart"]);

      const round = new Scale(1) as Scale & { back?: unknown };
      round.back = [new Pipeline([round], tree)];
      await assert.rejects(
        logModel(session, new Pipeline([round], tree), { name: "round" }),
        is("INVALID_STATE", /model\.steps\[0\]\.back\[0\]\.steps\[0\] is a value that holds itself/),
      );
      const arrow = Object.assign(new Scale(1), { predict: () => 1 });
      await assert.rejects(
        logModel(session, arrow, { name: "arrow" }),
        is("INVALID_STATE", /model\.predict is a function/),
      );
    }));

  test("params have the signature's defaults, and unknown or wrong ones are refused", () =>
    withModels(async ({ session }) => {
      const model = (rows: number[][], { k }: { k: number }) => rows.map(([first = 0]) => first * k);
      const info = await logModel(session, model, { inputExample: [[1]], params: { k: 3 } });
      const loaded = await loadModel(session, info.modelUri);
      assert.deepEqual(await loaded.predict([[2]]), [6]);
      assert.deepEqual(await loaded.predict([[2]], { k: 5 }), [10]);
      await assert.rejects(loaded.predict([[2]], { q: 5 }), is("INVALID_PARAMETER_VALUE", /'q' is none of its params/));
      await assert.rejects(loaded.predict([[2]], { k: "x" }), is("INVALID_PARAMETER_VALUE", /'k'/));
    }));

  test("a TypeScript module is kept with the local files it imports", () =>
    withModels(async ({ session, folder }) => {
      await writeFile(join(folder, "twice.ts"), "export const twice = (v: number): number => 2 * v;\n");
      await writeFile(
        join(folder, "model.ts"),
        `import { twice } from "./twice.js";
         import { Matrix } from "ml-matrix";
         interface State { add: number }
         export function load(state: State) {
           return { predict: (rows: number[][]) => new Matrix(rows).to2DArray().map((row) => twice(row[0] ?? 0) + state.add) };
         }\n`,
      );
      const model = { module: join(folder, "model.ts"), state: { add: 0.5 } };
      const info = await logModel(session, model, { name: "module", inputExample: [[1]] });
      // No package can be found from this store: the model says how it gets them.
      await assert.rejects(loadModel(session, info.modelUri), (error: unknown) => {
        assert.ok(is("INVALID_STATE", /'ml-matrix'/)(error));
        assert.match((error as ModelError).hint ?? "", /runlab models install/);
        return true;
      });
      const copy = join(folder, "copy");
      await session.downloadArtifacts(info.runId, "module", copy);
      await symlink(join(dirname(require.resolve("ml-matrix")), ".."), join(copy, "module", "node_modules"));
      const loaded = await loadModel(session, join(copy, "module"));
      assert.deepEqual(await loaded.predict([[2], [3]]), [4.5, 6.5]);
    }));

  test("a name that did not come along is said, with the way out", () =>
    withModels(async ({ session }) => {
      const hidden = [2];
      const model = (rows: number[][]) => rows.map(([first = 0]) => first * (hidden[0] ?? 0));
      await assert.rejects(logModel(session, model, { inputExample: [[1]] }), (error: unknown) => {
        assert.ok(is("INVALID_STATE", /hidden is not defined/)(error));
        assert.match((error as ModelError).hint ?? "", /this\.hidden/);
        return true;
      });
      assert.equal((await session.lastActiveRun())?.outputs.modelOutputs.length ?? 0, 0);
    }));
});

test("what no flavor takes is refused, with all that there are", () =>
  withModels(async ({ session }) => {
    await assert.rejects(logModel(session, 42), (error: unknown) => {
      assert.ok(is("INVALID_PARAMETER_VALUE", /No flavor takes this model: number/)(error));
      assert.match((error as ModelError).hint ?? "", /\.onnx file/);
      return true;
    });
    await assert.rejects(
      logModel(session, () => 1, { flavor: "nope" }),
      is("INVALID_PARAMETER_VALUE", /no flavor 'nope'/),
    );
    for (const flavor of ["onnx", "tfjs", "mljs", "transformers_js"]) {
      await assert.rejects(
        logModel(session, () => 1, { flavor }),
        is("INVALID_PARAMETER_VALUE", /takes .*; got a function|no predict and toJSON|no pipeline/),
        flavor,
      );
    }
    await assert.rejects(
      logModel(session, { weights: [1] }, { flavor: "function" }),
      is("INVALID_PARAMETER_VALUE", /The flavor function takes .*; got an object/),
    );
  }));

test("a pipeline of Transformers.js is kept by reference, and says what to install", () =>
  withModels(async ({ session }) => {
    const model = { task: "text-classification", model: "org/some-model" };
    await assert.rejects(
      logModel(session, model, { name: "text" }),
      is("INVALID_STATE", /needs the package '@huggingface\/transformers'/),
    );
  }));

test("a pipeline of Transformers.js is made by its task and id, with the package of the model's folder", () =>
  withModels(async ({ session, folder }) => {
    const place = join(folder, "text");
    const own = join(place, "node_modules", "@huggingface", "transformers");
    await mkdir(own, { recursive: true });
    await writeFile(
      join(own, "package.json"),
      '{ "name": "@huggingface/transformers", "version": "3.0.0", "main": "i.js" }',
    );
    await writeFile(
      join(own, "i.js"),
      "exports.pipeline = async (...made) => async (data, options) => [{ made, data, options }];",
    );
    const config = { task: "text-classification", model: "org/some-model", options: { dtype: "q8" } };
    await writeFile(join(place, "MLmodel"), `flavors:\n  transformers_js: ${JSON.stringify(config)}\n`);
    const model = await loadModel(session, place);
    assert.deepEqual(await model.predict(["fine"]), [
      { made: ["text-classification", "org/some-model", { dtype: "q8" }], data: ["fine"], options: {} },
    ]);
  }));

test("a flavor of one's own is tried before the others", () =>
  withModels(async ({ session }) => {
    const mark = Symbol("mine");
    registerFlavor({
      name: "mine",
      takes: "what is marked",
      accepts: (model) => typeof model === "object" && model !== null && mark in model,
      async save(_model, folder) {
        await writeFile(join(folder, "mine.txt"), "7");
        return { config: { data: "mine.txt" }, requirements: {} };
      },
      load: async () => ({ native: 7, predict: () => [7] }),
    });
    const { flavor, predicted } = await roundTrip(session, { [mark]: true, predict: () => [8] }, [[1]]);
    assert.deepEqual([flavor, predicted], ["mine", [7]]);
    assert.throws(() => registerFlavor({ name: "onnx" } as never), is("RESOURCE_ALREADY_EXISTS", /own flavors/));
  }));

function close(actual: unknown, expected: readonly number[]): void {
  assert.ok(Array.isArray(actual));
  assert.equal(actual.length, expected.length);
  expected.forEach((value, at) => {
    assert.ok(Math.abs(Number(actual[at]) - value) < 1e-5, `${actual[at]} is not ${value}`);
  });
}

function is(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ModelError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}

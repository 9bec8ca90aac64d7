import assert from "node:assert/strict";
import { symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { loadModel } from "../../../src/models/load-model.js";
import { logModel } from "../../../src/models/log-model.js";
import { isError } from "../../is-error.js";
import { withModels } from "../model-session.js";
import { roundTrip } from "./round-trip.js";

const require = createRequire(import.meta.url);

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
    const written = await session.client.readArtifact(info.runId, `${info.name}/package.json`);
    assert.deepEqual(Object.keys(JSON.parse(Buffer.from(written).toString()).dependencies), ["ml-cart"]);

    const round = new Scale(1) as Scale & { back?: unknown };
    round.back = [new Pipeline([round], tree)];
    await assert.rejects(
      logModel(session, new Pipeline([round], tree), { name: "round" }),
      isError("INVALID_STATE", /model\.steps\[0\]\.back\[0\]\.steps\[0\] is a circular value/),
    );
    const arrow = Object.assign(new Scale(1), { predict: () => 1 });
    await assert.rejects(
      logModel(session, arrow, { name: "arrow" }),
      isError("INVALID_STATE", /model\.predict is a function/),
    );
  }));

test("params have the signature's defaults, and unknown or wrong ones are refused", () =>
  withModels(async ({ session }) => {
    const model = (rows: number[][], { k }: { k: number }) => rows.map(([first = 0]) => first * k);
    const info = await logModel(session, model, { inputExample: [[1]], params: { k: 3 } });
    const loaded = await loadModel(session, info.modelUri);
    assert.deepEqual(await loaded.predict([[2]]), [6]);
    assert.deepEqual(await loaded.predict([[2]], { k: 5 }), [10]);
    await assert.rejects(loaded.predict([[2]], { q: 5 }), isError("INVALID_PARAMETER_VALUE", /'q' is not one of them/));
    await assert.rejects(loaded.predict([[2]], { k: "x" }), isError("INVALID_PARAMETER_VALUE", /'k'/));
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
    await assert.rejects(
      loadModel(session, info.modelUri),
      isError("INVALID_STATE", /'ml-matrix'.*runlab models install/s),
    );
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
    await assert.rejects(
      logModel(session, model, { inputExample: [[1]] }),
      isError("INVALID_STATE", /hidden is not defined.*this\.hidden/s),
    );
    assert.equal((await session.lastActiveRun())?.outputs.modelOutputs.length ?? 0, 0);
  }));

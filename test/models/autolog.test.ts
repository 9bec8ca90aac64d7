import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { ModelError } from "../../src/errors.js";
import { autolog } from "../../src/models/autolog.js";
import { loadModel } from "../../src/models/load-model.js";
import { withModels } from "./model-session.js";

const x = tf.tensor2d([[0], [1], [2], [3]]);
const y = tf.tensor2d([[1], [3], [5], [7]]);

function network(): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: tf.train.sgd(0.05), loss: "meanSquaredError" });
  return model;
}

test("a fit is a run with its params, a metric per epoch, and the model", () =>
  withModels(async ({ session }) => {
    const stop = autolog(session, tf);
    try {
      const model = network();
      await model.fit(x, y, { epochs: 4, batchSize: 2, validationData: [x, y] });
      const run = await session.lastActiveRun();
      assert.ok(run);
      assert.equal(run.info.status, "FINISHED");
      const { learning_rate, ...params } = run.data.params;
      assert.equal(Number(learning_rate), 0.05);
      assert.deepEqual(params, {
        epochs: "4",
        batch_size: "2",
        optimizer: "SGD",
        loss: "meanSquaredError",
        model_params: "2",
      });
      const history = await session.getMetricHistory(run.info.runId, "val_loss");
      assert.deepEqual(
        history.map(({ step }) => step),
        [0, 1, 2, 3],
      );
      const loaded = await loadModel(session, `runs:/${run.info.runId}/model`);
      const expected = (model.predict(x) as tf.Tensor).dataSync();
      const predicted = (await loaded.predict([[0], [1], [2], [3]])) as number[];
      predicted.forEach((value, at) => {
        assert.ok(Math.abs(value - (expected[at] ?? 0)) < 1e-6);
      });
    } finally {
      stop();
    }
  }));

test("on an active run it logs there, beside callbacks of either kind, and after its end no more", () =>
  withModels(async ({ session }) => {
    const stop = autolog(session, tf, { logModels: false });
    const epochs: number[] = [];
    const onEpochEnd = async (epoch: number) => void epochs.push(epoch);
    await session.startRun(async (run) => {
      await network().fit(x, y, { epochs: 1, callbacks: { onEpochEnd } });
      stop();
      await network().fit(x, y, { epochs: 1, callbacks: { onEpochEnd } });
      const again = autolog(session, tf, { logModels: false });
      await network().fit(x, y, { epochs: 1, callbacks: [tf.callbacks.earlyStopping({ monitor: "loss" })] });
      again();
      assert.equal((await session.getMetricHistory(run.runId, "loss")).length, 2);
      assert.deepEqual(epochs, [0, 0]);
    });
  }));

test("two fits in one run log two models, and the params of the first stay", () =>
  withModels(async ({ session, said }) => {
    const stop = autolog(session, tf);
    try {
      const run = await session.startRun({ runName: "twice" }, async (active) => {
        await network().fit(x, y, { epochs: 1 });
        await network().fit(x, y, { epochs: 2 });
        return active.read();
      });
      assert.equal(run.data.params.epochs, "1");
      assert.equal(run.outputs.modelOutputs.length, 2);
      assert.ok(said.some((line) => line.includes("params that run 'twice' already has: epochs 2 (it has 1)")));
    } finally {
      stop();
    }
  }));

test("something else than tfjs is refused", () =>
  withModels(async ({ session }) => {
    assert.throws(() => autolog(session, {}), ModelError);
    assert.throws(() => autolog(session, undefined), ModelError);
  }));

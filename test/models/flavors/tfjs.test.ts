import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { withModels } from "../model-session.js";
import { rows } from "../onnx-models.js";
import { close, roundTrip } from "./round-trip.js";

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

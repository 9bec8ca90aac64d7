import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { loadModel } from "../../../src/models/load-model.js";
import { logModel } from "../../../src/models/log-model.js";
import { isError } from "../../is-error.js";
import { withModels } from "../model-session.js";
import { elasticNet, elasticNetPredicts, logistic, logisticPredicts, rows, zipped } from "../onnx-models.js";
import { close, roundTrip } from "./round-trip.js";

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
      isError("INVALID_PARAMETER_VALUE", /not a model that ONNX/),
    );
  }));

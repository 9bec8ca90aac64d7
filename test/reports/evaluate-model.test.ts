import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import * as formats from "ajv-formats";
import { ModelError } from "../../src/errors.js";
import { logModel } from "../../src/models/log-model.js";
import type { VegaLiteSpec } from "../../src/render/drawing.js";
import { svgOf } from "../../src/render/static/svg.js";
import { evaluateModel } from "../../src/reports/evaluate-model.js";
import { withModels } from "../models/model-session.js";
import { logistic, rows } from "../models/onnx-models.js";
import { chartRows } from "../render/chart-rows.js";

// The grammar that JupyterLab 4.6 and Notebook 7 carry.
const schemaFile = join(dirname(fileURLToPath(import.meta.resolve("vega-lite-v5"))), "vega-lite-schema.json");
const ajv = new Ajv({ strict: false, allErrors: false });
formats.default.default(ajv);
ajv.addFormat("color-hex", () => true);
const isVegaLite5 = ajv.compile(JSON.parse(await readFile(schemaFile, "utf8")));

test("a regression's metrics and charts are kept in the active run, under the prefix", () =>
  withModels(async ({ session }) => {
    const data = Array.from({ length: 30 }, (_, at) => ({ x: at, y: 2 * at + (at % 3) }));
    await session.startRun(async (run) => {
      const info = await logModel(session, (table: Array<{ x: number }>) => table.map(({ x }) => 2 * x), {
        inputExample: [{ x: 1 }],
      });
      const result = await evaluateModel(session, info.modelUri, data, {
        targets: "y",
        type: "regression",
        prefix: "test_",
      });
      assert.equal(result.metrics.test_max_error, 2);
      assert.equal(result.metrics.test_mean_absolute_error, 1);
      assert.deepEqual((await run.read()).data.metrics, result.metrics);
      assert.deepEqual(Object.keys(result.charts), ["predicted_vs_actual", "residuals"]);
      await drawn(result.charts);
      for (const path of Object.values(result.artifacts)) {
        const kept = JSON.parse(Buffer.from(await session.client.readArtifact(run.runId, path)).toString());
        assert.equal(kept.$schema, "https://vega.github.io/schema/vega-lite/v5.json");
      }
    });
  }));

test("an ONNX classifier's label and probabilities are found by name", () =>
  withModels(async ({ session, folder }) => {
    await writeFile(join(folder, "c.onnx"), logistic);
    const info = await logModel(session, join(folder, "c.onnx"), { inputExample: rows });
    const options = { targets: [0, 0, 1], type: "classifier" } as const;
    const result = await evaluateModel(session, info.modelUri, rows, options);
    assert.equal(result.metrics.accuracy_score, 1);
    assert.equal(result.metrics.roc_auc, 1);
    assert.deepEqual(Object.keys(result.charts), ["confusion_matrix", "roc_curve", "precision_recall_curve"]);
    await drawn(result.charts);
  }));

test("ten thousand rows make a chart of at most 2,000 points", () =>
  withModels(async ({ session }) => {
    const data = Array.from({ length: 10_000 }, (_, at) => at);
    const model = { predict: (values: unknown) => values };
    const { charts } = await evaluateModel(session, model, data, { targets: data, type: "regression" });
    assert.equal(chartRows(charts.residuals).length, 2000);
    assert.match(String(charts.residuals?.title), /one row in 5/);
  }));

test("what does not fit together is refused before anything is logged", () =>
  withModels(async ({ session }) => {
    const model = { predict: (table: unknown) => (table as unknown[]).map(() => "a") };
    const data = [{ x: 1, y: 2 }];
    const refused = (options: Parameters<typeof evaluateModel>[3], message: RegExp) =>
      assert.rejects(
        evaluateModel(session, model, data, options),
        (error: unknown) => error instanceof ModelError && message.test(error.message),
      );
    await refused({ targets: "z", type: "regression" }, /no column 'z'/);
    await refused({ targets: "y", type: "regression" }, /prediction of row 0 .*"a"/);
    await refused({ targets: [1, 2], type: "classifier" }, /2 targets but 1 predictions/);
    await refused({ targets: [1, 2], type: "regression" }, /2 targets but 1 predictions/);
    await refused({ targets: "y", type: "classifier" }, /targets are numbers and the predictions text/);
    await refused({ targets: ["a"], type: "classification" as "classifier" }, /type is .*"classification"/);
    for (const targets of [Promise.resolve([1]), undefined, 5, new Map()]) {
      await refused({ targets: targets as never, type: "regression" }, /targets is/);
    }
    const chances = { predict: () => [[0.2, 0.8]] };
    await assert.rejects(
      evaluateModel(session, chances, data, { targets: "y", type: "classifier" }),
      (error: unknown) => error instanceof ModelError && /row 0 is a list of 2 values/.test(error.message),
    );
    assert.equal(session.activeRun(), undefined);
  }));

async function drawn(charts: Readonly<Record<string, VegaLiteSpec>>): Promise<void> {
  for (const [name, spec] of Object.entries(charts)) {
    assert.ok(isVegaLite5(spec), `${name}: ${JSON.stringify(isVegaLite5.errors)}`);
    assert.match(await svgOf(spec), /^<svg/);
  }
}

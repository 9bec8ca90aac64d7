import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { loadModel } from "../../../src/models/load-model.js";
import { logModel } from "../../../src/models/log-model.js";
import { isError } from "../../is-error.js";
import { withModels } from "../model-session.js";

test("a pipeline of Transformers.js is kept by reference, and says what to install", () =>
  withModels(async ({ session }) => {
    const model = { task: "text-classification", model: "org/some-model" };
    await assert.rejects(
      logModel(session, model, { name: "text" }),
      isError("INVALID_STATE", /needs the package '@huggingface\/transformers'/),
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

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { registerFlavor } from "../../../src/models/flavors/flavors.js";
import { logModel } from "../../../src/models/log-model.js";
import { isError } from "../../is-error.js";
import { withModels } from "../model-session.js";
import { roundTrip } from "./round-trip.js";

test("what no flavor takes is refused, with all that there are", () =>
  withModels(async ({ session }) => {
    await assert.rejects(
      logModel(session, 42),
      isError("INVALID_PARAMETER_VALUE", /No flavor takes this model: the number 42.*\.onnx file/s),
    );
    await assert.rejects(
      logModel(session, () => 1, { flavor: "nope" }),
      isError("INVALID_PARAMETER_VALUE", /no flavor 'nope'/),
    );
    for (const flavor of ["onnx", "tfjs", "mljs", "transformers_js"]) {
      await assert.rejects(
        logModel(session, () => 1, { flavor }),
        isError("INVALID_PARAMETER_VALUE", /takes .*; got a function|methods predict and toJSON|neither a pipeline/),
        flavor,
      );
    }
    await assert.rejects(
      logModel(session, { weights: [1] }, { flavor: "function" }),
      isError("INVALID_PARAMETER_VALUE", /The flavor function takes .*; got an object/),
    );
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
    assert.throws(() => registerFlavor({ name: "onnx" } as never), isError("RESOURCE_ALREADY_EXISTS", /own flavors/));
  }));

import assert from "node:assert/strict";
import { test } from "node:test";
import { LoadedModel } from "../../../src/models/loaded-model.js";
import type { ModelInfo } from "../../../src/models/log-model.js";
import type { ModelVersion } from "../../../src/tracking/registry.js";
import { RunningCell } from "../test-cell.js";

const twice = (rows: Array<{ x: number }>) => rows.map(({ x }) => 2 * x);
const example = [{ x: 1 }];

test("%log_model says what it kept and where, and registers it", async () => {
  const cell = new RunningCell();
  const args = { model: twice, name: "twice_0.5", example, register: "Twice" };
  const info = (await cell.line("log_model", args)) as ModelInfo;
  assert.match(
    cell.stdout,
    new RegExp(
      `Logged model twice_0\\.5 \\(function, .*B\\): runs:/${info.runId}/twice_0\\.5, registered as Twice version 1\n`,
    ),
  );
});

test("%log_model does not repeat the word for a model that has no name of its own", async () => {
  const cell = new RunningCell();
  await cell.line("log_model", { model: twice, example });
  assert.match(cell.stdout, /^(?!.*model model).*runs:\/\w+\/model\n/);
});

test("%log_model without a signature says so, and is quiet when only its value is wanted", async () => {
  const cell = new RunningCell();
  await cell.line("log_model", { model: twice, name: "plain" });
  assert.match(cell.stdout, /no signature: add example=/);
  cell.stdout = "";
  const info = (await cell.line("log_model", { model: twice, name: "quiet", example }, true)) as ModelInfo;
  assert.equal(info.name, "quiet");
  assert.equal(cell.stdout, "");
});

test("a function that %log_model keeps may use names of earlier cells", async () => {
  const cell = new RunningCell();
  cell.session.configure({ cellNames: () => cell.names });
  cell.names.set("k", 3);
  const model = new Function("return (rows) => rows.map(({ x }) => x * $_k.v)")();
  const info = (await cell.line("log_model", { model, name: "scaled", example }, true)) as ModelInfo;
  cell.names.clear();
  assert.deepEqual(await cell.line("predict", { model: info.modelUri, data: [{ x: 2 }] }), [6]);
});

test("%load_model and %predict take a URI, and %predict a loaded model", async () => {
  const cell = new RunningCell();
  await cell.line("log_model", { model: twice, name: "m", example, register: "Twice" });
  const model = await cell.line("load_model", { uri: "models:/Twice/latest" });
  assert.ok(model instanceof LoadedModel);
  assert.deepEqual(await cell.line("predict", { model, data: [{ x: 4 }] }), [8]);
  assert.deepEqual(await cell.line("predict", { model: "models:/Twice/1", data: [{ x: 5 }] }), [10]);
  await assert.rejects(async () => cell.line("predict", { model: 3, data: [] }), /needs a model/);
  await assert.rejects(
    async () => cell.line("predict", { model: "models:/Twice/1", data: [{ y: 5 }] }),
    /'x' is missing.*'y' is not in the signature/s,
  );
});

test("%register_model, %promote and %models show versions with aliases, stages and their runs' metrics", async () => {
  const cell = new RunningCell();
  for (const rmse of [0.5, 0.25]) {
    await cell.session.startRun({ runName: `run ${rmse}` }, async (run) => {
      const info = (await cell.line("log_model", { model: twice, name: "m", example }, true)) as ModelInfo;
      await run.logMetric("rmse", rmse);
      await cell.line("register_model", { uri: info.modelUri, name: "Twice", alias: `a${rmse * 100}` });
    });
  }
  assert.match(cell.stdout, /Registered models:\/Twice\/2, also models:\/Twice@a25\n/);
  const promoted = (await cell.line("promote", { name: "Twice", version: "latest", to: "champion" })) as ModelVersion;
  assert.equal(promoted.version, "2");
  await cell.line("promote", { name: "Twice", version: "a50", to: "production" });
  await cell.line("promote", { name: "Twice", version: "champion", to: "Production" });
  await cell.line("models");
  await cell.line("models", { name: "Twice" });
  const [all = "", versions = ""] = cell.shown.map(({ data }) => String(data["text/plain"]));
  assert.match(all, /Twice\s+2\s+@a50 → 1, @a25 → 2, @champion → 2/);
  assert.match(versions, /2\s+@a25, @champion\s+Production\s+run 0\.25 .*0\.25 \*\s+1/);
  assert.match(versions, /1\s+@a50\s+Archived\s+run 0\.5 /);
  await assert.rejects(async () => cell.line("models", { name: "Nope" }), /Nope not found/);
});

test("%models of a store without any says how one is registered", async () => {
  const cell = new RunningCell();
  await cell.line("models");
  assert.match(String(cell.shown[0]?.data["text/plain"]), /No model is registered: %log_model/);
});

test("%signature shows a model's signature, by its URI and by its run, and what changed between versions", async () => {
  const cell = new RunningCell();
  const log = (data: unknown[], name: string) =>
    cell.session.startRun({ runName: name }, () =>
      cell.line("log_model", { model: () => [1], name, example: data, register: "S" }, true),
    );
  await log([{ x: 1 }], "one");
  await log([{ x: "a", y: 1 }], "two");
  await cell.line("signature", { of: "models:/S/1" });
  await cell.line("signature", { of: "two" });
  await cell.line("signature", { of: "models:/S/1", to: "models:/S/2" });
  const texts = cell.shown.map(({ data }) => String(data["text/plain"]));
  assert.match(texts[0] ?? "", /input\s+x\s+double/);
  assert.match(texts[1] ?? "", /input\s+x\s+string/);
  assert.match(texts[2] ?? "", /yes\s+input.*\bx\b/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { TestNotebook } from "../tracking/notebook.js";

const twice = (rows: Array<{ x: number }>) => rows.map(({ x }) => 2 * x);
const example = [{ x: 1 }];

test("a run's card and %run_info show its models, with the versions that came of them", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(
    async ($) => {
      await $("log_model", { model: twice, name: "net_0.2", example, register: "Twice", step: 3 });
      await $("log_model", { model: twice, name: "plain", example });
    },
    { name: "two models" },
  );
  assert.match(notebook.text, /^ {2}model net_0\.2 \(function\), Twice version 1\n {2}model plain \(function\)$/m);
  await notebook.cell(async ($) => $("register_model", { uri: "models:/Twice/1", name: "Other" }));
  await notebook.cell(async ($) => $("run_info", { run: "two models" }));
  const table = notebook.text.slice(notebook.text.indexOf("Models\n"), notebook.text.indexOf("Tags\n"));
  assert.match(table, /^net_0\.2 +function +3 +Twice version 1, Other version 1 +m-[0-9a-f]{32}$/m);
  assert.match(table, /^plain +function +0 +m-[0-9a-f]{32}$/m);
});

test("a card lists a few models and counts the others; a run without any has no such table", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(
    async ($) => {
      for (let i = 0; i < 7; i++) await $("log_model", { model: twice, name: `net_${i}`, example });
    },
    { name: "many" },
  );
  assert.match(notebook.text, /model net_4 \(function\)\n {2}2 more models$/);
  await notebook.cell(() => undefined, { name: "none" });
  await notebook.cell(async ($) => $("run_info", { run: "none" }));
  assert.doesNotMatch(notebook.text, /Models/);
});

test("a model that the store has forgotten is shown by its id", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(
    async ($) => {
      const { modelId } = (await $("log_model", { model: twice, name: "gone", example })) as { modelId: string };
      await notebook.session.client.deleteLoggedModel(modelId);
    },
    { name: "forgotten" },
  );
  assert.match(notebook.text, /model m-[0-9a-f]{32}$/);
});

test("%evaluate shows one table, and each chart says in text what it is and where it lies", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(
    async ($) => {
      await $("log_model", { model: twice, name: "m", example, register: "Twice" });
      const data = [1, 2, 3].map((x) => ({ x, y: 2 * x + 0.1 }));
      await $("evaluate", { model: "models:/Twice/1", data, targets: "y", type: "regression" });
    },
    { name: "evaluated" },
  );
  const texts = notebook.shown.map(({ data }) => String(data["text/plain"]));
  assert.match(texts[0] ?? "", /^Evaluation\n.*mean_absolute_error +0\.1/s);
  assert.deepEqual(texts.slice(1, 3), [
    "Predicted and true values (evaluation/predicted_vs_actual.json)",
    "Residuals, true − predicted (evaluation/residuals.json)",
  ]);
});

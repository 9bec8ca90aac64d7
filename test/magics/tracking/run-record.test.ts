import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestNotebook } from "./notebook.js";

for (const kind of ["memory", "file"] as const) {
  describe(`what %%run keeps on the ${kind} store`, () => {
    test("keeps name, experiment, tags, description, source, versions and what the cell logs", async (t) => {
      const notebook = new TestNotebook(t, kind);
      const value = await notebook.cell(
        async ($) => {
          $("log_params", { extra: { alpha: 0.5 } });
          for (let epoch = 0; epoch < 3; epoch++) $("log_metric", { key: "loss", value: 1 / (epoch + 1), step: epoch });
          return 42;
        },
        { name: "baseline", experiment: "cars", tag: { family: "linear" }, description: "all columns" },
        { source: "%%run name=baseline\nfit()", cellId: "vscode-notebook-cell:/home/me/cars.ipynb#X1" },
      );
      assert.equal(value, 42, "the body's value is the cell's");
      const run = await notebook.onlyRun("cars");
      assert.equal(run.info.runName, "baseline");
      assert.equal(run.info.status, "FINISHED");
      assert.ok((run.info.endTime ?? 0) >= run.info.startTime);
      assert.deepEqual(run.data.params, { alpha: "0.5" });
      assert.equal(run.metricSummaries.loss?.count, 3);
      const { tags } = run.data;
      assert.equal(tags.family, "linear");
      assert.equal(tags["mlflow.note.content"], "all columns");
      assert.equal(tags["mlflow.source.type"], "NOTEBOOK");
      assert.equal(tags["mlflow.source.name"], "/home/me/cars.ipynb");
      assert.equal(tags["runlab.cell.execution_count"], "1");
      assert.equal(tags["runlab.node"], process.versions.node);
      assert.equal(tags["runlab.typescript"], "6.0.3");
      assert.ok(tags["runlab.host"]);
      assert.equal(await notebook.artifact(run, "runlab/cell.ts"), "%%run name=baseline\nfit()");
      const environment = JSON.parse(await notebook.artifact(run, "runlab/environment.json"));
      assert.equal(environment.node, process.versions.node);
      assert.equal(typeof environment.packages, "object");
    });

    test("system_metrics logs the machine's load while the cell runs", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(() => 1, { system_metrics: true });
      const { metrics } = (await notebook.onlyRun()).data;
      assert.ok((metrics["system/system_memory_usage_percentage"] ?? 0) > 0, JSON.stringify(metrics));
    });

    test("no environment variable is kept", async (t) => {
      process.env.RUNLAB_TEST_SECRET = "hunter2-do-not-keep";
      t.after(() => delete process.env.RUNLAB_TEST_SECRET);
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(() => 1, {});
      const run = await notebook.onlyRun();
      const kept = [JSON.stringify(run), await notebook.artifact(run, "runlab/environment.json")].join();
      assert.ok(!kept.includes("hunter2"));
    });

    test("what the cell prints is kept as artifacts", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell((_, cell) => {
        cell.print("stdout", "epoch 1\n");
        cell.print("stderr", "slow\n");
        cell.print("stdout", "epoch 2\n");
      }, {});
      const run = await notebook.onlyRun();
      assert.equal(await notebook.artifact(run, "runlab/stdout.txt"), "epoch 1\nepoch 2\n");
      assert.equal(await notebook.artifact(run, "runlab/stderr.txt"), "slow\n");
    });

    test("capture logs the cell's top-level const literals as params, with their values", async (t) => {
      const notebook = new TestNotebook(t, kind);
      const source = "%%run capture\nconst alpha = 0.5, epochs = 20\nconst solver = 'cd'\nconst model = fit(alpha)";
      await notebook.cell(
        () => {
          for (const [name, value] of Object.entries({ alpha: 0.5, epochs: 20, solver: "cd", model: {} })) {
            notebook.names.set(name, value);
          }
        },
        { capture: true },
        { source },
      );
      assert.deepEqual((await notebook.onlyRun()).data.params, { alpha: "0.5", epochs: "20", solver: "cd" });
    });

    test("a store that cannot keep the record is named in the card, and hides neither the value nor the error", async (t) => {
      const notebook = new TestNotebook(t, kind);
      const { store } = notebook.session;
      const artifactsOf = store.artifacts.bind(store);
      store.artifacts = async (runId) =>
        Object.assign(await artifactsOf(runId), {
          put: () => Promise.reject(new Error("no space left on device")),
        });
      assert.equal(await notebook.cell(() => 42, { name: "full" }), 42);
      assert.match(notebook.text, /full {2}FINISHED[\s\S]*Could not record runlab\/cell\.ts: Error: no space left/);
      const failing = notebook.cell(() => {
        throw new Error("the cell's own");
      }, {});
      await assert.rejects(failing, /the cell's own/);
    });
  });
}

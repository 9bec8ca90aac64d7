import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Run } from "../../../src/tracking/types.js";
import { TestNotebook } from "./notebook.js";

async function onlyRun(notebook: TestNotebook, experimentName?: string): Promise<Run> {
  const runs = await notebook.session.searchRuns(
    experimentName === undefined ? {} : { experimentNames: [experimentName] },
  );
  assert.equal(runs.length, 1);
  return runs[0] as Run;
}

async function artifact(notebook: TestNotebook, run: Run, path: string): Promise<string> {
  return Buffer.from(await notebook.session.store.readArtifact(run.info.runId, path)).toString("utf8");
}

for (const kind of ["memory", "file"] as const) {
  describe(`%%run on the ${kind} store`, () => {
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
      const run = await onlyRun(notebook, "cars");
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
      assert.equal(await artifact(notebook, run, "runlab/cell.ts"), "%%run name=baseline\nfit()");
      const environment = JSON.parse(await artifact(notebook, run, "runlab/environment.json"));
      assert.equal(environment.node, process.versions.node);
      assert.equal(typeof environment.packages, "object");
    });

    test("system_metrics logs the machine's load while the cell runs", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(() => 1, { system_metrics: true });
      const { metrics } = (await onlyRun(notebook)).data;
      assert.ok((metrics["system/system_memory_usage_percentage"] ?? 0) > 0, JSON.stringify(metrics));
    });

    test("no environment variable is kept", async (t) => {
      process.env.RUNLAB_TEST_SECRET = "hunter2-do-not-keep";
      t.after(() => delete process.env.RUNLAB_TEST_SECRET);
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(() => 1, {});
      const run = await onlyRun(notebook);
      const kept = [JSON.stringify(run), await artifact(notebook, run, "runlab/environment.json")].join();
      assert.ok(!kept.includes("hunter2"));
    });

    test("ends in one card: name, id, status, duration and last metrics, as HTML and as text", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(($) => $("log_metric", { key: "rmse", value: 2.5 }), { name: "a <b>", experiment: "cars" });
      const run = await onlyRun(notebook, "cars");
      assert.equal(notebook.shown.length, 1);
      assert.match(notebook.text, /a <b> {2}FINISHED {2}cars/);
      assert.match(notebook.text, /rmse 2\.5/);
      assert.ok(notebook.text.includes(run.info.runId.slice(0, 8)));
      assert.match(String(notebook.shown[0]?.data["text/html"]), /a &lt;b&gt;/);
    });

    test("each execution is a run of its own, and none outlives its cell", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(() => 1, { name: "again" });
      await notebook.cell(() => 2, { name: "again" });
      const runs = await notebook.session.searchRuns();
      assert.deepEqual(
        runs.map(({ info }) => [info.runName, info.status]),
        [
          ["again", "FINISHED"],
          ["again", "FINISHED"],
        ],
      );
      assert.equal(notebook.session.activeRun(), undefined);
    });

    test("a throw ends it FAILED, keeps the error and what was logged, and is the cell's error", async (t) => {
      const notebook = new TestNotebook(t, kind);
      const failure = new TypeError("no column 'mpg'", { cause: new Error("bad header") });
      const cell = notebook.cell(
        ($) => {
          $("log_metric", { key: "loss", value: 1 });
          throw failure;
        },
        { name: "broken" },
      );
      await assert.rejects(cell, (error) => error === failure);
      const run = await onlyRun(notebook);
      assert.equal(run.info.status, "FAILED");
      assert.equal(run.data.metrics.loss, 1);
      assert.equal(run.data.tags["runlab.end_reason"], "TypeError: no column 'mpg'");
      const kept = await artifact(notebook, run, "runlab/error.txt");
      assert.match(kept, /TypeError: no column 'mpg'[\s\S]*bad header/);
      assert.match(notebook.text, /broken {2}FAILED[\s\S]*no column 'mpg'/);
    });

    test("an interrupt ends it KILLED, also when the cell awaits something that never comes", async (t) => {
      const notebook = new TestNotebook(t, kind);
      const controller = new AbortController();
      const interrupt = new Error("interrupted");
      const cell = notebook.cell(
        ($) => {
          $("log_metric", { key: "loss", value: 1 });
          setImmediate(() => controller.abort(interrupt));
          return new Promise(() => undefined);
        },
        { name: "endless" },
        { signal: controller.signal },
      );
      await assert.rejects(cell, (error) => error === interrupt);
      const run = await onlyRun(notebook);
      assert.equal(run.info.status, "KILLED");
      assert.equal(run.data.metrics.loss, 1);
      assert.match(notebook.text, /endless {2}KILLED/);
    });

    test("a log call that fails unseen makes the run FAILED and is the cell's error; the rest is kept", async (t) => {
      const notebook = new TestNotebook(t, kind);
      const cell = notebook.cell(($) => {
        $("log_param", { key: "alpha", value: 1 });
        $("log_param", { key: "alpha", value: 2 });
        $("log_metric", { key: "loss", value: 3 });
      }, {});
      await assert.rejects(cell, /Changing param values is not allowed/);
      const run = await onlyRun(notebook);
      assert.equal(run.info.status, "FAILED");
      assert.deepEqual([run.data.params.alpha, run.data.metrics.loss], ["1", 3]);
      assert.match(notebook.text, /Changing param values/);
    });

    test("a metric that is no number is refused with its name, value and type", async (t) => {
      const notebook = new TestNotebook(t, kind);
      const cell = notebook.cell(($) => $("log_metric", { key: "acc", value: "best" }), {});
      await assert.rejects(cell, (error: Error & { hint?: string }) => {
        assert.match(error.message, /'best' for metric 'acc'/);
        assert.match(error.hint ?? "", /string/);
        return true;
      });
    });

    test("what the cell prints is kept as artifacts", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell((_, cell) => {
        cell.print("stdout", "epoch 1\n");
        cell.print("stderr", "slow\n");
        cell.print("stdout", "epoch 2\n");
      }, {});
      const run = await onlyRun(notebook);
      assert.equal(await artifact(notebook, run, "runlab/stdout.txt"), "epoch 1\nepoch 2\n");
      assert.equal(await artifact(notebook, run, "runlab/stderr.txt"), "slow\n");
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
      assert.deepEqual((await onlyRun(notebook)).data.params, { alpha: "0.5", epochs: "20", solver: "cd" });
    });

    test("a store that cannot keep the record is named in the card, and hides neither the value nor the error", async (t) => {
      const notebook = new TestNotebook(t, kind);
      notebook.session.store.putArtifact = async () => {
        throw new Error("no space left on device");
      };
      assert.equal(await notebook.cell(() => 42, { name: "full" }), 42);
      assert.match(notebook.text, /full {2}FINISHED[\s\S]*Could not keep runlab\/cell\.ts: Error: no space left/);
      const failing = notebook.cell(() => {
        throw new Error("the cell's own");
      }, {});
      await assert.rejects(failing, /the cell's own/);
    });

    test("a run that cannot be started runs nothing", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(($) => $("experiment", { name: "gone" }));
      await notebook.cell(($) => $("delete", { target: "gone" }));
      let ran = false;
      const cell = notebook.cell(
        () => {
          ran = true;
        },
        { experiment: "gone" },
      );
      await assert.rejects(cell, /gone|active/);
      assert.equal(ran, false);
    });

    test("keep_open leaves the run active for later cells; the next %%run ends it and says so", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(() => 1, { name: "long", keep_open: true });
      assert.match(notebook.text, /long {2}RUNNING/);
      await notebook.cell(($) => $("log_metric", { key: "late", value: 7 }));
      await notebook.cell(() => 2, { name: "next" });
      assert.match(notebook.text, /Run long .* was still open and has been ended/);
      const runs = await notebook.session.searchRuns({ orderBy: ["run_name ASC"] });
      assert.deepEqual(
        runs.map(({ info, data }) => [info.runName, info.status, data.metrics.late]),
        [
          ["long", "FINISHED", 7],
          ["next", "FINISHED", undefined],
        ],
      );
    });

    test("a cell that throws under keep_open does not stay open", async (t) => {
      const notebook = new TestNotebook(t, kind);
      const cell = notebook.cell(
        () => {
          throw new Error("no");
        },
        { keep_open: true },
      );
      await assert.rejects(cell, /no/);
      assert.equal((await onlyRun(notebook)).info.status, "FAILED");
      assert.equal(notebook.session.activeRun(), undefined);
    });

    test("nested makes a child of the active run, which goes on", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(() => 1, { name: "parent", keep_open: true });
      await notebook.cell(() => 2, { name: "child", nested: true });
      const parent = notebook.session.activeRun();
      assert.equal(parent?.info.runName, "parent");
      const child = (await notebook.session.searchRuns({ filterString: "run_name = 'child'" }))[0];
      assert.equal(child?.data.tags["mlflow.parentRunId"], parent?.runId);
      assert.equal(child?.info.status, "FINISHED");
    });

    test("a log call outside a %%run starts a run, announces it once, and it stays active", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(($) => {
        for (let step = 0; step < 5; step++) $("log_metric", { key: "loss", value: step, step });
      });
      await notebook.cell(($) => $("log_param", { key: "alpha", value: 1 }));
      const run = await onlyRun(notebook);
      assert.equal(run.info.status, "RUNNING");
      assert.equal(run.metricSummaries.loss?.count, 5);
      assert.equal(run.data.params.alpha, "1");
      const started = notebook.announced.filter((line) => line.startsWith("runlab: started run"));
      assert.equal(started.length, 1);
      assert.ok(started[0]?.includes(run.info.runName));
    });
  });
}

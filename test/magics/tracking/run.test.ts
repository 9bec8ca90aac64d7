import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestNotebook } from "./notebook.js";

for (const kind of ["memory", "file"] as const) {
  describe(`%%run on the ${kind} store`, () => {
    test("ends in one card: name, id, status, duration and last metrics, as HTML and as text", async (t) => {
      const notebook = new TestNotebook(t, kind);
      await notebook.cell(($) => $("log_metric", { key: "rmse", value: 2.5 }), { name: "a <b>", experiment: "cars" });
      const run = await notebook.onlyRun("cars");
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
      const run = await notebook.onlyRun();
      assert.equal(run.info.status, "RUNNING");
      assert.equal(run.metricSummaries.loss?.count, 5);
      assert.equal(run.data.params.alpha, "1");
      const started = notebook.announced.filter((line) => line.startsWith("runlab: started run"));
      assert.equal(started.length, 1);
      assert.ok(started[0]?.includes(run.info.runName));
    });
  });
}

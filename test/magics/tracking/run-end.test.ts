import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isError } from "../../is-error.js";
import { TestNotebook } from "./notebook.js";

for (const kind of ["memory", "file"] as const) {
  describe(`how %%run ends on the ${kind} store`, () => {
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
      const run = await notebook.onlyRun();
      assert.equal(run.info.status, "FAILED");
      assert.equal(run.data.metrics.loss, 1);
      assert.equal(run.data.tags["runlab.end_reason"], "TypeError: no column 'mpg'");
      const kept = await notebook.artifact(run, "runlab/error.txt");
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
      const run = await notebook.onlyRun();
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
      const run = await notebook.onlyRun();
      assert.equal(run.info.status, "FAILED");
      assert.deepEqual([run.data.params.alpha, run.data.metrics.loss], ["1", 3]);
      assert.match(notebook.text, /Changing param values/);
    });

    test("a metric that is not a number is refused with its value and type", async (t) => {
      const notebook = new TestNotebook(t, kind);
      const cell = notebook.cell(($) => $("log_metric", { key: "acc", value: "best" }), {});
      await assert.rejects(cell, isError("INVALID_PARAMETER_VALUE", /value must be a number; got the text "best"/));
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

    test("a cell that throws under keep_open does not stay open", async (t) => {
      const notebook = new TestNotebook(t, kind);
      const cell = notebook.cell(
        () => {
          throw new Error("no");
        },
        { keep_open: true },
      );
      await assert.rejects(cell, /no/);
      assert.equal((await notebook.onlyRun()).info.status, "FAILED");
      assert.equal(notebook.session.activeRun(), undefined);
    });
  });
}

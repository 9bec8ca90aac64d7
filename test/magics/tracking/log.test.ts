import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { Run } from "../../../src/tracking/types.js";
import { fails } from "./fails.js";
import { TestNotebook } from "./notebook.js";

async function runOf(
  t: TestContext,
  cells: (notebook: TestNotebook) => Promise<unknown>,
): Promise<[Run, TestNotebook]> {
  const notebook = new TestNotebook(t);
  await cells(notebook);
  const [run] = await notebook.session.searchRuns();
  assert.ok(run);
  return [run, notebook];
}

async function text(notebook: TestNotebook, run: Run, path: string): Promise<string> {
  return Buffer.from(await notebook.session.client.readArtifact(run.info.runId, path)).toString("utf8");
}

describe("the magics that record", () => {
  test("params from variables, pairs and an object; metrics with step and time", async (t) => {
    const [run, notebook] = await runOf(t, (n) =>
      n.cell(($) => {
        $("log_param", { key: "solver", value: "cd" });
        $("log_params", { params: { alpha: 0.5, layers: [1, 2] }, extra: { l1: 0.3 } });
        $("log_metrics", { metrics: { r2: 0.8 }, extra: { rmse: 2 }, step: 4, timestamp: 1_700_000_000_000 });
        $("set_tag", { key: "stage", value: "draft" });
        $("set_tag", { key: "stage", value: "review" });
      }, {}),
    );
    assert.deepEqual(
      { ...run.data.params, layers: undefined },
      { solver: "cd", alpha: "0.5", l1: "0.3", layers: undefined },
    );
    assert.match(run.data.params.layers ?? "", /1.*2/);
    const history = await notebook.session.getMetricHistory(run.info.runId, "rmse");
    assert.deepEqual(history, [{ value: 2, step: 4, timestamp: 1_700_000_000_000 }]);
    assert.equal(run.data.metrics.r2, 0.8);
    assert.equal(run.data.tags.stage, "review", "the last value wins");
  });

  test("an object that turns out to be undefined is an error, not a cell that logs nothing", async (t) => {
    const notebook = new TestNotebook(t);
    const logs = (name: string) => notebook.cell(($) => $(name, {}), {});
    await assert.rejects(logs("log_params"), /'params' must be an object; got undefined/);
    await assert.rejects(logs("log_metrics"), /'metrics' must be an object; got undefined/);
  });

  test("a text, a table, a figure and a dataset are kept", async (t) => {
    const spec = {
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      data: { values: [{ a: 1 }] },
      mark: "point",
      encoding: {},
    };
    const [run, notebook] = await runOf(t, (n) =>
      n.cell(($) => {
        $("log_text", { text: "no outliers", to: "notes/report.md" });
        $("log_table", { data: [{ y: 1, p: 1.1 }], to: "predictions.json" });
        $("log_figure", { figure: spec, to: "plots/points.json" });
        $("log_input", {
          name: "cars",
          data: [{ mpg: 18 }],
          source: "cars.csv",
          context: "training",
          tag: { split: 0.75 },
        });
      }, {}),
    );
    assert.equal(await text(notebook, run, "notes/report.md"), "no outliers");
    assert.deepEqual(JSON.parse(await text(notebook, run, "predictions.json")), {
      columns: ["y", "p"],
      data: [[1, 1.1]],
    });
    assert.deepEqual(JSON.parse(await text(notebook, run, "plots/points.json")), spec);
    const [input] = run.inputs.datasetInputs;
    assert.equal(input?.dataset.name, "cars");
    assert.deepEqual(input?.tags, { split: "0.75", "mlflow.data.context": "training" });
  });

  test("a table and a figure are shown when they are logged, unless quiet, and an SVG is kept as it is", async (t) => {
    const notebook = new TestNotebook(t);
    const spec = { data: { values: [{ a: 1 }] }, mark: "point", encoding: { x: { field: "a", type: "quantitative" } } };
    await notebook.cell(($) => {
      const data = Array.from({ length: 9 }, (_, at) => ({ y: at, p: at + 0.1 }));
      $("log_table", { data, to: "predictions.json" });
      $("log_table", { data: [{ y: 2, p: 2.1 }], to: "predictions.json", quiet: true });
      $("log_figure", { figure: spec, to: "points.json" });
      $("log_figure", { figure: { outerHTML: "<svg width='9'></svg>" }, to: "plot.svg" });
      $("log_figure", { figure: spec, to: "quiet.json", quiet: true });
    }, {});
    const [table, ...figures] = notebook.shown.filter(({ data }) => !/FINISHED/.test(String(data["text/plain"])));
    assert.match(String(table?.data["text/plain"]), /^predictions\.json\n *y +p\n/);
    assert.match(String(table?.data["text/plain"]), /Showing 5 of 9 rows/);
    assert.match(String(table?.data["text/html"]), /first\.length>5\?5/);
    assert.deepEqual(figures.map(({ data }) => [String(data["text/plain"]), Object.keys(data).length]).sort(), [
      ["Figure plot.svg", 2],
      ["Figure points.json", 3],
    ]);
    const run = await notebook.onlyRun();
    assert.match(await notebook.artifact(run, "plot.svg"), /^<svg xmlns=".*" width='9'><\/svg>$/);
    notebook.shown = [];
    await notebook.cell(($) => $("run_info"));
    assert.equal(notebook.shown.length, 1, "one card");
    const html = String(notebook.shown[0]?.data["text/html"]);
    assert.equal(html.match(/<img src="data:image\/svg\+xml,/g)?.length, 3, "the figures are drawn again");
    assert.match(html, /predictions\.json[\s\S]*>2\.1</);
  });

  test("a table for a file that cannot hold it is not shown; one without rows says so", async (t) => {
    const notebook = new TestNotebook(t);
    const cell = notebook.cell(($) => $("log_table", { data: [{ a: 1 }], to: "t.csv" }), {});
    await fails(cell, /only be logged to a \.json file; got 't\.csv'/, /Log it to t\.json/);
    assert.doesNotMatch(notebook.text, /^a$/m);
    await notebook.cell(($) => $("log_table", { data: [], to: "none.json" }), {});
    assert.match(notebook.streams, /^none\.json has no rows\.$/m);
  });

  test("a figure that is none fails the cell with the place in its spec, and is neither kept nor shown", async (t) => {
    const notebook = new TestNotebook(t);
    const figure = { layer: [{ data: { url: "https://example.org/a.json" }, mark: "point" }] };
    const logs = notebook.cell(($) => $("log_figure", { figure, to: "f.json" }), {});
    await assert.rejects(logs, {
      code: "INVALID_PARAMETER_VALUE",
      message: /^layer\[0\]\.data\.url in the spec of f\.json/,
    });
    const kept = await notebook.session.listArtifacts((await notebook.onlyRun()).info.runId);
    assert.deepEqual(
      kept.filter(({ path }) => path === "f.json"),
      [],
    );
    assert.ok(!notebook.shown.some(({ data }) => "image/svg+xml" in data));
  });

  test("an artifact is copied; one that does not exist, or leaves the run's folder, is the cell's error", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "runlab-artifact-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "model.txt");
    writeFileSync(file, "weights");
    const [run, notebook] = await runOf(t, (n) => n.cell(($) => $("log_artifact", { path: file, to: "models" }), {}));
    assert.equal(await text(notebook, run, "models/model.txt"), "weights");
    const missing = notebook.cell(($) => $("log_artifact", { path: join(folder, "gone.txt") }), { name: "missing" });
    await assert.rejects(missing, /no readable file or folder at '.*gone\.txt'/);
    const outside = notebook.cell(($) => $("log_artifact", { path: file, to: "../.." }), { name: "outside" });
    await assert.rejects(outside, { code: "INVALID_PARAMETER_VALUE" });
    const failed = await notebook.session.searchRuns({ filterString: "status = 'FAILED'" });
    assert.deepEqual(failed.map(({ info }) => info.runName).sort(), ["missing", "outside"]);
  });

  test("odd names are kept as they are or refused by name, and the run is never lost", async (t) => {
    const notebook = new TestNotebook(t);
    const names = ["../../etc", "<script>alert(1)</script>", "naïve 🚗", "a/b"];
    for (const name of names) await notebook.cell(() => 1, { name });
    const kept = await notebook.session.searchRuns();
    assert.deepEqual(kept.map(({ info }) => info.runName).sort(), [...names].sort());
    const key = "k".repeat(300);
    await assert.rejects(
      notebook.cell(($) => $("log_metric", { key, value: 1 }), { name: "long key" }),
      { code: "INVALID_PARAMETER_VALUE" },
    );
    assert.equal(
      (await notebook.session.searchRuns({ filterString: "run_name = 'long key'" }))[0]?.info.status,
      "FAILED",
    );
  });

  test("a value of the wrong type is refused at the line, with what was wanted", (t) => {
    const notebook = new TestNotebook(t);
    const log = (args: Record<string, unknown>) => () => notebook.magic("log_metric", args);
    assert.throws(log({ key: "loss", value: 1, step: "three" }), /step must be a number; got the text "three"/);
    assert.throws(log({ key: "", value: 1 }), /needs key/);
    assert.throws(() => notebook.magic("log_params", { params: [1] }), /'params' must be an object; got an array/);
    assert.throws(() => notebook.magic("log_artifact", {}), /%log_artifact needs path/);
  });
});

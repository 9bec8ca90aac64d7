import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRuns, drawView } from "../../src/render/compare.js";
import { runLabels } from "../../src/render/rows.js";
import { runsTable } from "../../src/render/runs-table.js";
import { tableText } from "../../src/render/table.js";
import { chartRows } from "./chart-rows.js";
import { forests, grid, run } from "./samples.js";

const labels = (runs: Parameters<typeof compareRuns>[0], options?: Parameters<typeof compareRuns>[1]) =>
  compareRuns(runs, options).table.columns.map(({ label }) => label);

test("only params that differ are compared, missing counts as differing, and what is the same is said", () => {
  const { table } = compareRuns([...grid.slice(0, 2), run("plain", { seed: 42 }, { rmse: 4, r2: 0.5 })]);
  assert.deepEqual(
    table.columns.map(({ label }) => label),
    ["run", "rmse", "r2", "alpha", "l1_ratio"],
  );
  assert.equal(table.notes?.[0], "Same in all runs: seed=42");
});

test("a metric with a history has its best and its last value", () => {
  const point = (value: number) => ({ step: 1, value, timestamp: 0 });
  const curved = (name: string, min: number, last: number) => ({
    ...run(name, {}, { loss: last }),
    metricSummaries: { loss: { last: point(last), min: point(min), max: point(9), count: 5 } },
  });
  const runs = [curved("a", 0.1, 0.5), curved("b", 0.2, 0.3)];
  assert.deepEqual(labels(runs), ["run", "loss (min)", "at step", "loss (last)"]);
  const text = tableText(compareRuns(runs).table);
  assert.match(text, /a +0\.1 \* +1 +0\.5\n/);
  assert.match(text, /b +0\.2 +1 +0\.3 \*$/m);
});

test("a metric and a param of one name are told apart above their columns", () => {
  const runs = [run("a", { size: 1 }, { size: 10 }), run("b", { size: 2 }, { size: 20 })];
  assert.deepEqual(labels(runs), ["run", "metrics.size", "params.size"]);
  assert.deepEqual(
    runsTable(runs)
      .columns.map(({ label }) => label)
      .slice(-2),
    ["metrics.size", "params.size"],
  );
});

test("the caption names the best run, and says how many others are as good", () => {
  const caption = (...values: number[]) =>
    compareRuns(values.map((rmse, at) => run(`r${at}`, {}, { rmse }))).table.caption;
  assert.equal(caption(3, 1, 2), "Comparing 3 runs. Best rmse (min): 1, r1");
  assert.equal(caption(1, 1, 2), "Comparing 3 runs. Best rmse (min): 1, r0 and 1 other");
  assert.equal(caption(1, 1), "Comparing 2 runs");
});

test("the chart says which runs it leaves out", () => {
  const { chart } = compareRuns([...forests, run("broken", {}, { rmse: Number.NaN })], { maxRuns: 2 });
  assert.match(chart?.text ?? "", /1 run left out: no finite value of rmse\.\nShowing the best 2 of 4 runs by rmse\./);
});

test("a run without the param is not drawn as if it had one", () => {
  const { chart } = compareRuns([...grid, run("plain", {}, { rmse: 1, r2: 1 })], { metrics: ["rmse"] });
  assert.match(chart?.text ?? "", /1 run with a missing param, drawn below its axis\./);
  const [, lines] = (chart?.spec.layer ?? []) as Array<Record<string, unknown>>;
  const plain = chartRows(lines).find((line) => line.run === "plain");
  assert.deepEqual(plain, { run: "plain", best: true, v3: 1 });
});

test("a view alone is drawn, or says what the runs lack for it", () => {
  const lacking = [...grid, run("plain", { alpha: 0.1 }, { rmse: 1, r2: 1 }), run("bare", {}, { r2: 1 })];
  const drawing = drawView(lacking, "contour", { metrics: ["rmse"], params: ["alpha", "l1_ratio"] });
  assert.ok("text" in drawing);
  assert.match(drawing.text, /1 run left out: no finite value of rmse\./);
  assert.match(drawing.text, /1 run at the frame, as a triangle: alpha or l1_ratio is missing\./);
  const layers = drawing.spec.layer as Array<{ mark: { shape?: string }; data: { values: Array<{ run: string }> } }>;
  const marks = layers.filter(({ mark }) => mark.shape?.startsWith("triangle"));
  assert.deepEqual(
    marks.map(({ mark, data }) => [mark.shape, data.values.map((row) => row.run)]),
    [["triangle-down", ["plain"]]],
  );
  assert.deepEqual(drawView(lacking, "contour", { metrics: ["rmse"], params: ["alpha"] }), {
    lacks: "two numeric params that differ",
  });
  assert.deepEqual(drawView(lacking, "scatter", { metrics: ["loss", "rmse"] }), { lacks: "a finite value of loss" });
});

test("there is no chart without a finite value, and the table still is", () => {
  const { chart, table } = compareRuns([run("a", {}, { rmse: Number.NaN }), run("b", {}, {})]);
  assert.equal(chart, undefined);
  assert.equal(table.rows.length, 2);
});

test("runs of one name stay apart", () => {
  assert.deepEqual(
    runLabels([
      { runId: "aaaaaaaa1", runName: "x" },
      { runId: "bbbbbbbb2", runName: "x" },
      { runId: "c", runName: "y" },
    ]),
    ["x (aaaaaa)", "x (bbbbbb)", "y"],
  );
  assert.deepEqual(
    runLabels([
      { runId: "aaaaaaaa1", runName: "x" },
      { runId: "aaaaaaaa2", runName: "x" },
    ]),
    ["x (aaaaaaaa1)", "x (aaaaaaaa2)"],
  );
});

test("which way is better is told by the user over the metric's name", () => {
  const { table } = compareRuns(forests, { goals: { rmse: "max" } });
  assert.match(tableText(table), /forest 10 .* \*/);
});

test("the text of a chart names the runs that have no value of a metric, or counts them", () => {
  const runs = ["a", "b", "c", "d", "e", "f"].map((name, at) =>
    run(name, {}, { loss: at, ...(at < 4 ? { acc: at } : {}), ...(at < 2 ? { f1: at } : {}) }),
  );
  const text = compareRuns(runs, { as: "bars" }).chart?.text ?? "";
  assert.match(text, /^acc \(best: max\)\n[\s\S]*? {2}no value: e, f$/m);
  assert.match(text, /^f1 \(best: max\)\n[\s\S]*? {2}no value: 4 runs$/m);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ComparisonView, comparisonViews } from "../../src/render/charts/comparison.js";
import { comparisonCharts } from "../../src/render/charts/comparison-charts.js";
import { compareRuns } from "../../src/render/compare.js";
import type { CompareOptions } from "../../src/render/compared-runs.js";
import type { RunRow } from "../../src/render/rows.js";
import { tableText } from "../../src/render/table.js";
import { chartRows } from "./chart-rows.js";
import { curved, curves, seeds, sweep, thousand } from "./gallery-samples.js";
import { classifiers, forests, grid, run } from "./samples.js";

// The decision table of docs/compare.md, row by row.
const rows: ReadonlyArray<[string, ComparisonView, readonly RunRow[], CompareOptions?]> = [
  ["no finite value of the metrics: the table alone", "table", [run("a", {}, { m: Number.NaN }), run("b", {}, {})]],
  [
    "one metric, two numeric params of three values or more, ten runs: contour",
    "contour",
    sweep,
    { metrics: ["loss"], params: ["lr", "batch"] },
  ],
  ["one metric, several params, four runs: parallel", "parallel", grid, { metrics: ["rmse"] }],
  ["one metric, one numeric param of three values or more: scatter", "scatter", forests],
  ["one metric, one param with three runs or more per value: box", "box", seeds],
  ["one metric with a history, and no param that tells: curves", "curves", curved, { metrics: ["loss"], curves }],
  ["one metric otherwise: bars", "bars", classifiers, { metrics: ["f1"] }],
  ["several metrics, few runs: bars", "bars", classifiers],
  ["several metrics, more than 40 runs: matrix", "matrix", thousand],
];

describe("the view is chosen by the decision table:", () => {
  for (const [name, view, runs, options] of rows) {
    test(name, () => {
      const compared = compareRuns(runs, options);
      assert.equal(compared.view, view);
      assert.equal(compared.chart === undefined, view === "table");
    });
  }
});

test("a comparison says how it was drawn and how to get another view, and says nothing of it when one was asked for", () => {
  const notes = compareRuns(grid, { metrics: ["rmse"] }).table.notes?.join("\n") ?? "";
  assert.match(
    notes,
    /Drawn as parallel\. Draw it another way: as=table, as=contour, as=scatter, as=box, as=bars, as=matrix\./,
  );
  assert.doesNotMatch(compareRuns(grid, { as: "bars" }).table.notes?.join("\n") ?? "", /Drawn as/);
});

test("every view that is named as another way can be had", () => {
  for (const runs of [grid, forests, classifiers, seeds, sweep, curved]) {
    const said = compareRuns(runs).table.notes?.join(" ") ?? "";
    for (const [, view] of said.matchAll(/as=(\w+)/g)) {
      assert.equal(compareRuns(runs, { as: view as ComparisonView, curves }).view, view);
    }
  }
});

test("every view has a chart, and every chart a view", () => {
  const views = new Set<string>(["table", ...comparisonCharts.map(({ view }) => view)]);
  assert.deepEqual([...views].sort(), [...comparisonViews].sort());
});

test("a view that the runs are not fit for is an error that says what it needs and what there is", () => {
  assert.throws(() => compareRuns(classifiers, { as: "contour" }), {
    code: "INVALID_PARAMETER_VALUE",
    message: "These runs cannot be drawn as contour: it needs two numeric params that differ.",
    hint: /as=table, .*as=bars/,
  });
  assert.throws(() => compareRuns(classifiers, { as: "curves" }), { message: /logged more than once/ });
});

test("with a baseline every number is also given as the difference from it, a missing one as missing", () => {
  const runs = [run("base", { lr: 1 }, { f1: 0.5 }), run("b", { lr: 3 }, { f1: 0.75 }), run("c", {}, {})];
  const { table } = compareRuns(runs, { metrics: ["f1"], baseline: runs[0]?.info.runId ?? "" });
  assert.deepEqual(
    table.columns.map(({ label }) => label),
    ["run", "f1", "Δ f1", "lr", "Δ lr"],
  );
  const text = tableText(table);
  assert.match(text, /^base \(baseline\) +0\.50 +– +1 +–$/m);
  assert.match(text, /^b +0\.75 \* +\+0\.25 +3 +\+2$/m);
  assert.match(text, /^c +– +– +– +–$/m);
});

test("runs of several experiments say which they are of", () => {
  const runs = [run("a", {}, { m: 1 }, { experimentId: "1" }), run("b", {}, { m: 2 }, { experimentId: "2" })];
  const experiments = new Map([
    ["1", "cars"],
    ["2", "trucks"],
  ]);
  assert.match(tableText(compareRuns(runs, { experiments }).table), /^a +cars +1/m);
});

test("the other metrics stand at the step where the chosen one was best", () => {
  const { table } = compareRuns(curved, { metrics: ["loss"], atBest: [{ key: "acc", values: [0.7, 0.8, undefined] }] });
  assert.ok(table.columns.some(({ label }) => label === "acc at best loss"));
  assert.match(tableText(table), /0\.7/);
});

test("a param that is a number in some runs only is a category, with every value as it was logged", () => {
  const runs = ["1", "auto", "10", "1"].map((size, at) => run(`r${at}`, { size, at: `x${at % 2}` }, { m: at }));
  const { chart } = compareRuns(runs, { metrics: ["m"], as: "parallel" });
  const layers = (chart?.spec.layer ?? []) as Array<Record<string, unknown>>;
  assert.deepEqual(
    chartRows(layers[1]).map(({ run: name, v0 }) => [name, v0]),
    [
      ["r2", "10"],
      ["r1", "auto"],
      ["r0", "1"],
      ["r3", "1"],
    ],
  );
  assert.ok(layers.some((layer) => chartRows(layer).some(({ text }) => text === "auto")));
});

test("params that are spread evenly on a logarithmic scale lie on one, and a zero among them does not break it", () => {
  const of = (values: number[], scale?: "linear" | "log") =>
    JSON.stringify(
      compareRuns(
        values.map((lr, at) => run(`r${at}`, { lr }, { m: at })),
        { metrics: ["m"], as: "scatter", scales: scale ? { lr: scale } : {} },
      ).chart?.spec,
    );
  assert.match(of([1e-4, 1e-3, 1e-1]), /"type":"log"/);
  assert.match(of([0.003, 0.01, 0.03, 0.1]), /"type":"log"/);
  assert.match(of([16, 32, 64, 128, 256]), /"type":"log"/);
  assert.match(of([0.001, 0.1]), /"type":"log"/);
  assert.doesNotMatch(of([0, 1e-3, 1e-1]), /"type":"log"/);
  assert.doesNotMatch(of([0.004, 0.2, 0.3, 0.5, 0.6, 0.8, 0.98]), /"type":"log"/, "draws from uniform(0, 1)");
  assert.doesNotMatch(of([0.01, 0.1]), /"type":"log"/);
  assert.match(of([0.01, 0.08, 0.09, 0.1], "log"), /"type":"log"/, "a sweep over logUniform");
  assert.doesNotMatch(of([1e-4, 1e-3, 1e-1], "linear"), /"type":"log"/, "a sweep over uniform");
  assert.doesNotMatch(of([0, 1e-3, 1e-1], "log"), /"type":"log"/);
});

test("a scatter is joined where nothing else differs or runs share their values, not where random draws are the same by chance", () => {
  const isJoined = (lrs: readonly number[], other: (at: number) => string) => {
    const runs = lrs.map((lr, at) => run(`r${at}`, { lr: String(lr), dropout: other(at) }, { loss: at % 7 }));
    const { chart } = compareRuns(runs, { as: "scatter", metrics: ["loss"] });
    return JSON.stringify(chart?.spec).includes('"type":"line"');
  };
  const random = [0.31, 0.12, 0.87, 0.44, 0.31, 0.65, 0.09, 0.78];
  assert.equal(
    isJoined(random, (at) => `0.${at}`),
    false,
  );
  assert.equal(
    isJoined(random, () => "0.5"),
    true,
  );
  assert.equal(
    isJoined([0.1, 0.1, 0.2, 0.2, 0.3, 0.3], (at) => `0.${at}`),
    true,
  );
});

test("a run has the same colour in every chart of a notebook, whichever others are drawn with it", async () => {
  const { RunColours } = await import("../../src/render/palette.js");
  const colours = new RunColours();
  const [a, b] = colours.placesOf(["a", "b"]);
  assert.deepEqual(colours.placesOf(["c", "b", "a"]).slice(1), [b, a]);
  // As long as there are colours enough, no two of a chart are the same.
  colours.placesOf(Array.from({ length: 50 }, (_, at) => `x${at}`));
  const later = colours.placesOf(["a", "x4", "x10", "x16"]);
  assert.equal(new Set(later.map((place) => place % 8)).size, 4);
});

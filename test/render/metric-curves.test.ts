import assert from "node:assert/strict";
import { test } from "node:test";
import { meanRows } from "../../src/render/curve-groups.js";
import { type CurveRow, smoothedPoints } from "../../src/render/curve-rows.js";
import type { Drawing } from "../../src/render/drawing.js";
import { metricCurves, severalCurves } from "../../src/render/metric-curves.js";
import { chartBundle } from "../../src/render/static/chart-bundle.js";
import { chartRows } from "./chart-rows.js";
import { series } from "./samples.js";

const rows = ({ spec }: Drawing) => chartRows<CurveRow>(spec);
const places = { x: "step", logX: false, logY: false, smooth: 0 } as const;

test("a smoothed line begins at the first value, follows a constant, and keeps gaps", () => {
  const { points } = series("a", [2, 2, 2, Number.NaN, 2]);
  assert.deepEqual(
    smoothedPoints(points, 0.9).map(({ value }) => (Number.isNaN(value) ? "gap" : Number(value.toFixed(9)))),
    [2, 2, 2, "gap", 2],
  );
  const [, second] = smoothedPoints(series("a", [0, 1]).points, 0.5);
  // Weights 1/4 and 1/2, made to sum to 1.
  assert.equal(second?.value, 2 / 3);
});

test("smoothing is drawn beside the raw line, which stays, and is said", () => {
  const chart = metricCurves("loss", [series("a", [3, 1, 2])], { smooth: 0.5 });
  assert.deepEqual(
    rows(chart)
      .filter(({ kind }) => kind === undefined)
      .map(({ y }) => y),
    [3, 1, 2],
  );
  assert.equal(rows(chart).filter(({ kind }) => kind === "s").length, 3);
  assert.match(chart.text, /Smoothed by 0\.5 .*raw line is pale/);
});

test("runs of a group have a mean with one standard deviation, over the steps that each has", () => {
  const runs = [series("a", [1, 2, 3]), series("b", [3, 4]), series("c", [Number.NaN, Number.NaN, 7])];
  const means = meanRows("g", runs, places).map(({ x, y, low, high }) => [x, y, low, high]);
  assert.deepEqual(means, [
    [0, 2, 1, 3],
    [1, 3, 2, 4],
    [2, 5, 3, 7],
  ]);
});

test("between its points a run of a group follows its line", () => {
  const sparse = {
    ...series("b", []),
    points: [
      { step: 0, value: 0, timestamp: 0 },
      { step: 2, value: 4, timestamp: 1 },
    ],
  };
  const [, middle] = meanRows("g", [series("a", [2, 2, 2]), sparse], places);
  assert.deepEqual([middle?.x, middle?.y], [1, 2]);
});

test("a group is drawn as mean, band and the runs' own lines", () => {
  const runs = [series("a", [1, 2]), series("b", [3, 4]), series("c", [5, 6])];
  const of = new Map(runs.map(({ runId }, at) => [runId, at < 2 ? "0.1" : "0.01"]));
  const drawn = rows(metricCurves("loss", runs, { groups: { name: "lr", of } }));
  assert.deepEqual([...new Set(drawn.filter(({ kind }) => kind === undefined).map(({ run }) => run))], ["a", "b", "c"]);
  assert.deepEqual([...new Set(drawn.filter(({ kind }) => kind === "m").map(({ group }) => group))], ["0.01", "0.1"]);
});

test("the best point of each run is marked, by the metric's goal or the one given", () => {
  const marked = (options: object) =>
    rows(metricCurves("loss", [series("a", [3, 1, 2])], options)).filter(({ kind }) => kind === "b");
  const says = "a: last 2 @ step 2, min 1 @ step 1  (3 points)";
  assert.deepEqual(marked({}), [{ run: "a", says, kind: "b", x: 1, y: 1 }]);
  assert.deepEqual(
    marked({ goal: "max" }).map(({ x, y }) => [x, y]),
    [[0, 3]],
  );
});

test("x is the step, the time, or seconds since the run began", () => {
  const xs = (x: "step" | "time" | "relative") =>
    rows(metricCurves("loss", [series("a", [1, 2], 5)], { x })).flatMap(({ kind, x: at }) => (kind ? [] : [at]));
  assert.deepEqual(xs("step"), [5, 6]);
  assert.deepEqual(xs("relative"), [0, 0.5]);
  assert.deepEqual(xs("time"), [1_764_000_000_000, 1_764_000_000_500]);
});

test("what a logarithmic x axis has no place for is left out, and said", () => {
  const chart = metricCurves("loss", [series("a", [1, 2, 3])], { logX: true });
  assert.deepEqual(
    rows(chart)
      .filter(({ kind }) => kind === undefined)
      .map(({ x }) => x),
    [1, 2],
  );
  assert.match(chart.text, /1 point at or before 0/);
});

test("several metrics have a panel each, and a run the same colour in all", () => {
  const all = ["loss", "acc"].map((metric) => ({ metric, series: [series("a", [1, 2]), series("b", [2, 1])] }));
  const chart = severalCurves(all);
  assert.deepEqual((chart.spec.facet as { sort: string[] }).sort, ["loss", "acc"]);
  assert.match(chart.text, /^loss, 2 runs\n[\s\S]*\nacc, 2 runs\n/);
});

test("a million points become a chart below 200 kB that keeps the highest and the lowest, and says so", async () => {
  const values = Array.from({ length: 1_000_000 }, (_, step) => Math.sin(step / 1e5) + ((step * 7919) % 1000) / 1000);
  values[123_456] = 50;
  values[765_432] = -50;
  const chart = metricCurves("loss", [series("a rather long name of a run", values)], { smooth: 0.9 });
  const drawn = rows(chart).flatMap(({ kind, y }) => (kind === undefined && y !== null ? [y] : []));
  assert.deepEqual([Math.max(...drawn), Math.min(...drawn)], [50, -50]);
  assert.match(chart.text, /Thinned to [\d,]+ of 1,000,000 points, keeping highs and lows/);
  const size = JSON.stringify((await chartBundle(chart)).data).length;
  assert.ok(size < 200_000, `${size} characters`);
});

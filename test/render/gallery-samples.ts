import { comparisonViews } from "../../src/render/charts/comparison.js";
import { paramImportanceChart } from "../../src/render/charts/param-importance.js";
import { compareRuns } from "../../src/render/compare.js";
import { type CompareOptions, sharedMetrics } from "../../src/render/compared-runs.js";
import type { Drawing } from "../../src/render/drawing.js";
import { leaderboardTable } from "../../src/render/leaderboard-table.js";
import { metricCurves, severalCurves } from "../../src/render/metric-curves.js";
import { paramImportance } from "../../src/render/param-importance.js";
import { recordTable } from "../../src/render/record-table.js";
import type { MetricSeries, RunRow } from "../../src/render/rows.js";
import { runGroupsTable } from "../../src/render/run-groups-table.js";
import { runsTable } from "../../src/render/runs-table.js";
import { signatureTable } from "../../src/render/signature-table.js";
import type { Table } from "../../src/render/table.js";
import { regressionCharts } from "../../src/reports/evaluation-charts.js";
import {
  calibration,
  confusionMatrix,
  featureImportance,
  prChart,
  residuals,
  rocChart,
} from "../../src/reports/ready-charts.js";
import { classifiers, forests, grid, hostile, run, series } from "./samples.js";

/** A sweep as users have it: a log-scaled, a linear and a categorical param, one of them missing in some runs. */
export const sweep: readonly RunRow[] = [1e-4, 1e-3, 1e-2, 1e-1].flatMap((lr, row) =>
  [16, 32, 64, 128].map((batch, column) => {
    const solver = ["adam", "sgd", "lion"][(row + column) % 3] ?? "adam";
    const loss = 0.2 + (row - 1.6) ** 2 / 9 + (column - 2.2) ** 2 / 25 + (solver === "sgd" ? 0.1 : 0);
    const params = { lr, batch, solver, seed: 1, ...((row + column) % 5 === 4 ? {} : { dropout: (column + 1) / 10 }) };
    return run(`lr=${lr} b=${batch}`, params, { loss, accuracy: 1 - loss / 2, seconds: 10 + batch / 4 });
  }),
);

/** Three models with five seeds each. */
export const seeds: readonly RunRow[] = ["cnn", "mlp", "forest"].flatMap((model, at) =>
  [1, 2, 3, 4, 5].map((seed) =>
    run(`${model} ${seed}`, { model }, { accuracy: 0.8 + at * 0.04 + Math.sin(seed * 7 + at) / 40 }),
  ),
);

export const curves: readonly MetricSeries[] = ["adam", "sgd", "lion"].map((name, at) =>
  series(
    name,
    Array.from({ length: 120 }, (_, step) => 2 / (1 + step / (6 + 5 * at)) + Math.sin(step * (3 + at)) / 20 + at / 10),
  ),
);

/** Runs with those histories. */
export const curved: readonly RunRow[] = curves.map(({ runName, points }) => {
  const last = points.at(-1) ?? { step: 0, value: 0, timestamp: 0 };
  const sorted = [...points].sort((a, b) => a.value - b.value);
  const summary = { last, min: sorted[0], max: sorted.at(-1), count: points.length };
  return { ...run(runName, {}, { loss: last.value }), metricSummaries: { loss: summary } };
});

/** A thousand runs. */
export const thousand: readonly RunRow[] = Array.from({ length: 1000 }, (_, at) => {
  const [lr, depth] = [10 ** -(1 + (at % 37) / 10), 2 + (at % 9)];
  const score = Math.sin(lr * 40) + depth / 20 + ((at * 7919) % 100) / 400;
  return run(`trial ${at}`, { lr, depth, kind: `k${at % 4}` }, { score, seconds: 5 + depth + (at % 11) });
});

const compared = (runs: readonly RunRow[], options: CompareOptions = {}) => compareRuns(runs, options).chart;
const one = (key: string) => ({ metrics: [key] });

/** Every chart with a sample of its own; and each with data that is hard for it. */
export const gallerySamples: Readonly<Record<string, Drawing | undefined>> = {
  "bars: one metric": compared([...grid.slice(0, 2), ...forests.slice(0, 2)], one("rmse")),
  "bars: with a baseline": compared(classifiers, { ...one("f1"), baseline: classifiers[0]?.info.runId ?? "" }),
  "bars: a hundred of a thousand": compared(thousand, { ...one("score"), as: "bars" }),
  "bars: metrics of one scale": compared(classifiers),
  "bars: metrics of different scale": compared(grid),
  "bars: some values missing": compared([
    run("a", {}, { rmse: 3, mae: 2 }),
    run("b", {}, { mae: 1 }),
    run("c", {}, { rmse: Number.NaN, mae: 2 }),
  ]),
  "bars: negative values": compared([run("a", {}, { score: -2 }), run("b", {}, { score: 3 })]),
  "scatter: one numeric param": compared(forests),
  "scatter: a log scale and a missing param": compared(
    [
      ...[1e-4, 1e-3, 1e-2, 1e-1].map((lr, at) => run(`lr ${lr}`, { lr }, { loss: 1 - at / 5 })),
      run("plain", {}, { loss: 0.7 }),
    ],
    one("loss"),
  ),
  "scatter: categories": compared(seeds, { as: "scatter" }),
  "scatter: two metrics": compared(sweep, { metrics: ["loss", "seconds"], as: "scatter", params: [] }),
  "scatter: a thousand runs": compared(thousand, { ...one("score"), as: "scatter", params: ["lr"] }),
  "parallel: a sweep": compared(sweep, one("loss")),
  "parallel: a thousand runs": compared(thousand, one("score")),
  "contour: two params": compared(sweep, { ...one("loss"), params: ["lr", "batch"] }),
  "box: a metric by a param": compared(seeds),
  "curves: one metric": compareRuns(curved, { ...one("loss"), curves }).chart,
  "matrix: params and metrics": compared(sweep, { as: "matrix" }),
  "matrix: a thousand runs": compared(thousand),
  "hostile names": compared([
    run(hostile, { [hostile]: 1 }, { [hostile]: 1 }),
    run("b", { [hostile]: 2 }, { [hostile]: 2 }),
  ]),
  "constant values": compared([
    run("a", { p: 1 }, { m: 1 }),
    run("b", { p: 2 }, { m: 1 }),
    run("c", { p: 3 }, { m: 1 }),
  ]),
  ...hostileViews(),
  ...plotSamples(),
  "importance: the params of a sweep": paramImportanceChart("loss", paramImportance(sweep, "loss")),
  ...readySamples(),
};

/** Charts that one call makes of data. */
function readySamples(): Record<string, Drawing | undefined> {
  const rows = Array.from({ length: 400 }, (_, at) => at);
  const chance = (at: number) => (1 + Math.sin(at * 1.7)) / 2;
  const truth = rows.map((at) => chance(at) + Math.sin(at * 9.1) / 2 > 0.5);
  const scores = rows.map(chance);
  const kinds = ["setosa", "versicolor", "virginica"];
  const kind = (at: number) => kinds[Math.floor(at / 7) % 3];
  const guess = (at: number) => (at % 11 === 0 ? kinds[(Math.floor(at / 7) + 1) % 3] : kind(at));
  const target = rows.map((at) => 20 + 15 * Math.sin(at) + (at % 7));
  const predicted = target.map((value, at) => value + 3 * Math.sin(at * 5) + value / 20);
  const names = Array.from({ length: 12 }, (_, at) => `feature ${at}`);
  const digits = rows.map((at) => at % 10);
  const odd = [hostile, "constructor", "toString", "then"];
  return {
    "ready: confusion matrix": confusionMatrix(rows.map(kind), rows.map(guess)),
    "ready: confusion matrix of ten labels": confusionMatrix(
      digits,
      digits.map((digit, at) => (at % 6 === 0 ? (digit + 3) % 10 : digit)),
    ),
    "ready: confusion matrix of forty labels": confusionMatrix(
      rows.map((at) => `label ${at % 40}`),
      rows.map((at) => `label ${at % 7 === 0 ? (at * 3) % 40 : at % 40}`),
    ),
    "ready: confusion matrix, hostile labels": confusionMatrix(odd, odd),
    "ready: ROC curve": rocChart(truth, scores),
    "ready: precision and recall": prChart(truth, scores),
    "ready: calibration": calibration(truth, scores),
    "ready: residuals": residuals(target, predicted),
    "ready: predicted and true values": {
      spec: regressionCharts(target, predicted).predicted_vs_actual as Drawing["spec"],
      text: "",
    },
    "ready: feature importance": featureImportance(
      Object.fromEntries(names.map((name, at) => [name, (at % 3 === 0 ? -1 : 1) / (at + 1.3)])),
    ),
    "ready: feature importance, hostile names": featureImportance({ [hostile]: 2, constructor: 1, "a.b[0]": -1 }),
  };
}

/** What `%plot` draws. */
function plotSamples(): Record<string, Drawing> {
  const noisy = (name: string, at: number, length = 300) =>
    series(
      name,
      Array.from({ length }, (_, step) => 3 / (1 + step / (20 + 9 * at)) + Math.sin(step * (7 + at) * 1.7) / 6 + 0.3),
    );
  const several = [0, 1, 2].map((at) => noisy(`run ${at}`, at));
  const repeated = Array.from({ length: 12 }, (_, at) => noisy(`seed ${at}`, (at % 3) * 8 + at / 6, 80));
  const of = new Map(repeated.map(({ runId }, at) => [runId, String([0.1, 0.01, 0.001][at % 3])]));
  const accuracy = several.map((run) => ({
    ...run,
    points: run.points.map((point) => ({ ...point, value: 1 - point.value / 5 })),
  }));
  const two = [
    { metric: "loss", series: several },
    { metric: "accuracy", series: accuracy },
  ];
  return {
    "plot: smoothed beside the raw line": metricCurves("loss", several, { smooth: 0.9 }),
    "plot: groups with mean and band": metricCurves("loss", repeated, { groups: { name: "lr", of } }),
    "plot: two metrics": severalCurves(two, { smooth: 0.8 }),
    "plot: by time": metricCurves("loss", several, { x: "time" }),
    "plot: by relative time, both axes logarithmic": metricCurves("loss", several, {
      x: "relative",
      log: true,
      logX: true,
    }),
    "plot: thirty runs": metricCurves(
      "loss",
      Array.from({ length: 30 }, (_, at) => noisy(`run ${at}`, at)),
    ),
    "plot: hostile groups": metricCurves(hostile, repeated, {
      groups: {
        name: hostile,
        of: new Map(repeated.map(({ runId }, at) => [runId, ["constructor", hostile][at % 2] ?? ""])),
      },
    }),
  };
}

/** Every view of runs whose names, params and metrics break what is not escaped. */
function hostileViews(): Record<string, Drawing | undefined> {
  const names = [hostile, "constructor", "__proto__", 'a"b\\c', "x.y[0]"];
  const runs = names.map((name, at) =>
    run(
      name,
      {
        [hostile]: at + 1,
        constructor: at % 2 ? "toString" : "<b>",
        "x.y": 10 ** at,
        ...(at === 2 ? {} : { 'q"\\': at * at }),
      },
      { [hostile]: at * 1.5, __proto__x: 3 - at, constructor: at },
    ),
  );
  const metrics = sharedMetrics(runs);
  const views = comparisonViews.filter((view) => view !== "table" && view !== "curves");
  return Object.fromEntries(
    views.map((view) => {
      const chosen = ["bars", "matrix"].includes(view) ? metrics : metrics.slice(0, 1);
      return [`hostile ${view}`, compareRuns(runs, { as: view, metrics: chosen }).chart];
    }),
  );
}

const others = ["constructor", hostile].map((name) => run(name, { [hostile]: 1 }, { [hostile]: Number.NaN, loss: 1 }));

/** Every kind of table, as a notebook shows it. */
export const galleryTables: Record<string, Table> = {
  "table: a comparison": compareRuns(sweep, { ...one("loss"), as: "table" }).table,
  "table: a comparison with a baseline": compareRuns(classifiers, { as: "table", baseline: classifiers[0]?.info.runId })
    .table,
  "table: a comparison, hostile names": compareRuns([...others, ...classifiers], { as: "table" }).table,
  "table: runs": runsTable(forests),
  "table: a thousand runs": runsTable(thousand),
  "table: groups of runs": runGroupsTable(seeds, ["model"], { caption: "Runs by model" }),
  "table: a leaderboard": leaderboardTable(
    curved.map((each) => ({ run: each, experiment: "digits" })),
    "loss",
    "min",
    { curve: new Map(curved.map(({ info }, at) => [info.runId, curves[at]?.points ?? []])) },
  ),
  "table: a signature": signatureTable({
    inputs: [{ name: "acid", type: "double", required: true, range: "4.6 to 15.9", example: "7.4" }],
    outputs: [{ name: undefined, type: "double", required: true }],
    params: [],
  }),
  "table: records": recordTable({
    columns: ["id", "text", "score"],
    data: Array.from({ length: 60 }, (_, at) => [at, `a sentence that goes on for a while, number ${at}`, at / 7]),
  }),
};

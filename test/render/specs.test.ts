import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import * as formats from "ajv-formats";
import * as vegaLite from "vega-lite";
import { comparisonCharts } from "../../src/render/charts/comparison-charts.js";
import { compareRuns } from "../../src/render/compare.js";
import type { Drawing } from "../../src/render/drawing.js";
import { metricCurves } from "../../src/render/metric-curves.js";
import { svgOf } from "../../src/render/static/svg.js";
import { classifiers, forests, grid, hostile, run, series } from "./samples.js";

/** Every chart there is, on data that it fits; and on data that is hard. */
const drawings: Record<string, Drawing | undefined> = {
  "one metric": compareRuns([...grid.slice(0, 2), ...forests.slice(0, 2)], { metrics: ["rmse"] }).chart,
  "metrics of one scale": compareRuns(classifiers).chart,
  "metrics of different scale": compareRuns(grid).chart,
  "one numeric param": compareRuns(forests).chart,
  "numeric params": compareRuns(grid, { metrics: ["rmse"] }).chart,
  "negative values": compareRuns([run("a", {}, { score: -2 }), run("b", {}, { score: 3 })]).chart,
  "some values missing": compareRuns([
    ...grid.slice(0, 1),
    run("b", {}, { mae: 1 }),
    run("c", {}, { rmse: Number.NaN, mae: 2 }),
  ]).chart,
  "hostile names": compareRuns([
    run(hostile, { [hostile]: 1 }, { [hostile]: 1 }),
    run("b", { [hostile]: 2 }, { [hostile]: 2 }),
  ]).chart,
  curves: metricCurves("loss", [series("a", [3, 2, 1]), series("b", [4, Number.NaN, 2, 1])]),
  "log curves by time": metricCurves("loss", [series("a", [3, 0, 0.1])], { log: true, x: "time" }),
  "a curve of one point": metricCurves("loss", [series("a", [1])]),
  "curves without a point": metricCurves("loss", [series("a", []), series("b", [Number.NaN])]),
  "hostile curves": metricCurves(hostile, [series(hostile, [1, 2])]),
  "twenty curves": metricCurves(
    "loss",
    Array.from({ length: 20 }, (_, at) => series(`run ${at}`, [at, at / 2])),
  ),
};

// The grammar that JupyterLab 4.6 and Notebook 7 carry.
const schemaFile = join(dirname(fileURLToPath(import.meta.resolve("vega-lite-v5"))), "vega-lite-schema.json");
const ajv = new Ajv({ strict: false, allErrors: false });
formats.default.default(ajv);
ajv.addFormat("color-hex", () => true);
const isVegaLite5 = ajv.compile(JSON.parse(await readFile(schemaFile, "utf8")));

for (const [name, drawing] of Object.entries(drawings)) {
  test(`${name}: the spec is one of Vega-Lite 5 and survives JSON`, () => {
    assert.ok(drawing);
    const copy: { $schema?: unknown } = JSON.parse(JSON.stringify(drawing.spec));
    assert.equal(copy.$schema, "https://vega.github.io/schema/vega-lite/v5.json");
    assert.ok(isVegaLite5(copy), ajv.errorsText(isVegaLite5.errors));
  });

  test(`${name}: Vega-Lite 6 compiles the spec without a warning, and it draws`, async () => {
    assert.ok(drawing);
    const warnings: unknown[] = [];
    const log = (...parts: unknown[]) => {
      warnings.push(parts);
      return logger;
    };
    const logger = { level: () => logger, error: log, warn: log, info: () => logger, debug: () => logger };
    vegaLite.compile(drawing.spec as never, { logger: logger as never });
    assert.deepEqual(warnings, []);
    assert.match(await svgOf(drawing.spec), /^<svg [\s\S]*<\/svg>$/);
  });
}

test("every comparison chart is drawn by some comparison", () => {
  const samples = [grid, forests, classifiers].flatMap((runs) => [
    compareRuns(runs),
    compareRuns(runs, { metrics: ["rmse"] }),
  ]);
  const pairs = compareRuns(grid.slice(0, 2), { metrics: ["rmse"] });
  const specs = [...samples, pairs].map(({ chart }) => JSON.stringify(chart?.spec ?? {}));
  const marks = {
    parallel: "viridis",
    scatter: "diamond",
    bars: '"height":{"step":24}',
    grouped: "xOffset",
    facets: '"facet"',
  };
  assert.equal(Object.keys(marks).length, comparisonCharts.length);
  for (const [name, mark] of Object.entries(marks))
    assert.ok(
      specs.some((spec) => spec.includes(mark)),
      name,
    );
});

test("all curves of a chart show their points, or none does", () => {
  const dots = (...lengths: number[]) => {
    const curves = lengths.map((length) =>
      series(
        `of ${length}`,
        Array.from({ length }, (_, step) => step),
      ),
    );
    const { data } = metricCurves("loss", curves).spec as { data?: { values: Array<{ run: string; dot?: true }> } };
    return new Set((data?.values ?? []).map(({ dot }) => dot === true));
  };
  assert.deepEqual(dots(10, 40), new Set([true]));
  assert.deepEqual(dots(10, 41), new Set([false]));
});

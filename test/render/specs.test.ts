import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import * as formats from "ajv-formats";
import * as vega from "vega";
import * as vegaLite from "vega-lite";
import { own } from "../../src/own.js";
import type { CurveRow } from "../../src/render/curve-rows.js";
import type { Drawing } from "../../src/render/drawing.js";
import { metricCurves } from "../../src/render/metric-curves.js";
import { svgOf } from "../../src/render/static/svg.js";
import { chartRows } from "./chart-rows.js";
import { gallerySamples } from "./gallery-samples.js";
import { hostile, series } from "./samples.js";
import { vegaLite5 } from "./vega-lite-5.js";

/** Every chart there is, on data that it fits; and on data that is hard. */
const drawings: Record<string, Drawing | undefined> = {
  ...gallerySamples,
  curves: metricCurves("loss", [series("a", [3, 2, 1]), series("b", [4, Number.NaN, 2, 1])]),
  "log curves by time": metricCurves("loss", [series("a", [3, 0, 0.1])], { log: true, x: "relative" }),
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

const older = await vegaLite5();

for (const [name, drawing] of Object.entries(drawings)) {
  test(`${name}: the spec is one of Vega-Lite 5 and survives JSON`, () => {
    assert.ok(drawing);
    const copy: { $schema?: unknown } = JSON.parse(JSON.stringify(drawing.spec));
    assert.equal(copy.$schema, "https://vega.github.io/schema/vega-lite/v5.json");
    assert.ok(isVegaLite5(copy), ajv.errorsText(isVegaLite5.errors));
  });

  test(`${name}: Vega-Lite 5 and 6 compile the spec without a warning, and it draws`, async () => {
    assert.ok(drawing);
    const warnings: unknown[] = [];
    const log = (...parts: unknown[]) => {
      warnings.push(parts);
      return logger;
    };
    const logger = { level: () => logger, error: log, warn: log, info: () => logger, debug: () => logger };
    vegaLite.compile(drawing.spec as never, { logger: logger as never });
    assert.deepEqual(warnings, []);
    older.compile(drawing.spec as never, { logger: logger as never });
    assert.deepEqual(warnings, []);
    assert.match(await svgOf(drawing.spec), /^<svg [\s\S]*<\/svg>$/);
  });

  test(`${name}: Vega has nothing to say while it draws`, async () => {
    assert.ok(drawing);
    const said: string[] = [];
    const log = (...parts: unknown[]) => {
      said.push(parts.join(" "));
      return logger;
    };
    const logger = { level: () => logger, error: log, warn: log, info: () => logger, debug: () => logger };
    const { spec } = vegaLite.compile(drawing.spec as never, { logger: logger as never });
    const view = new vega.View(vega.parse(spec), { renderer: "none", logger: logger as never });
    await view.runAsync();
    view.finalize();
    const known = ["Can not resolve event source: window"];
    const none: Record<string, string> = { "hostile bars": "value", "curves without a point": "y" };
    // A panel or chart without any value.
    if (own(none, name) !== undefined)
      known.push(`Infinite extent for field "${own(none, name)}": [Infinity, -Infinity]`);
    assert.deepEqual(
      said.filter((text) => !known.includes(text)),
      [],
    );
  });
}

test("all curves of a chart show their points, or none does", () => {
  const dots = (...lengths: number[]) => {
    const curves = lengths.map((length) =>
      series(
        `of ${length}`,
        Array.from({ length }, (_, step) => step),
      ),
    );
    const rows = chartRows<CurveRow>(metricCurves("loss", curves).spec);
    return new Set(rows.flatMap(({ dot, kind }) => (kind === undefined ? [dot === true] : [])));
  };
  assert.deepEqual(dots(10, 40), new Set([true]));
  assert.deepEqual(dots(10, 41), new Set([false]));
});

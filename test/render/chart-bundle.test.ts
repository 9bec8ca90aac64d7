import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRuns } from "../../src/render/compare.js";
import { vegaLiteSchema } from "../../src/render/drawing.js";
import { metricCurves } from "../../src/render/metric-curves.js";
import { chartBundle, liveChartBundle } from "../../src/render/static/chart-bundle.js";
import { svgOf } from "../../src/render/static/svg.js";
import { forests, hostile, run, series } from "./samples.js";

test("a chart is a spec as an object, a picture on white and the numbers, and never HTML", async () => {
  const drawing = metricCurves("loss", [series("adam", [3, 2, 1])]);
  const { data } = await chartBundle(drawing);
  assert.deepEqual(Object.keys(data).sort(), ["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"]);
  assert.equal(typeof data["application/vnd.vegalite.v5+json"], "object");
  assert.match(String(data["image/svg+xml"]), /<rect width="[^"]*" height="[^"]*" fill="white"/);
  assert.match(String(data["text/plain"]), /adam {2}last 1 @ step 2, min 1 @ step 2 {2}\(3 points\)/);
});

test("a picture that a viewer puts into its page shrinks to the page's width", async () => {
  const { data } = await chartBundle(metricCurves("loss", [series("adam", [3, 2, 1])], { width: 2000 }));
  assert.match(String(data["image/svg+xml"]), /^<svg style="max-width:100%;height:auto" [^>]*viewBox=/);
});

test("a comparison of many metrics fits nbconvert's page, with long names of runs too", async () => {
  const widthOf = async (name: string) => {
    const runs = [1, 2, 3].map((at) =>
      run(`${name} ${at}`, {}, { rmse: at, mae: at * 10, r2: at / 100, epochs: at * 1e3 }),
    );
    const { chart } = compareRuns(runs);
    assert.ok(chart && "facet" in chart.spec);
    return Number(/ width="([\d.]+)"/.exec(await svgOf(chart.spec))?.[1]);
  };
  for (const name of ["a", "elastic net", "elastic net with a rather long name that goes on", "n".repeat(300)]) {
    const width = await widthOf(name);
    assert.ok(width > 400 && width <= 860, `${name}: ${width} px`);
  }
});

test("while a run goes on the bundle has no picture to draw", () => {
  const { data } = liveChartBundle(metricCurves("loss", [series("adam", [3, 2, 1])]));
  assert.deepEqual(Object.keys(data).sort(), ["application/vnd.vegalite.v5+json", "text/plain"]);
});

test("names are escaped in the picture", async () => {
  const { chart } = compareRuns([run(hostile, {}, { rmse: 1 }), ...forests.slice(0, 2)]);
  assert.ok(chart);
  const svg = await svgOf(chart.spec);
  assert.ok(!svg.includes("<img"));
  assert.ok(svg.includes("&lt;img"));
});

test("a spec that would fetch data or pictures is refused, with a way out", async () => {
  const base = {
    $schema: vegaLiteSchema,
    mark: "point",
    encoding: { x: { field: "a", type: "quantitative" } },
  } as const;
  for (const url of ["http://127.0.0.1:9/data.json", "file:///etc/passwd", "data.csv"]) {
    await assert.rejects(svgOf({ ...base, data: { url } }), {
      code: "INVALID_PARAMETER_VALUE",
      hint: /data in the spec/,
    });
  }
});

test("a spec that makes no sense is an error that says why", async () => {
  await assert.rejects(svgOf({ $schema: vegaLiteSchema, mark: "nonsense" }), /cannot be drawn/);
});

test("a comparison of many runs stays small enough to keep in a notebook", async () => {
  const many = Array.from({ length: 200 }, (_, at) => {
    return run(
      `run ${at}`,
      {},
      Object.fromEntries(Array.from({ length: 10 }, (_, key) => [`m${key}`, Math.sin(at * (key + 1))])),
    );
  });
  const { data } = await chartBundle(compareRuns(many).chart ?? assert.fail());
  assert.ok(JSON.stringify(data).length < 200_000, `${JSON.stringify(data).length} characters`);
});

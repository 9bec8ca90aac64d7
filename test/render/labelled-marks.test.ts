import assert from "node:assert/strict";
import { test } from "node:test";
import * as vega from "vega";
import * as vegaLite from "vega-lite";
import type { VegaLiteSpec } from "../../src/render/drawing.js";
import { gallerySamples } from "./gallery-samples.js";
import { vegaLite5 } from "./vega-lite-5.js";

const older = await vegaLite5();

/** The labels of marks in a picture as front ends draw it, not those of axes and legends. */
async function labels(spec: VegaLiteSpec, { compile }: Pick<typeof vegaLite, "compile">): Promise<string[]> {
  const view = new vega.View(vega.parse(compile(spec as never).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  const tags = [...svg.matchAll(/<path [^>]*role="graphics-symbol"[^>]*>/g)].map(([tag]) => tag);
  return tags.map((tag) => / aria-label="([^"]*)"/.exec(tag)?.[1] ?? "");
}

for (const [name, words] of [
  ["bars: one metric", /rmse: [\d.]+; run: forest 50/],
  ["bars: metrics of one scale", /metric: f1; .*run: forest/],
  ["bars: metrics of different scale", /run: a=0.2 l1=0.3; metric: rmse/],
  ["scatter: one numeric param", /n_trees: 200; rmse: [\d.]+; run: forest 200/],
  ["parallel: a sweep", /^run: lr=0.001 b=64, lr: 0.001, batch: 64, solver: adam, dropout: 0.3, loss: 0.\d{1,5}$/],
  ["contour: two params", /lr: 0.001; batch: 64; .*run: lr=0.001 b=64/],
  ["box: a metric by a param", /run: forest 1/],
  ["curves: one metric", /^adam: last [\d.]+ @ step 119, min [\d.]+ @ step 119 {2}\(120 points\)$/],
  ["matrix: params and metrics", /run: lr=0.001 b=64/],
  ["plot: two metrics", /^accuracy of run 0: last [\d.]+ @ step 299, max /],
] as const) {
  test(`${name}: marks have labels for screen readers, with both lines of Vega-Lite`, async () => {
    const spec = gallerySamples[name]?.spec;
    assert.ok(spec);
    for (const one of [vegaLite, older as unknown as typeof vegaLite]) {
      const found = await labels(spec, one);
      assert.ok(
        found.some((label) => words.test(label)),
        found.slice(0, 20).join("\n"),
      );
    }
  });
}

test("a chart of hundreds of marks gives none of them a label", async () => {
  for (const name of ["scatter: a thousand runs", "parallel: a thousand runs", "matrix: a thousand runs"]) {
    const spec = gallerySamples[name]?.spec;
    assert.ok(spec);
    assert.deepEqual(await labels(spec, vegaLite), [], name);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { svgOf } from "../../../src/render/static/svg.js";
import { gallerySamples } from "../gallery-samples.js";

test("a chart drawn twice is the same text, and two charts on a page share no id", async () => {
  const idsOf = (svg: string) => [...svg.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  const names = ["parallel: a sweep", "contour: two params", "curves: one metric"];
  const pictures = await Promise.all(names.map((name) => svgOf(gallerySamples[name]?.spec ?? {})));
  assert.equal(await svgOf(gallerySamples[names[0] ?? ""]?.spec ?? {}), pictures[0]);
  const ids = pictures.flatMap(idsOf);
  assert.ok(ids.length >= 3);
  assert.equal(new Set(ids).size, ids.length);
  for (const svg of pictures) {
    for (const [, used = ""] of svg.matchAll(/url\(#([^)]*)\)/g)) assert.ok(idsOf(svg).includes(used), used);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { nameAngle, numberAxis, timeAxis } from "../../src/render/axis-look.js";
import { compareRuns } from "../../src/render/compare.js";
import { metricCurves } from "../../src/render/metric-curves.js";
import { svgOf } from "../../src/render/static/svg.js";
import { run, series } from "./samples.js";

async function labelsOf(params: readonly number[], metrics: readonly number[]): Promise<string[]> {
  const runs = params.map((lr, at) => run(`run ${at}`, { lr }, { loss: metrics[at] ?? Number.NaN }));
  const { chart } = compareRuns(runs, { metrics: ["loss"], as: "scatter" });
  const svg = await svgOf(chart?.spec ?? {});
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text).filter((text) => text !== "");
}

test("a logarithmic axis over some decades is labelled at powers of ten alone", async () => {
  const labels = await labelsOf([1e-5, 1e-4, 1e-3, 1e-2, 1e-1], [1, 2, 3, 4, 5]);
  for (const power of ["0.0001", "0.001", "0.01", "0.1"]) assert.ok(labels.includes(power), labels.join(" "));
  assert.ok(!labels.some((label) => /^0\.0*[2-9]$/.test(label)), labels.join(" "));
});

test("over less than two decades it is labelled between them too", () => {
  assert.deepEqual(numberAxis([0.02, 0.5], { log: true, length: 480 }), {});
  assert.deepEqual(numberAxis([1e-4, 0.2], { log: true, length: 480 }), { tickCount: 3 });
  assert.deepEqual(numberAxis([1e-30, 1e30], { log: true, length: 110 }), { tickCount: 2 });
});

test("a metric that is the same everywhere has its value at the axis, without a row of zeros", async () => {
  const labels = await labelsOf([1, 2, 3, 4], [1, 1, 1, 1]);
  assert.ok(labels.includes("1"), labels.join(" "));
  assert.ok(!labels.some((label) => label.includes("00000")), labels.join(" "));
});

test("values that are not numbers do not count", () => {
  assert.deepEqual(numberAxis([undefined, Number.NaN, "a", null], { length: 100 }), {});
  assert.deepEqual(numberAxis([0, -1, 5, Number.POSITIVE_INFINITY], { log: true, length: 100 }), { format: ",.5~g" });
});

test("times of less than a minute are labelled whole, and no more of them than there is room for", async () => {
  const { spec } = metricCurves("loss", [series("a", [3, 2, 1])], { x: "time" });
  const svg = await svgOf(spec);
  const labels = [...svg.matchAll(/<text[^>]*>(\d\d:[^<]*)<\/text>/g)].map(([, text = ""]) => text);
  assert.ok(labels.length >= 5 && labels.length <= 8, labels.join(" "));
  assert.ok(
    labels.every((label) => /^\d\d:\d\d:\d\d\.\d{3}$/.test(label)),
    labels.join(" "),
  );
  assert.deepEqual(timeAxis([0, 59_000], 560), { type: "temporal", axis: { format: "%H:%M:%S", tickCount: 10 } });
  assert.deepEqual(timeAxis([0, 60_000], 560), { type: "temporal", axis: {} });
  assert.deepEqual(timeAxis([], 560), { type: "temporal", axis: {} });
  const { tickCount } = timeAxis([7, 7], 560).axis as { tickCount: number };
  assert.equal(tickCount, 1);
});

test("names stand level where they have the room, else at an angle", () => {
  assert.equal(nameAngle(["cnn", "forest"], 70), 0);
  assert.equal(nameAngle(["cnn", "a model with a long name"], 70), -40);
});

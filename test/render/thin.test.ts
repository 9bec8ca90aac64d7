import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { metricCurves } from "../../src/render/metric-curves.js";
import { thin } from "../../src/render/thin.js";
import { series } from "./samples.js";

const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(Number.NaN));

test("a thinned curve keeps the limit, the order, both ends and the extremes", () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 400 }), fc.integer({ min: 4, max: 60 }), (values, limit) => {
      const { points } = series("a", values);
      const kept = thin(points, limit);
      assert.ok(kept.length <= limit || kept === points);
      assert.ok(kept.every((point, at) => at === 0 || point.step > (kept[at - 1]?.step ?? Number.NaN)));
      assert.equal(kept[0], points[0]);
      assert.equal(kept.at(-1), points.at(-1));
      const finite = (list: readonly { value: number }[]) => list.map((point) => point.value).filter(Number.isFinite);
      assert.equal(Math.max(...finite(kept)), Math.max(...finite(points)));
      assert.equal(Math.min(...finite(kept)), Math.min(...finite(points)));
    }),
    { seed: 11, numRuns: 300 },
  );
});

test("a short curve is returned as it is, and a limit below 4 is refused", () => {
  const { points } = series("a", [1, 2, 3]);
  assert.equal(thin(points, 4), points);
  assert.throws(() => thin(points, 3), { code: "INVALID_PARAMETER_VALUE" });
});

test("a gap is still a gap after thinning", () => {
  const values = Array.from({ length: 10_000 }, (_, at) => (at > 4000 && at < 5000 ? Number.NaN : Math.sin(at / 50)));
  assert.ok(thin(series("a", values).points, 200).some((point) => Number.isNaN(point.value)));
});

test("a million points on one step are thinned too", () => {
  const points = series("a", [1, 5, 2, 7, 3, 9, 4, 8, 6, 0]).points.map((point) => ({ ...point, step: 0 }));
  assert.ok(thin(points, 5).some((point) => point.value === 9));
});

test("a thinned or broken chart says so, in the picture and in the text", () => {
  const long = series(
    "a",
    Array.from({ length: 20_000 }, (_, at) => (at === 7 ? Number.NaN : at)),
  );
  const { spec, text } = metricCurves("loss", [long, series("b", [0, 1])], { log: true, maxPoints: 1000 });
  const notes = (spec.title as { subtitle: string[] }).subtitle;
  assert.match(notes[0] ?? "", /^Thinned to \d+ of 20,002 points/);
  assert.deepEqual(notes.slice(1), [
    "1 value NaN or infinite, shown as gaps.",
    "2 values not above 0, not shown on a log axis.",
  ]);
  for (const note of notes) assert.ok(text.includes(note));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { metricCurves } from "../../src/render/metric-curves.js";
import { gallerySamples } from "./gallery-samples.js";
import { hostile, series } from "./samples.js";

test("curves as text stand in columns, with the best of all marked", () => {
  const { text } = metricCurves("loss", [
    series("adam", [3, 2, 1.25]),
    series("a longer name", [3, 0.5, 12.5]),
    series("empty", []),
  ]);
  assert.equal(
    text,
    [
      "loss, 3 runs",
      "  adam           last  1.25 @ step 2, min 1.25 @ step 2    (3 points)",
      "  a longer name  last 12.50 @ step 2, min 0.50 @ step 1 *  (3 points)",
      "  empty          no points",
    ].join("\n"),
  );
});

test("of a single curve nothing is marked, and one without a number has no best value", () => {
  const { text } = metricCurves("acc", [series("a", [1, 2])]);
  assert.equal(text, "acc, 1 run\n  a  last 2 @ step 1, max 2 @ step 1  (2 points)");
  assert.match(metricCurves("acc", [series("a", [Number.NaN])]).text, /^ {2}a {2}last NaN @ step 0 {2}\(1 point\)$/m);
});

test("groups have the mean of their last values and its deviation", () => {
  const runs = [series("a", [9, 1]), series("b", [9, 3]), series("c", [9, 7]), series("d", [Number.NaN])];
  const of = new Map(runs.map(({ runId }, at) => [runId, ["0.1", "0.1", "0.01", "none"][at] ?? ""]));
  const { text } = metricCurves("loss", runs, { groups: { name: "lr", of } });
  assert.match(text, /^Mean of the last values by lr, with one standard deviation$/m);
  assert.match(text, /^ {2}0\.1 {3}2 ± 1\.4142 {2}\(2 runs\)$/m);
  assert.match(text, /^ {2}0\.01 {2}7 {2}\(1 run\)$/m);
  assert.match(text, /^ {2}none {2}no value {2}\(1 run\)$/m);
});

test("no line of numbers is wider than a console of 80, however long a name is", () => {
  const named = metricCurves(hostile, [series(hostile, [1, 2]), series("b", [2, 1])]).text;
  const texts = [named, ...Object.values(gallerySamples).map((drawing) => drawing?.text ?? "")];
  for (const line of texts.flatMap((text) => text.split("\n"))) {
    if (line.startsWith("  ")) assert.ok([...line].length <= 80, line);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { progressBundle, progressText } from "../../src/render/progress.js";

test("progress as text has count, share, rate and time left, and at the end the time taken", () => {
  assert.equal(
    progressText({ label: "fit", done: 30, total: 120, elapsed: 3000, ended: false }),
    "fit: 30/120 (25%), 10/s, 9.0 s left",
  );
  assert.equal(progressText({ done: 2, total: 4, elapsed: 8000, ended: false }), "2/4 (50%), 4.0 s each, 8.0 s left");
  assert.equal(progressText({ done: 120, total: 120, elapsed: 12_000, ended: true }), "120/120, 12.0 s, 10/s");
});

test("without a total there is a count and a rate; nothing done, and nothing to do, divide by no zero", () => {
  assert.equal(progressText({ done: 1500, elapsed: 1000, ended: false }), "1,500, 1,500/s");
  assert.equal(progressText({ done: 0, total: 3, elapsed: 0, ended: false }), "0/3 (0%)");
  assert.equal(progressText({ done: 0, total: 0, elapsed: 0, ended: true }), "0/0, 0 ms");
});

test("what was done before says nothing of the pace", () => {
  assert.equal(
    progressText({ done: 60, before: 50, total: 100, elapsed: 5000, ended: false }),
    "60/100 (60%), 2/s, 20.0 s left",
  );
  assert.equal(progressText({ done: 50, before: 50, total: 100, elapsed: 5000, ended: false }), "50/100 (50%)");
  assert.equal(progressText({ done: 14, before: 14, total: 14, elapsed: 1, ended: true }), "14/14, 1 ms");
});

test("bytes are told as such, with the time left", () => {
  assert.equal(
    progressText({
      label: "model.onnx",
      done: 30_000_000,
      total: 120_000_000,
      unit: "bytes",
      elapsed: 3000,
      ended: false,
    }),
    "model.onnx: 30 MB/120 MB (25%), 10 MB/s, 9.0 s left",
  );
});

test("progress as HTML escapes its label and needs nothing that JupyterLab's sanitizer drops", () => {
  const html = String(
    progressBundle({ label: "<b>", done: 1, total: 4, elapsed: 1000, ended: false }).data["text/html"],
  );
  assert.match(html, /&lt;b&gt;/);
  assert.match(html, /linear-gradient\(to right,#4c78a8 25%,transparent 25%\)/);
  assert.doesNotMatch(html, /<progress|<svg|<style|var\(/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { TrackingError } from "../../../src/errors.js";
import type { CurveRow } from "../../../src/render/curve-rows.js";
import { chartRows } from "../../render/chart-rows.js";
import { TestNotebook } from "./notebook.js";

const vegaLite = "application/vnd.vegalite.v5+json";

/** Points of a drawn curve. */
function steps(data: Readonly<Record<string, unknown>> | undefined): number[] {
  const rows = chartRows<CurveRow>(data?.[vegaLite] as Record<string, unknown> | undefined);
  return rows.flatMap(({ x, kind }) => (kind === undefined ? [x] : []));
}

test("live draws in a loop that never pauses, at most four times a second, and ends in one full picture", async (t) => {
  const notebook = new TestNotebook(t);
  const started = performance.now();
  let epochs = 0;
  await notebook.cell(
    ($) => {
      // On a busy machine drawing has longer pauses.
      const goesOn = (ms: number) => ms < 700 || (notebook.updates.length === 0 && ms < 30_000);
      for (; goesOn(performance.now() - started); epochs++) {
        $("log_metric", { key: "loss", value: 1 / (epochs + 1), step: epochs });
        $("log_metrics", { extra: { other: 1 }, step: epochs });
      }
    },
    { name: "long", live: "loss" },
  );
  assert.equal(notebook.shown.length, 2, "the curve and the run's card");
  const [first] = notebook.shown;
  assert.deepEqual(steps(first?.data), [0], "the first point is shown at once");
  assert.equal(first?.data["image/svg+xml"], undefined, "no still picture while the run goes on");
  const seconds = (performance.now() - started) / 1000;
  assert.ok(notebook.updates.length >= 2, "at least one update and the last picture");
  assert.ok(notebook.updates.length <= 1 + 4 * seconds, `${notebook.updates.length} updates in ${seconds} s`);
  assert.equal(new Set(notebook.updates.map(({ displayId }) => displayId)).size, 1);
  const last = notebook.updates.at(-1)?.bundle.data;
  assert.equal(steps(last).at(-1), epochs - 1);
  assert.match(String(last?.["image/svg+xml"]), /^<svg/);
  assert.match(String(last?.["text/plain"]), new RegExp(`long +last .* @ step ${epochs - 1}`));
});

test("live shows the last points of a burst while the cell waits", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(
    async ($) => {
      for (let step = 0; step < 3; step++) $("log_metric", { key: "loss", value: step, step });
      while (notebook.updates.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.deepEqual(steps(notebook.updates[0]?.bundle.data), [0, 1, 2]);
    },
    { live: ["loss", "rmse"] },
  );
  assert.equal(notebook.updates.length, 2);
});

test("live draws nothing when no point came, and what came until a throw", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(($) => $("log_metric", { key: "rmse", value: 1 }), { live: "loss" });
  assert.deepEqual([notebook.shown.length, notebook.updates.length], [1, 0]);
  assert.match(notebook.text, /live=loss drew nothing: no 'loss' was logged\./);
  const failing = notebook.cell(
    ($) => {
      $("log_metric", { key: "loss", value: 1 });
      throw new Error("diverged");
    },
    { live: "loss" },
  );
  await assert.rejects(failing, /diverged/);
  assert.match(String(notebook.updates.at(-1)?.bundle.data["image/svg+xml"]), /^<svg/);
});

test("a value that is refused is the caller's error, with live as without", async (t) => {
  const notebook = new TestNotebook(t);
  const cell = notebook.cell(($) => $("log_metric", { key: "loss", value: "best" }), { live: "loss" });
  await assert.rejects(cell, /must be a number; got the text "best"/);
});

test("while a server is away, the card and the curve show what came", async (t) => {
  const notebook = new TestNotebook(t);
  const { store } = notebook.session;
  const away = () => Promise.reject(new TrackingError("TEMPORARILY_UNAVAILABLE", "away"));
  await notebook.cell(
    ($) => {
      for (let step = 0; step < 3; step++) $("log_metric", { key: "loss", value: 1 / (step + 1), step });
      t.mock.method(store, "getExperiment", away);
      t.mock.method(store, "getMetricHistory", away);
    },
    { name: "far", live: "loss" },
  );
  assert.equal(notebook.streams, "");
  assert.match(String(notebook.shown.at(-1)?.data["text/plain"]), /far {2}FINISHED {2}[0-9a-f]{8}/);
  assert.deepEqual(steps(notebook.updates.at(-1)?.bundle.data), [0, 1, 2]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareRuns } from "../../src/render/compare.js";
import { escapeHtml } from "../../src/render/escape-html.js";
import { metricCurves } from "../../src/render/metric-curves.js";
import { versionsTable } from "../../src/render/registry-table.js";
import { runCard } from "../../src/render/run-card.js";
import { runsTable } from "../../src/render/runs-table.js";
import { svgOf } from "../../src/render/static/svg.js";
import { visible } from "../../src/visible.js";
import { anyName, names } from "../any-name.js";
import { run, series } from "./samples.js";

test("a table of runs has the values of a metric and a param of any name, and none where a run has none", () => {
  fc.assert(
    fc.property(names(anyName), (keys) => {
      const of = (value: number) => Object.fromEntries(keys.map((key, at) => [key, value + at]));
      const table = runsTable([run("with", of(1), of(10)), run("bare", {}, {})]);
      const [filled, bare] = table.rows;
      const shown = (row: readonly unknown[] | undefined) => {
        const pairs = table.columns.map(({ label }, at) => [label, row?.[at]] as const).slice(5);
        return { metrics: new Map(pairs.slice(0, keys.length)), params: new Map(pairs.slice(keys.length)) };
      };
      assert.equal(table.columns.length, 5 + 2 * keys.length);
      for (const [at, key] of keys.entries()) {
        assert.equal(shown(filled).metrics.get(`metrics.${key}`), 10 + at);
        assert.equal(shown(filled).params.get(`params.${key}`), String(1 + at));
        assert.equal(shown(bare).metrics.get(`metrics.${key}`), undefined);
        assert.equal(shown(bare).params.get(`params.${key}`), undefined);
      }
    }),
  );
});

test("a comparison of runs by a metric and a param of any name has their values and draws", async () => {
  await fc.assert(
    fc.asyncProperty(anyName, anyName, fc.constantFrom(1, 2, 3), async (key, other, params) => {
      const runs = [1, 2, 3, 4, 5].map((value) =>
        run(
          value === 1 ? key : `run ${value}`,
          params === 1 ? {} : { [key]: value, ...(params === 3 && { b: -value }) },
          {
            [key]: 2 * value,
            ...(params === 1 && { [`${other}!`]: 100 * value }),
          },
        ),
      );
      const { table, chart } = compareRuns([...runs, run("bare", {}, {})]);
      const head = params === 1 ? key : `metrics.${key}`;
      assert.deepEqual(
        table.rows.map((row) => row[table.columns.findIndex(({ label }) => label === head)]),
        [2, 4, 6, 8, 10, undefined],
      );
      assert.ok(chart);
      assert.ok(chart.text.includes(`${visible(key)} (best: `));
      await svgOf(chart.spec);
    }),
    { numRuns: 60 },
  );
});

test("curves of a metric and of runs of any name are drawn under it", async () => {
  await fc.assert(
    fc.asyncProperty(anyName, anyName, async (metric, runName) => {
      const { spec, text } = metricCurves(metric, [series(runName, [1, 2, 3]), series(`${runName}!`, [3, 2, 1])]);
      const svg = await svgOf(spec);
      assert.ok(text.startsWith(`${visible(metric)}, 2 runs`));
      // Vega leaves out what XML does not have, and cuts what is long.
      if (/^[\w.[\]-]{1,20}$/.test(metric)) assert.ok(svg.includes(metric));
      if (/^[\w.[\]-]{1,20}$/.test(runName)) assert.ok(svg.includes(runName));
    }),
    { numRuns: 60 },
  );
});

test("a run's card and a table of versions have the values of metrics of any name", () => {
  fc.assert(
    fc.property(names(anyName), (keys) => {
      const metrics = Object.fromEntries(keys.map((key, at) => [key, at + 0.5]));
      const card = String(runCard(run("a", {}, metrics)).data["text/html"]);
      for (const [at, key] of keys.entries()) assert.ok(card.includes(`${escapeHtml(key)} <strong>${at + 0.5}`));
      const version = { aliases: [], stage: "None", description: "", created: 0, run: "a", inputs: 1 };
      const table = versionsTable("m", [
        { ...version, version: "2", metrics },
        { ...version, version: "1", metrics: {} },
      ]);
      const place = 4;
      const order = table.columns.slice(place, place + keys.length).map(({ label }) => label);
      assert.deepEqual(
        table.rows.map((row) => row.slice(place, place + keys.length)),
        [order.map((key) => keys.indexOf(key) + 0.5), order.map(() => undefined)],
      );
    }),
  );
});

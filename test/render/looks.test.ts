import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRuns } from "../../src/render/compare.js";
import { formatNumber, numberFormat } from "../../src/render/format-value.js";
import { metricCurves } from "../../src/render/metric-curves.js";
import { runCard } from "../../src/render/run-card.js";
import { svgOf } from "../../src/render/static/svg.js";
import { tableText } from "../../src/render/table.js";

function series(runs: number, points: number) {
  return Array.from({ length: runs }, (_, run) => ({
    runId: `r${run}`,
    runName: `run ${run}`,
    points: Array.from({ length: points }, (_, step) => ({
      step,
      value: runs - run + 1 / (step + 1),
      timestamp: step,
    })),
  }));
}

function run(name: string, metrics: Record<string, number>) {
  const info = { runId: "0".repeat(32), runName: name, status: "FINISHED", startTime: 0, endTime: 1 };
  return { info, data: { params: {}, metrics, tags: {} } };
}

/** Texts of a picture. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text);
}

test("of more than ten runs the best eight have colours and a place in the legend, and the text says so", async () => {
  const { spec, text } = metricCurves("loss", series(20, 30));
  const shown = texts(await svgOf(spec)).filter((label) => /^run \d+$/.test(label));
  assert.deepEqual(shown.sort(), [12, 13, 14, 15, 16, 17, 18, 19].map((at) => `run ${at}`).sort());
  assert.match(text, /best 8/);
  const [line] = spec.layer as Array<{ encoding: { color: { scale: { range: string[] } } } }>;
  const colours = line?.encoding.color.scale.range ?? [];
  assert.equal(colours.filter((colour) => colour === "#9a9a9a").length, 12);
  assert.equal(new Set(colours).size, 9);
  const few = texts(await svgOf(metricCurves("loss", series(10, 3)).spec)).filter((label) => /^run \d+$/.test(label));
  assert.equal(few.length, 10);
});

test("steps are whole, and no dot lies on the frame that would cut it", async () => {
  const svg = await svgOf(metricCurves("loss", series(2, 3)).spec);
  assert.ok(!texts(svg).some((label) => label === "0.5" || label === "1.5"));
  // The frame has 560 pixels.
  const places = [...svg.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
  assert.ok(places.length >= 6, svg.slice(0, 2000));
  for (const x of places) assert.ok(x >= 3 && x <= 557, String(x));
});

test("a bar's value stays inside the frame, on either side", async () => {
  for (const values of [
    [1.23456789, 2.3456789],
    [-1234.5678, -0.1],
    [-3, 4],
  ]) {
    const runs = values.map((rmse, at) => run(`run ${at}`, { rmse }));
    const { chart } = compareRuns(runs, { metrics: ["rmse"] });
    assert.ok(chart);
    const svg = await svgOf(chart.spec);
    const labels = [
      ...svg.matchAll(/<text text-anchor="(start|end)" transform="translate\((-?[\d.]+),[^>]*>([^<]*)</g),
    ];
    const valueTexts = labels.filter(([, , , text = ""]) => /\d/.test(text) && !text.startsWith("run"));
    assert.ok(valueTexts.length >= 2, svg);
    for (const [, anchor, x, text = ""] of valueTexts) {
      const reach = Number(x) + (anchor === "start" ? 1 : -1) * text.length * 6;
      assert.ok(reach >= -1 && reach <= 481, `${text} reaches ${reach}`);
    }
  }
});

test("a card's status is written in the page's own colour", () => {
  const html = String(runCard(run("a", {})).data["text/html"]);
  const style = /<span style="([^"]*)">FINISHED</.exec(html)?.[1];
  assert.ok(style !== undefined && !style.includes("color"), html);
});

test("a chart writes a number as a card does", async () => {
  const value = 1.23456789;
  const { chart } = compareRuns([run("a", { rmse: value }), run("b", { rmse: 3 })], { metrics: ["rmse"] });
  assert.ok(chart && texts(await svgOf(chart.spec)).includes(`${formatNumber(value)} \u2605`));
  assert.match(numberFormat, /5~g$/);
});

test("a bar's label is written as the table beside it writes the value", async () => {
  for (const metrics of [["rmse"], ["rmse", "count"]]) {
    const runs = [run("a", { rmse: 0.5, count: 3 }), run("b", { rmse: 0.1234, count: 4000 })];
    const { table, chart } = compareRuns(runs, { metrics });
    assert.match(tableText(table), /0\.5000/);
    const written = chart ? texts(await svgOf(chart.spec)) : [];
    for (const label of ["0.5000", "0.1234 \u2605"]) assert.ok(written.includes(label), written.join(" | "));
  }
});

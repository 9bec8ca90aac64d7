import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Run } from "../../../src/tracking/types.js";
import { cars, names } from "./cars.js";
import { fails } from "./fails.js";

describe("%compare and %plot", () => {
  test("compare draws a table of what differs and a chart, best run first", async (t) => {
    const notebook = await cars(t);
    const compared = await notebook.cell(($) => $("compare", { metric: ["rmse"] }));
    assert.deepEqual(names(compared), ["forest", "elastic", "linear"]);
    const [table, chart] = notebook.shown;
    assert.match(String(table?.data["text/plain"]), /model/);
    assert.ok(table?.data["text/html"]);
    assert.ok(chart?.data["application/vnd.vegalite.v5+json"]);
    assert.match(String(chart?.data["image/svg+xml"]), /^<svg/);
    assert.equal(chart?.data["text/html"], undefined);
  });

  test("compare takes runs by name and by the beginning of an id", async (t) => {
    const notebook = await cars(t);
    const [forest] = await notebook.session.searchRuns({ filterString: "run_name = 'forest'" });
    const runs = [forest?.info.runId.slice(0, 10) ?? "", "linear"];
    assert.deepEqual(names(await notebook.magic("compare", { runs }, undefined, true)), ["forest", "linear"]);
  });

  test("of several runs of one name the newest is taken, and that is said", async (t) => {
    const notebook = await cars(t);
    await notebook.cell(($) => $("log_metric", { key: "rmse", value: 1 }), { name: "forest" });
    const compared = (await notebook.cell(($) => $("compare", { runs: ["forest", "linear"] }))) as Run[];
    assert.equal(compared[0]?.data.metrics.rmse, 1);
    assert.match(notebook.streams, /^2 runs are named 'forest'; this is the newest, \w{8}\.\n$/);
  });

  test("one run is nothing to compare; a run without the metric is named", async (t) => {
    const notebook = await cars(t);
    await fails(
      notebook.magic("compare", { runs: ["forest"] }),
      /at least two runs; found only 'forest'/,
      /two different/,
    );
    await fails(
      notebook.magic("compare", { runs: ["forest", "linear"], metric: ["loss"] }),
      /'linear' .* no metric 'loss'/,
      /rmse/,
    );
  });

  test("plot draws a curve per run that has the metric, sorted by step", async (t) => {
    const notebook = await cars(t);
    const series = (await notebook.cell(($) => $("plot", { metric: "loss" }))) as Array<{
      runName: string;
      points: unknown[];
    }>;
    assert.deepEqual(
      series.map(({ runName, points }) => [runName, points.length]),
      [
        ["elastic", 3],
        ["forest", 3],
      ],
    );
    assert.ok(notebook.shown[0]?.data["application/vnd.vegalite.v5+json"]);
    assert.match(notebook.text, /forest {2,}last 2\.7/);
    await fails(notebook.magic("plot", { metric: "auc" }), /No run has a metric 'auc'/, /%runs/);
  });
});

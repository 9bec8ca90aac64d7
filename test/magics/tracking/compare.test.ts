import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Run } from "../../../src/tracking/types.js";
import { cars, names } from "./cars.js";
import { fails } from "./fails.js";
import { TestNotebook } from "./notebook.js";

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

  test("compare reaches across experiments, adds a baseline and says so in the table", async (t) => {
    const notebook = await cars(t);
    await notebook.cell(($) => $("experiment", { name: "trucks" }));
    await notebook.cell(($) => $("log_metric", { key: "rmse", value: 9 }), { name: "heavy" });
    const compared = await notebook.cell(($) =>
      $("compare", { metric: ["rmse"], experiment: ["cars", "trucks"], baseline: "linear" }),
    );
    assert.deepEqual(names(compared), ["forest", "elastic", "linear", "heavy"]);
    assert.match(notebook.text, /run +experiment +rmse +Δ rmse/);
    assert.match(notebook.text, /^heavy +trucks +9\.0 +\+5\.5/m);
    assert.match(notebook.text, /^linear \(baseline\) +cars +3\.5 +–/m);
  });

  test("compare by a metric with a history draws its curves", async (t) => {
    const notebook = await cars(t);
    await notebook.cell(($) => $("compare", { metric: ["loss"], where: "params.seed = '1'" }));
    assert.match(notebook.text, /Drawn as curves/);
    assert.match(notebook.text, /loss, 2 runs/);
    await notebook.cell(($) => $("compare", { metric: ["loss"], as: "table" }));
    assert.equal(notebook.shown.length, 1);
  });

  test("compare refuses a view that does not fit, a view it does not have and a param that no run has", async (t) => {
    const notebook = await cars(t);
    const compare = (args: object) => notebook.magic("compare", { metric: ["rmse"], ...args });
    await fails(compare({ as: "contour" }), /needs two numeric params/, /as=table/);
    assert.throws(() => compare({ as: "pie" }), /as must be one of table, parallel/);
    await fails(compare({ param: ["alpha"] }), /None of these runs has a param 'alpha'/, /model, seed/);
    await fails(compare({ experiment: ["cars", "carts"] }), /'carts'/, /cars/);
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
    await fails(
      notebook.magic("plot", { metric: "auc" }),
      /No run of experiment 'cars' has a metric 'auc'/,
      /There are: rmse, loss/,
    );
  });

  test("plot's further words are metrics if the experiment has them, else runs; runs= settles a clash", async (t) => {
    const notebook = await cars(t);
    const plot = async (args: Record<string, unknown>) => {
      const series = await notebook.cell(($) => $("plot", { metric: "loss", ...args }));
      return { runs: (series as Array<{ runName: string }>).map(({ runName }) => runName), text: notebook.text };
    };
    const both = await plot({ more: ["rmse"] });
    assert.deepEqual(both.runs, ["linear", "elastic", "forest"]);
    assert.match(both.text, /^loss, [\s\S]*^rmse, /m);
    const one = await plot({ more: ["rmse", "elastic"] });
    assert.deepEqual(one.runs, ["elastic"]);
    assert.match(one.text, /^rmse, /m);
    await notebook.cell(($) => $("log_metric", { key: "loss", value: 1 }), { name: "rmse" });
    assert.doesNotMatch((await plot({ runs: ["rmse"] })).text, /^rmse, /m);
    assert.match((await plot({ more: ["rmse"] })).text, /^rmse, /m);
  });

  test("a word of plot that is neither a metric nor a run is an error that knows both", async (t) => {
    const notebook = await cars(t);
    const plot = (args: Record<string, unknown>) => notebook.magic("plot", { metric: "loss", ...args });
    const neither = (word: string) => new RegExp(`There is no metric '${word}', and no run with that name or id`);
    await fails(plot({ more: ["rmsee"] }), neither("rmsee"), /the metric 'rmse'/);
    await fails(plot({ more: ["forrest"] }), neither("forrest"), /the run 'forest'/);
    await fails(plot({ more: ["zebra"] }), neither("zebra"), /Metrics: 'rmse', 'loss'\. Runs: 'forest', /);
    await fails(plot({ metric: ["loss", "rmze"] }), /None of these runs has a metric 'rmze'/, /'rmse'/);
  });

  test("runs without a metric in common are drawn with what each has, and the rest is missing", async (t) => {
    const notebook = new TestNotebook(t);
    await notebook.cell(($) => $("log_metric", { key: "a", value: 1 }), { name: "one" });
    await notebook.cell(($) => $("log_metric", { key: "b", value: 2 }), { name: "two" });
    await notebook.cell(($) => $("compare"));
    assert.match(notebook.text, /^one +– +1$/m);
    assert.match(notebook.text, /^two +2 +–$/m);
    assert.match(String(notebook.shown[1]?.data["image/svg+xml"]), />missing</);
    await fails(
      notebook.magic("compare", { metric: ["c"] }),
      /No run of experiment 'Default' has a metric 'c'/,
      /There are: a, b|There are: b, a/,
    );
  });

  test("without a run, and with NaN alone, it is said what there is", async (t) => {
    const notebook = new TestNotebook(t);
    await fails(notebook.magic("compare"), /There are no runs in experiment 'Default'/, /Log a run first/);
    await fails(
      notebook.magic("plot", { metric: ["loss"] }),
      /There are no runs in experiment 'Default'/,
      /Log a run first/,
    );
    for (const name of ["a", "b"])
      await notebook.cell(($) => $("log_metric", { key: "m", value: Number.NaN }), { name });
    await notebook.cell(($) => $("compare", { metric: ["m"] }));
    assert.equal(notebook.shown.length, 1, "the table alone");
    assert.match(notebook.text, /No chart: no run has a finite value of m\./);
    await notebook.cell(($) => $("plot", { metric: ["m"] }));
    assert.match(notebook.text, /2 values NaN or infinite, shown as gaps/);
  });

  test("a run that was deleted meanwhile is left out, unless it is named", async (t) => {
    const notebook = await cars(t);
    await notebook.cell(($) => $("delete", { target: "elastic", force: true }));
    assert.deepEqual(names(await notebook.cell(($) => $("compare", { metric: ["rmse"] }))), ["forest", "linear"]);
    const series = (await notebook.cell(($) => $("plot", { metric: ["loss"] }))) as Array<{ runName: string }>;
    assert.deepEqual(
      series.map(({ runName }) => runName),
      ["forest"],
    );
    const named = await notebook.cell(($) => $("compare", { runs: ["elastic", "linear"], metric: ["rmse"] }));
    assert.deepEqual(names(named), ["elastic", "linear"]);
    assert.match(notebook.text, /^elastic \(deleted\) /m);
  });

  test("without a run to draw the error says whether the experiment, the filter or the metric is to blame", async (t) => {
    const notebook = await cars(t);
    type Args = { metric?: string[]; where?: string };
    const magics = [
      (args: Args) => notebook.magic("compare", args),
      (args: Args) => notebook.magic("plot", { metric: ["loss"], ...args }),
      ({ metric = ["loss"], ...args }: Args) => notebook.magic("best", { metric: metric[0], ...args }),
    ];
    for (const magic of magics) {
      await fails(magic({ metric: ["lss"] }), /No run of experiment 'cars' has a metric 'lss'/, /Did you mean 'loss'/);
      await fails(magic({ metric: ["auc"] }), /has a metric 'auc'/, /There are: rmse, loss/);
      const where = "params.model = 'none'";
      await fails(
        magic({ where }),
        /No run of experiment 'cars' matches params\.model = 'none'/,
        /Without the filter there are 3 runs/,
      );
    }
    await notebook.cell(($) => $("experiment", { name: "later" }));
    for (const magic of magics) {
      await fails(magic({}), /There are no runs in experiment 'later'/, /Other experiments: .*'cars'/);
    }
  });

  test("runs without the metric are counted below the table", async (t) => {
    const notebook = await cars(t);
    await notebook.cell(($) => $("compare", { metric: ["loss"] }));
    assert.match(notebook.text, /^Not compared: 1 run without loss\.$/m);
    await notebook.cell(($) => $("compare", { metric: ["rmse"] }));
    assert.doesNotMatch(notebook.text, /Not compared/);
    await notebook.cell(($) => $("compare", { metric: ["rmse", "loss"] }));
    assert.doesNotMatch(notebook.text, /Not compared/);
  });
});

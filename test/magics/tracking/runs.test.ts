import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Run } from "../../../src/tracking/types.js";
import { cars, names } from "./cars.js";
import { fails } from "./fails.js";
import { TestNotebook } from "./notebook.js";

describe("%runs", () => {
  test("shows a table, newest first, with params and metrics", async (t) => {
    const notebook = await cars(t);
    await notebook.cell(($) => $("runs"));
    assert.match(notebook.text, /^Runs of cars\n/);
    assert.match(notebook.text, /forest[\s\S]*elastic[\s\S]*linear/);
    assert.match(notebook.text, /2\.5\d* \*/, "the best value is marked");
    assert.ok(notebook.shown[0]?.data["text/html"]);
  });

  test("filters, sorts, cuts and says that there are more; assigned, it draws nothing", async (t) => {
    const notebook = await cars(t);
    const args = { where: "metrics.rmse < 3.3", order: ["metrics.rmse ASC"], limit: 1 };
    assert.deepEqual(names(await notebook.cell(($) => $("runs", args))), ["forest"]);
    assert.match(notebook.text, /more than 1/);
    notebook.shown = [];
    assert.deepEqual(names(await notebook.magic("runs", { ...args, limit: 5 }, undefined, true)), [
      "forest",
      "elastic",
    ]);
    assert.equal(notebook.shown.length, 0);
  });

  test("look at the experiment of the last %%run; an empty table says where else to look", async (t) => {
    const notebook = await cars(t);
    await notebook.cell(() => 1, { name: "first", experiment: "wine" });
    assert.deepEqual(names(await notebook.cell(($) => $("runs"))), ["first"]);
    await notebook.cell(($) => $("experiment", { name: "empty" }));
    await notebook.cell(($) => $("runs"));
    assert.match(notebook.text, /^Runs of empty\n[\s\S]*No runs\.\nOther experiments: .*cars/);
  });

  test("an unknown experiment is an error with the nearest name, a bad filter one with its place", async (t) => {
    const notebook = await cars(t);
    await fails(notebook.magic("runs", { experiment: "crs" }), /no experiment .* 'crs'/, /'cars'/);
    await assert.rejects(Promise.resolve(notebook.magic("runs", { where: "metrics.rmse <" })), {
      code: "INVALID_PARAMETER_VALUE",
    });
  });
});

describe("%best", () => {
  test("gives the run with the best last value, whichever way is better", async (t) => {
    const notebook = await cars(t);
    const best = (await notebook.cell(($) => $("best", { metric: "rmse" }))) as Run;
    assert.equal(best.info.runName, "forest");
    assert.match(notebook.text, /forest[\s\S]*Best rmse \(min\) of cars/);
    const worst = (await notebook.magic("best", { metric: "rmse", goal: "max" }, undefined, true)) as Run;
    assert.equal(worst.info.runName, "linear");
  });

  test("a run whose value is NaN is not the best; without any value the metrics there are are named", async (t) => {
    const notebook = await cars(t);
    await notebook.cell(($) => $("log_metric", { key: "rmse", value: Number.NaN }), { name: "broken" });
    for (const goal of ["min", "max"]) {
      const run = (await notebook.magic("best", { metric: "rmse", goal }, undefined, true)) as Run;
      assert.notEqual(run.info.runName, "broken");
    }
    await fails(notebook.magic("best", { metric: "auc" }), /No run of experiment 'cars' has a metric 'auc'/, /rmse/);
    await notebook.cell(($) => $("log_metric", { key: "gap", value: Number.NaN }), { name: "gaps" });
    await fails(
      notebook.magic("best", { metric: "gap" }),
      /Metric 'gap' is NaN in every run of experiment 'cars' that has it/,
      /NaN has no place in an order/,
    );
  });
});

describe("%run_info", () => {
  test("shows what is kept of a run, and of the last one when none is named", async (t) => {
    const notebook = await cars(t);
    const run = (await notebook.cell(($) => $("run_info"))) as Run;
    assert.equal(run.info.runName, "forest");
    for (const part of ["Params", "Metrics", "Tags", "Artifacts", "runlab/cell.ts"])
      assert.ok(notebook.text.includes(part), part);
    await fails(notebook.magic("run_info", { run: "forrest" }), /no run .* 'forrest'/, /'forest'/);
    await fails(new TestNotebook(t).magic("run_info"), /No run has been started/, /%runs/);
  });
});

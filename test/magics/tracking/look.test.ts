import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { inferSignature } from "../../../src/models/infer-signature.js";
import type { Run } from "../../../src/tracking/types.js";
import { TestNotebook } from "./notebook.js";

/** Three runs of experiment cars, best rmse in `forest`; all but `linear` have a loss curve. */
async function cars(t: TestContext): Promise<TestNotebook> {
  const notebook = new TestNotebook(t);
  await notebook.cell(($) => $("experiment", { name: "cars" }));
  const runs = { linear: [3.5], elastic: [3.2, 3], forest: [2.9, 2.5] };
  for (const [name, [loss, rmse]] of Object.entries(runs)) {
    await notebook.cell(
      ($) => {
        $("log_params", { extra: { model: name, seed: 1 } });
        $("log_metric", { key: "rmse", value: rmse ?? loss });
        if (rmse === undefined) return;
        for (let step = 0; step < 3; step++) $("log_metric", { key: "loss", value: (loss ?? 0) - step / 10, step });
      },
      { name },
    );
  }
  return notebook;
}

const names = (runs: unknown) => (runs as Run[]).map(({ info }) => info.runName);

async function fails(promise: unknown, message: RegExp, hint: RegExp): Promise<void> {
  await assert.rejects(Promise.resolve(promise), (error: Error & { hint?: string }) => {
    assert.match(error.message, message);
    assert.match(error.hint ?? "", hint);
    return true;
  });
}

test("%experiment says where runs go, and makes an experiment of a new name", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(($) => $("experiment"));
  assert.match(notebook.streams, /Experiment 'Default', id 0, in memory:/);
  await notebook.cell(($) => $("experiment", { name: "cars", description: "mpg", tag: { team: "a" } }));
  assert.match(notebook.streams, /Experiment 'cars' \(new\)/);
  const made = await notebook.session.getExperimentByName("cars");
  assert.deepEqual([made?.tags["mlflow.note.content"], made?.tags.team], ["mpg", "a"]);
  await notebook.cell(($) => $("experiment", { name: "cars" }));
  assert.doesNotMatch(notebook.streams, /new/);
});

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
    await fails(
      notebook.magic("best", { metric: "auc" }),
      /No run of experiment 'cars' has a value of metric 'auc'/,
      /rmse/,
    );
  });
});

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
      /two runs or more; there is only 'forest'/,
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

describe("%signature", () => {
  test("two of them show what changed, breaking changes first", async (t) => {
    const notebook = new TestNotebook(t);
    const before = inferSignature([{ mpg: 1.5, name: "a" }]);
    const after = inferSignature([{ mpg: 1.5, weight: 2.5 }]);
    for (const [name, of] of Object.entries({ before, after })) {
      await notebook.cell(($) => $("signature", { of, log: true }), { name });
    }
    const value = await notebook.cell(($) => $("signature", { of: "before", to: "after" }));
    assert.match(notebook.text, /Signature of before → Signature of after/);
    assert.match(notebook.text, /yes +inputs +name +removed[\s\S]*yes +inputs +weight +added/);
    assert.equal(String(value), String(after));
    await notebook.cell(($) => $("signature", { of: before, to: inferSignature([{ name: "b", mpg: 2.5 }]) }));
    assert.match(notebook.text, /No difference\./);
    await fails(notebook.magic("signature", { of: "before", to: "after", log: true }), /keeps one/, /two lines/);
  });

  test("of data: name, type, required, range and example", async (t) => {
    const notebook = new TestNotebook(t);
    await notebook.cell(($) =>
      $("signature", {
        of: [
          { hp: 130, origin: "USA" },
          { hp: 95, origin: null },
        ],
      }),
    );
    assert.match(notebook.text, /hp +double +yes +95 … 130 +130/);
    assert.match(notebook.text, /origin +string +no +"USA"/);
  });

  test("is kept in a run and found again by the run's name", async (t) => {
    const notebook = new TestNotebook(t);
    const learnt = inferSignature([{ x: 1 }], [2]);
    await notebook.cell(($) => $("signature", { of: learnt, log: true }), { name: "elastic" });
    const found = await notebook.cell(($) => $("signature", { of: "elastic" }));
    assert.equal(String(found), String(learnt));
    assert.match(notebook.text, /Signature of elastic\n/);
    const copy = { toJSON: () => learnt.toJSON() };
    assert.equal(
      String(await notebook.magic("signature", { of: copy }, undefined, true)),
      String(learnt),
      "another copy's class",
    );
    await notebook.cell(() => 1, { name: "bare" });
    await fails(notebook.magic("signature", { of: "bare" }), /'bare' .* has no signature/, /%signature/);
  });
});

test("%export hands its words on and says how many runs, bytes and where", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(($) => $("export", { experiment: "cars", runs: ["a"], to: "x.csv", format: "csv", force: true }));
  assert.deepEqual(notebook.exports, [
    { experiment: "cars", runs: ["a"], where: undefined, to: "x.csv", format: "csv", force: true },
  ]);
  assert.equal(notebook.streams, "Wrote 2 runs, 1,234 bytes, to /tmp/cars.json\n");
});

test("%import_runs hands its words on and says how many runs came, to where, and how many were there", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(($) => $("import_runs", { from: "cars.json", experiment: "cars" }));
  assert.deepEqual(notebook.imports, [{ from: "cars.json", experiment: "cars", format: undefined }]);
  assert.equal(notebook.streams, "Added 2 runs to experiment 'cars' from /tmp/cars.json; 1 already there\n");
});

test("%tracking_uri tells and changes the store", async (t) => {
  const notebook = new TestNotebook(t);
  assert.equal(await notebook.cell(($) => $("tracking_uri")), "memory:");
  await notebook.cell(($) => $("tracking_uri", { text: '"./other"' }));
  assert.equal(notebook.session.getTrackingUri(), "./other");
  assert.equal(notebook.streams, "Runs go to ./other\n");
});

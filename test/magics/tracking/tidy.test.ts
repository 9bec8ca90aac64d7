import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openStore } from "../../../src/stores/open.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import { fails } from "./fails.js";
import { TestNotebook } from "./notebook.js";

async function withRuns(t: TestContext, ...names: string[]): Promise<TestNotebook> {
  const notebook = new TestNotebook(t);
  for (const name of names) await notebook.cell(() => 1, { name, experiment: "cars" });
  await notebook.cell(($) => $("experiment", { name: "cars" }));
  return notebook;
}

test("a run is renamed, deleted and brought back by its name", async (t) => {
  const notebook = await withRuns(t, "a");
  await notebook.cell(($) => $("rename", { from: "a", to: "b" }));
  assert.match(notebook.streams, /Renamed run 'a' \(\w{8}\) to 'b'/);
  await notebook.cell(($) => $("delete", { target: "b" }));
  assert.match(notebook.streams, /Deleted run 'b' .* To restore it: %restore \w{12}/);
  assert.equal((await notebook.session.searchRuns()).length, 0);
  await fails(notebook.magic("delete", { target: "b" }), /'b' is deleted/, /%restore b/);
  await notebook.cell(($) => $("restore", { target: "b" }));
  assert.equal((await notebook.session.searchRuns()).length, 1);
  await fails(notebook.magic("restore", { target: "b" }), /no deleted run/, /%runs deleted/);
});

test("what a name says to a terminal is printed, not sent to it", async (t) => {
  const notebook = await withRuns(t, "a");
  const name = "b\u001b[2J\u009b\u202e\r\nDeleted run 'a'";
  await notebook.cell(($) => $("rename", { from: "a", to: name }));
  await notebook.cell(($) => $("experiment", { name }));
  await notebook.cell(($) => $("delete", { target: name, experiment: true }));
  assert.match(notebook.streams, /\\u001b\[2J\\u009b\\u202e\\r/);
  assert.doesNotMatch(notebook.streams, /[^\P{Cc}\n]|\u202e/u);
});

test("a name that several runs have is an error that lists their ids", async (t) => {
  const notebook = await withRuns(t, "a", "a");
  const [first] = await notebook.session.searchRuns();
  const id = first?.info.runId ?? "";
  await fails(
    notebook.magic("delete", { target: "a" }),
    new RegExp(`2 runs are named 'a': .*${id.slice(0, 12)}`),
    /id/,
  );
  await notebook.cell(($) => $("delete", { target: id.slice(0, 12) }));
  assert.equal((await notebook.session.searchRuns()).length, 1);
});

test("names with quotes, wildcards and emoji are found exactly", async (t) => {
  const odd = [`it's "x"`, "it's", "100%", "a_b", "naïve 🚗"];
  const notebook = await withRuns(t, ...odd, "1000", "axb", `it_s "x"`);
  for (const [at, name] of odd.entries()) await notebook.cell(($) => $("rename", { from: name, to: `odd ${at}` }));
  const names = (await notebook.session.searchRuns()).map(({ info }) => info.runName).sort();
  assert.deepEqual(names, ["1000", "axb", `it_s "x"`, "odd 0", "odd 1", "odd 2", "odd 3", "odd 4"].sort());
});

test("an experiment is renamed, deleted and restored; '0' by its id", async (t) => {
  const notebook = await withRuns(t, "a");
  await notebook.cell(($) => $("rename", { from: "0", to: "2026-11-24" }));
  assert.equal((await notebook.session.getExperiment("0")).name, "2026-11-24");
  await notebook.cell(($) => $("delete", { target: "cars" }));
  assert.match(notebook.streams, /Deleted experiment 'cars' .* %restore cars experiment/);
  await fails(notebook.magic("delete", { target: "cars" }), /experiment 'cars' .* is deleted/, /%restore/);
  await notebook.cell(($) => $("restore", { target: "cars" }));
  assert.equal((await notebook.session.getExperimentByName("cars"))?.lifecycleStage, "active");
});

test("a deleted active experiment takes no new run, and everything that meets it says how to restore it", async (t) => {
  const notebook = await withRuns(t, "a");
  const restore = /%restore cars experiment/;
  await notebook.cell(($) => $("delete", { target: "cars" }));
  assert.match(notebook.streams, /%restore cars experiment\. New runs need another experiment until then\.\n$/);
  await notebook.cell(($) => $("runs"));
  assert.match(notebook.text, /Experiment 'cars' is deleted\. To restore it: %restore cars experiment/);
  await notebook.cell(($) => $("experiment"));
  assert.match(notebook.streams, /It is deleted\. To restore it: %restore cars experiment/);

  const deleted = /Experiment 'cars' \(id 1\) is deleted, so no run can start in it\./;
  await fails(
    notebook.cell(() => 1, {}),
    deleted,
    restore,
  );
  await fails(notebook.session.logMetric("loss", 1), deleted, restore);
  await fails(notebook.session.startRun({ experimentName: "cars" }), deleted, restore);
  await fails(notebook.magic("experiment", { name: "cars" }), /deleted experiment 'cars'/, restore);
  assert.equal((await notebook.session.searchRuns({ viewType: "ALL" })).length, 1);

  await notebook.cell(($) => $("restore", { target: "cars", experiment: true }));
  await notebook.cell(() => 1, { name: "b" });
  const names = (await notebook.session.searchRuns()).map(({ info }) => info.runName);
  assert.deepEqual(names.sort(), ["a", "b"]);
});

test("in a script the way to restore an experiment is the API's", async () => {
  const store = openStore("memory:");
  const session = new TrackingSession({ resolveUri: () => "memory:", openStore: () => store });
  const { experimentId } = await session.setExperiment("cars");
  await session.deleteExperiment(experimentId);
  await fails(session.startRun(), /'cars' \(id 1\) is deleted/, /restoreExperiment\("1"\)/);
  await session.close();
});

test("a name of a run and of an experiment asks which is meant", async (t) => {
  const notebook = await withRuns(t, "cars");
  await fails(
    notebook.magic("rename", { from: "cars", to: "x" }),
    /name of a run and of an experiment/,
    /word experiment/,
  );
  await notebook.cell(($) => $("rename", { from: "cars", to: "autos", experiment: true }));
  assert.ok(await notebook.session.getExperimentByName("autos"));
});

test("a run that is open is not deleted", async (t) => {
  const notebook = await withRuns(t);
  await notebook.cell(() => 1, { name: "open", keep_open: true });
  await fails(notebook.magic("delete", { target: "open" }), /still open/, /endRun/);
});

test("what is not there is said so, with the nearest name", async (t) => {
  const notebook = await withRuns(t, "baseline");
  await fails(notebook.magic("delete", { target: "basline" }), /no run .*'basline'/, /'baseline'/);
  await fails(
    notebook.magic("rename", { from: "carz", to: "x", experiment: true }),
    /no experiment .*'carz'/,
    /'cars'/,
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { RunningCell } from "../test-cell.js";
import { TestNotebook } from "./notebook.js";

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

test("%tracking_uri tells and changes the store", async (t) => {
  const notebook = new TestNotebook(t);
  assert.equal(await notebook.cell(($) => $("tracking_uri", { text: "" })), "memory:");
  await notebook.cell(($) => $("tracking_uri", { text: '"./other"' }));
  assert.equal(notebook.session.getTrackingUri(), "./other");
  assert.equal(notebook.streams, "Runs are stored in ./other\n");
});

test("where runs are stored is said once, by %experiment or by the first run", async () => {
  for (const words of [
    { name: "experiment", args: { name: "cars" } },
    { name: "tracking_uri", args: { text: "" } },
  ]) {
    const cell = new RunningCell();
    const announced: string[] = [];
    cell.session.configure({ announce: (line) => void announced.push(line) });
    await cell.line(words.name, words.args);
    assert.match(cell.stdout, /memory:/);
    await cell.session.startRun({ runName: "first" }, async () => undefined);
    assert.deepEqual(announced, [], words.name);
  }
  const quiet = new RunningCell();
  const said: string[] = [];
  quiet.session.configure({ announce: (line) => void said.push(line) });
  await quiet.line("experiment", { name: "cars" }, true);
  await quiet.session.startRun({ runName: "first" }, async () => undefined);
  assert.equal(said.length, 1);
});

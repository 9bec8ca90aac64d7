import assert from "node:assert/strict";
import { test } from "node:test";
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

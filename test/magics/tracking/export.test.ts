import assert from "node:assert/strict";
import { test } from "node:test";
import { TestNotebook } from "./notebook.js";

test("%export hands its words on and says how many runs, bytes and where", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(($) => $("export", { experiment: "cars", runs: ["a"], to: "x.csv", format: "csv", force: true }));
  assert.deepEqual(notebook.exports, [
    { experiment: "cars", runs: ["a"], where: undefined, to: "x.csv", format: "csv", force: true },
  ]);
  assert.equal(notebook.streams, "Wrote 1,204 runs, 1,234,567 bytes, to /tmp/cars.json\n");
});

test("%import_runs hands its words on and says how many runs came, to where, and how many were there", async (t) => {
  const notebook = new TestNotebook(t);
  await notebook.cell(($) => $("import_runs", { from: "cars.json", experiment: "cars" }));
  assert.deepEqual(notebook.imports, [{ from: "cars.json", experiment: "cars", format: undefined }]);
  assert.equal(notebook.streams, "Added 1,204 runs to experiment 'cars' from /tmp/cars.json; 1,096 already there\n");
});

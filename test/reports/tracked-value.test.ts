import assert from "node:assert/strict";
import { test } from "node:test";
import { valueBundle } from "../../src/kernel/values/value-bundle.js";
import { logModel } from "../../src/models/log-model.js";
import { inferSignature } from "../../src/models/signature/infer-signature.js";
import { trackedValue } from "../../src/reports/tracked-value.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";

async function shown(value: unknown): Promise<{ text: string; html: string }> {
  const { data } = await valueBundle(value, [trackedValue]);
  return { text: String(data["text/plain"]), html: String(data["text/html"]) };
}

async function session(): Promise<TrackingSession> {
  const store = new MemoryStore();
  const made = new TrackingSession({ resolveUri: () => "memory:", openStore: () => store });
  for (const [runName, rmse] of [["linear", 3.5] as const, ["forest", 2.5] as const]) {
    await made.startRun({ runName, tags: { family: "<trees>" } }, async (run) => {
      run.logParam("seed", 7);
      run.logMetric("rmse", rmse);
    });
  }
  return made;
}

test("runs from a search are a table of runs, and a page says that there is more", async () => {
  const runs = await session();
  const all = await shown(await runs.searchRuns());
  assert.match(all.text, /^Runs\nrun +id +status +started +duration +rmse +seed/);
  assert.match(all.text, /forest .* 2\.5 \*/);
  assert.match((await shown(await runs.searchRuns({ maxResults: 1 }))).text, /There are more/);
  assert.match((await shown([])).text, /\[\]/);
});

test("the best of one page is not marked as the best: a better run may be on another", async () => {
  const tracked = await session();
  await tracked.startRun({ runName: "newest" }, (run) => run.logMetric("rmse", 9));
  const page = await tracked.searchRuns({ maxResults: 2 });
  assert.doesNotMatch((await shown(page)).text, /\*/);
  assert.match((await shown(await tracked.searchRuns({ maxResults: 3 }))).text, /2\.50* \*/);
});

test("one run is a card of its params, metrics and own tags, escaped", async () => {
  const [run] = await (await session()).searchRuns({ filterString: "run_name = 'forest'" });
  const { text, html } = await shown(run);
  assert.match(text, /^✓ forest {2}FINISHED {2}[0-9a-f]{8} [\s\S]*\n {2}id +[0-9a-f]{32}\n/);
  assert.match(
    text,
    /\nMetrics\n[\s\S]*rmse +2\.5[\s\S]*\nParams\n[\s\S]*seed +7[\s\S]*\nTags\n[\s\S]*family +<trees>/,
  );
  assert.ok(!text.includes("mlflow."));
  assert.match(html, /&lt;trees&gt;/);
});

test("an open run and an ended one show what the store has now: status, end, values", async () => {
  const made = await session();
  const run = await made.startRun({ runName: "open" });
  run.logMetric("rmse", 1.25);
  assert.match((await shown(run)).text, /^● open {2}RUNNING/);
  await run.end();
  assert.match((await shown(run)).text, /^✓ open {2}FINISHED[\s\S]* started +\d.*, ended \d[\s\S]*rmse +1\.25/);
});

test("an experiment is a card, several are a table", async () => {
  const made = await session();
  const id = await made.client.createExperiment("cars", { tags: { "mlflow.note.content": "Miles", owner: "<me>" } });
  const one = await shown(await made.client.getExperiment(id));
  assert.match(
    one.text,
    /^◆ Experiment cars \(1\)\n[\s\S]*stage +active[\s\S]*created +\d{4}-[\s\S]*owner=<me>[\s\S]*Miles/,
  );
  assert.match(one.html, /&lt;me&gt;/);
  const many = await shown(await made.client.searchExperiments());
  assert.match(many.text, /^Experiments\nexperiment +id +stage +created/);
  assert.match((await shown(await made.client.searchExperiments({ maxResults: 1 }))).text, /nextPageToken/);
});

test("a logged model, a registered model and a version are cards, several are tables", async () => {
  const made = await session();
  const model = Object.assign((rows: number[][]) => rows.map(([x = 0]) => x * 2), {});
  const info = await logModel(made, model, { name: "twice", inputExample: [[1]], registeredModelName: "Twice" });
  const { text, html } = await shown(info);
  assert.match(
    text,
    /^◆ Model twice\n[\s\S]*registered +models:\/Twice\/1[\s\S]*flavors +function[\s\S]*\nSignature\n/,
  );
  assert.match(html, /<table[\s\S]*<table/);
  assert.ok(!html.includes("var(--"), "JupyterLab drops such styles when a notebook is not trusted");
  assert.match((await shown(info.registeredModel)).text, /^◆ Version 1 of Twice/);
  const registry = made.client;
  assert.match((await shown(await registry.getRegisteredModel("Twice"))).text, /^◆ Registered model Twice/);
  assert.match((await shown(await registry.searchRegisteredModels())).text, /^Registered models\n/);
  assert.match((await shown(await registry.searchModelVersions())).text, /^Model versions\n/);
});

test("a signature is a table, also one of another copy of the package", async () => {
  const signature = inferSignature([{ mpg: 1.5, name: "a" }], [1.5]);
  const { text } = await shown(signature);
  assert.match(text, /part +name +type +required[\s\S]*input +mpg +double +yes/);
  class ModelSignature {
    toJSON() {
      return signature.toJSON();
    }
  }
  assert.equal((await shown(new ModelSignature())).text, text);
});

test("what only looks a little like one prints as any value does", async () => {
  class ModelSignature {}
  for (const value of [new ModelSignature(), { info: null, data: {} }, { info: { runId: "x" }, data: null }]) {
    assert.deepEqual(await valueBundle(value, [trackedValue]), await valueBundle(value));
  }
});

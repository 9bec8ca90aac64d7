import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { appendFile, cp, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { checkStore } from "../../../src/stores/file/check/check-store.js";
import { fixStore } from "../../../src/stores/file/check/fix-store.js";
import { problemsIn } from "../../../src/stores/file/check/problem.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";

let folder: string;
let root: string;
let runId: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-check-"));
  root = join(folder, "runlab");
  const client = new TrackingClient(new FileStore(root));
  await client.createExperiment("cars", { tags: { team: "a" } });
  ({ runId } = (await client.createRun("1", { runName: "good" })).info);
  await client.logMetric(runId, "m", [3, 1, 2]);
  await client.logParam(runId, "p", "x");
  await client.endRun(runId);
  await client.store.registry.createRegisteredModel({ name: "Cars" });
  await client.store.close();
});

afterEach(() => rm(folder, { recursive: true }));

const open = () => new TrackingClient(new FileStore(root));
const document = () => join(root, "1", runId, "run.json");

/** Fixes all that can be, and asserts that nothing is left. @returns what was found */
async function fixed(): Promise<string[]> {
  const { problems } = await fixStore(root);
  assert.deepEqual(
    problems.filter(({ outcome }) => outcome !== "fixed"),
    [],
  );
  assert.deepEqual(checkStore(root).problems, []);
  return problems.map(({ problem: { status, path, what } }) => `${status} ${path}: ${what}`);
}

async function assertWhole(): Promise<void> {
  const { data, metricSummaries, info } = await open().getRun(runId);
  assert.deepEqual([info.runName, info.status, data.params], ["good", "FINISHED", { p: "x" }]);
  assert.deepEqual([data.metrics.m, metricSummaries.m?.count, metricSummaries.m?.min?.value], [2, 3, 1]);
}

test("what the system refuses is said in plain words", () => {
  const look = () => readFileSync(join(document(), "below")) as never;
  const what = "it cannot be read: a part of its path is not a folder";
  assert.deepEqual(problemsIn("1", look), [{ status: "problem", path: "1", what }]);
});

test("a sound store has no problem", () => {
  assert.deepEqual(checkStore(root), { experiments: 1, runs: 1, problems: [] });
});

for (const [how, content] of [
  ["empty", ""],
  ["half-written", '{"schema_version": 1, "info": {"run'],
  ["of wrong types", '{"schema_version": 1, "info": {}}'],
] as const) {
  test(`a run's document that is ${how} is made anew from the index, and kept beside it`, async () => {
    await writeFile(document(), content);
    const [found = ""] = await fixed();
    assert.match(found, new RegExp(`^problem 1/${runId}/run.json: .*damaged`));
    await assertWhole();
    assert.equal(await readFile(`${document()}.damaged-1`, "utf8"), content);
  });
}

test("a run's document that is gone is made anew", async () => {
  await rm(document());
  assert.match((await fixed())[0] ?? "", /it is missing, but its run's other files exist/);
  await assertWhole();
});

test("without an index a lost document is made anew from the metric files, and says so", async () => {
  await writeFile(document(), "");
  await rm(join(root, "1", ".index"));
  await fixed();
  const { data, info, metricSummaries } = await open().getRun(runId);
  assert.deepEqual([info.status, data.metrics.m, metricSummaries.m?.count], ["KILLED", 2, 3]);
  assert.match(data.tags["runlab.end_reason"] ?? "", /rebuilt from its metric files/);
});

test("experiments.json and models.json come back from their copies", async () => {
  for (const name of ["experiments.json", "models.json"]) await writeFile(join(root, name), "{");
  assert.equal((await fixed()).length, 2);
  const client = open();
  assert.equal((await client.getExperimentByName("cars"))?.tags.team, "a");
  assert.equal((await client.store.registry.getRegisteredModel("Cars")).name, "Cars");
  assert.equal(await readFile(join(root, "experiments.json.damaged-1"), "utf8"), "{");
});

test("without a copy the experiments are listed by their folders", async () => {
  await rm(join(root, "experiments.json"));
  await rm(join(root, ".experiments.json.copy"));
  assert.match((await fixed())[0] ?? "", /experiments.json: it is missing/);
  const names = (await open().searchExperiments()).map(({ name }) => name);
  assert.deepEqual(names.sort(), ["Default", "experiment 1"]);
  await assertWhole();
});

test("runs of an experiment that is not listed are found again", async () => {
  await cp(join(root, "1"), join(root, "7"), { recursive: true });
  const [copied = ""] = (await readdir(join(root, "7"))).filter((name) => !name.startsWith("."));
  const path = join(root, "7", copied, "run.json");
  await writeFile(path, (await readFile(path, "utf8")).replace('"experiment_id": "1"', '"experiment_id": "7"'));
  assert.match((await fixed())[0] ?? "", /^problem 7: its runs belong to an experiment/);
  assert.equal((await open().getExperiment("7")).name, "experiment 7");
});

test("a document of a newer runlab is named and left alone", async () => {
  const text = (await readFile(document(), "utf8")).replace('"schema_version": 1', '"schema_version": 99');
  await writeFile(document(), text);
  const [problem] = checkStore(root).problems;
  assert.match(problem?.what ?? "", /schema version 99/);
  assert.match(problem?.hint ?? "", /Update runlab/);
  assert.equal(problem?.fix, undefined);
});

test("a run in another experiment's folder is named and left alone", async () => {
  await cp(join(root, "1", runId), join(root, "0", runId), { recursive: true });
  const [problem] = checkStore(root).problems;
  assert.match(problem?.what ?? "", /info\.experiment_id: expected '0', as its folder is named, found '1'/);
  assert.deepEqual([problem?.fix, problem?.path], [undefined, `0/${runId}/run.json`]);
  await assertWhole();
});

test("points that came with a merge are summed up, a torn line is marked, an unfinished file is removed", async () => {
  const run = join(root, "1", runId);
  await appendFile(join(run, "metrics", "m"), "1700000000000 9 9\n1700000000000 7 1");
  await writeFile(join(run, ".4711-0.tmp"), "half");
  const old = new Date(Date.now() - 7_200_000);
  await utimes(join(run, ".4711-0.tmp"), old, old);
  const found = await fixed();
  assert.deepEqual(found.map((line) => line.split(": ")[1]).sort(), [
    "a process that died left this unfinished file behind",
    "its last line is incomplete; it was never acknowledged and is ignored",
    "its metric summaries do not match its metric files",
  ]);
  const { metricSummaries } = await open().getRun(runId);
  assert.deepEqual([metricSummaries.m?.count, metricSummaries.m?.max?.value], [4, 9]);
});

test("what cannot be read at all is said", async () => {
  await rename(root, join(folder, "elsewhere"));
  assert.throws(() => checkStore(root), /There is no store at/);
});

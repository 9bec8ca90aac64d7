import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { isError } from "../../is-error.js";

let folder: string;
let root: string;
let client: TrackingClient;
const warnings: string[] = [];
const onWarning = (warning: Error) => warnings.push(warning.message);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-damage-"));
  root = join(folder, "runlab");
  client = new TrackingClient(new FileStore(root));
  warnings.length = 0;
  process.on("warning", onWarning);
});

afterEach(async () => {
  process.off("warning", onWarning);
  await client.store.close();
  await rm(folder, { recursive: true });
});

async function finishedRun(runName: string): Promise<string> {
  const { runId } = (await client.createRun("0", { runName })).info;
  await client.logMetric(runId, "m", 1);
  await client.logParam(runId, "p", "x");
  await client.endRun(runId);
  return runId;
}

const reopen = () => new TrackingClient(new FileStore(root));

test("a damaged document is named; the rest works, and it is left as it is", async () => {
  const contents = [
    "",
    "{",
    "[]",
    "null",
    '{"schema_version":1}',
    '{"info":{}}',
    '{"schema_version":1,"info":{"run_id":3}}',
    "\u0000\u0001",
  ];
  const good = await finishedRun("good");
  const bad: string[] = [];
  for (const content of contents) {
    const runId = await finishedRun("bad");
    await writeFile(join(root, "0", runId, "run.json"), content);
    bad.push(runId);
  }
  const reader = reopen();
  const found = await reader.searchRuns({ experimentIds: ["0"] });
  assert.deepEqual(
    found.map((run) => run.info.runId),
    [good],
  );
  await new Promise((resolve) => setImmediate(resolve));
  for (const [index, runId] of bad.entries()) {
    const path = join(root, "0", runId, "run.json");
    await assert.rejects(reader.getRun(runId), isError("DATA_LOSS", new RegExp(`${runId}/run.json' is damaged`)));
    assert.ok(
      warnings.some((text) => text.includes(path)),
      `not reported: ${JSON.stringify(contents[index])}`,
    );
    assert.equal(await readFile(path, "utf8"), contents[index]);
  }
  await reader.store.close();
});

test("a part of a document that is of the wrong type damages that document only", async () => {
  const good = await finishedRun("good");
  const runId = await finishedRun("bad");
  const path = join(root, "0", runId, "run.json");
  const document = JSON.parse(await readFile(path, "utf8"));
  for (const part of [
    { metrics: { m: null } },
    { metrics: [] },
    { params: "x" },
    { inputs: [null] },
    { outputs: {} },
    { info: [] },
  ]) {
    await writeFile(path, JSON.stringify({ ...document, ...part }));
    const reader = reopen();
    assert.deepEqual(
      (await reader.searchRuns({ experimentIds: ["0"] })).map((run) => run.info.runId),
      [good],
    );
    await assert.rejects(reader.getRun(runId), isError("DATA_LOSS", /is damaged/), JSON.stringify(part));
  }
});

test("a document of a newer schema is refused with the way out", async () => {
  const runId = await finishedRun("new");
  const path = join(root, "0", runId, "run.json");
  const document = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...document, schema_version: 99 }));
  await assert.rejects(reopen().getRun(runId), isError("INVALID_STATE", /schema version 99/));
});

test("a damaged experiments.json is named, and runs are still read", async () => {
  const runId = await finishedRun("kept");
  await writeFile(join(root, "experiments.json"), '{"schema_version":1,"experiments":[{"name":"x"}]}');
  const reader = reopen();
  assert.equal((await reader.getExperiment("0")).name, "Default", "its copy is whole");
  await assert.rejects(reader.createExperiment("more"), isError("DATA_LOSS", /experiments\[0\]\.experiment_id/));
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(warnings.join(), /experiments\.json' is damaged: experiments\[0\]\.experiment_id/);
  assert.equal((await reader.getRun(runId)).data.params.p, "x");
  assert.equal((await reader.searchRuns({ experimentIds: ["0"] })).length, 1);
});

test("alien files and folders in a store are passed over", async () => {
  await finishedRun("good");
  await writeFile(join(root, "0", "notes.txt"), "mine");
  await mkdir(join(root, "0", "Photos"));
  await mkdir(join(root, "backup"));
  assert.equal((await reopen().searchRuns({ experimentIds: ["0"] })).length, 1);
});

test("a torn last line is no point, and what is logged after it is", async () => {
  const runId = await finishedRun("torn");
  const file = join(root, "0", runId, "metrics", "m");
  appendFileSync(file, "1700000000000 0.5 1");
  const next = reopen();
  assert.equal((await next.getMetricHistory(runId, "m")).length, 1);
  await next.logMetric(runId, "m", 2, { step: 12 });
  const history = await next.getMetricHistory(runId, "m");
  assert.deepEqual(
    history.map(({ value, step }) => [value, step]),
    [
      [1, 0],
      [2, 12],
    ],
  );
  await next.endRun(runId);
  assert.equal((await next.getRun(runId)).metricSummaries.m?.count, 2);
  await next.store.close();
});

test("a torn line of a journal is passed over, and what is logged after it is kept", async () => {
  const { runId } = (await client.createRun("0")).info;
  await client.logParam(runId, "a", 1);
  appendFileSync(join(root, "0", runId, "run.journal"), '{"change":{"params":[["b"');
  const next = reopen();
  assert.deepEqual((await next.getRun(runId)).data.params, { a: "1" });
  await next.logParam(runId, "c", 3);
  assert.deepEqual((await next.getRun(runId)).data.params, { a: "1", c: "3" });
  await next.store.close();
});

test("a fold that was cut short is finished by the next process", async () => {
  const { runId } = (await client.createRun("0")).info;
  const run = join(root, "0", runId);
  await client.logParam(runId, "a", 1);
  await cp(join(run, "run.journal"), join(run, "run.journal.fold"));
  await client.logParam(runId, "b", 2);
  assert.deepEqual((await reopen().getRun(runId)).data.params, { a: "1", b: "2" });
  await client.endRun(runId);
  const document = JSON.parse(await readFile(join(run, "run.json"), "utf8"));
  assert.deepEqual(document.params, { a: "1", b: "2" });
  assert.equal(document.info.status, "FINISHED");
});

test("a store can be moved: everything is found from the folder", async () => {
  const runId = await finishedRun("moved");
  await client.logText(runId, "text", "a/b.txt");
  await client.store.close();
  const moved = join(folder, "elsewhere");
  await cp(root, moved, { recursive: true });
  await rm(root, { recursive: true });
  const there = new TrackingClient(new FileStore(moved));
  assert.equal((await there.getRun(runId)).info.artifactUri, join(moved, "0", runId, "artifacts"));
  assert.equal(Buffer.from(await there.readArtifact(runId, "a/b.txt")).toString(), "text");
  await there.logMetric(runId, "m", 2, { step: 1 });
  assert.equal((await there.getRun(runId)).data.metrics.m, 2);
  await there.store.close();
  root = moved;
});

test("a link in the artifacts does not lead out of the run", async () => {
  const runId = await finishedRun("linked");
  await client.logText(runId, "in", "in.txt");
  await writeFile(join(folder, "secret"), "secret");
  await symlink(folder, join(root, "0", runId, "artifacts", "out"));
  await assert.rejects(
    client.readArtifact(runId, "out/secret"),
    isError("PERMISSION_DENIED", /out. is a symbolic link/),
  );
  await assert.rejects(
    client.logText(runId, "x", "out/secret"),
    isError("PERMISSION_DENIED", /out. is a symbolic link/),
  );
  assert.equal(await readFile(join(folder, "secret"), "utf8"), "secret");
});

test("more metrics than there are file handles can be logged", async () => {
  const { runId } = (await client.createRun("0")).info;
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < 400; index++) await client.logMetric(runId, `m${index}`, index, { step: round });
  }
  await client.endRun(runId);
  const run = await reopen().getRun(runId);
  assert.equal(Object.keys(run.data.metrics).length, 400);
  assert.equal(run.metricSummaries.m7?.count, 2);
});

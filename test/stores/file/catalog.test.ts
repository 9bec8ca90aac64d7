import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { metricFileName, metricKeyOf } from "../../../src/stores/file/layout.js";
import { nodeDisk } from "../../../src/stores/file/node-disk.js";
import { TrackingClient } from "../../../src/tracking/client.js";

let folder: string;
let writer: TrackingClient;
let reader: TrackingClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-catalog-"));
  writer = new TrackingClient(new FileStore(folder));
  reader = new TrackingClient(new FileStore(folder));
});

afterEach(async () => {
  await writer.store.close();
  await reader.store.close();
  await rm(folder, { recursive: true });
});

const all = (client: TrackingClient, filterString = "") =>
  client.searchRuns({ experimentIds: ["0"], filterString, orderBy: ["run_name"], viewType: "ALL" });

async function finished(runName: string, metric: number): Promise<string> {
  const { runId } = (await writer.createRun("0", { runName })).info;
  await writer.logMetric(runId, "m", metric);
  await writer.endRun(runId);
  return runId;
}

test("a store that is open sees what another process starts, logs, ends, renames and deletes", async () => {
  assert.equal((await all(reader)).length, 0);
  const first = await finished("a", 1);
  const { runId } = (await writer.createRun("0", { runName: "b" })).info;
  assert.deepEqual(
    (await all(reader)).map((run) => run.info.status),
    ["FINISHED", "RUNNING"],
  );
  for (let step = 0; step < 5; step++) {
    await writer.logMetric(runId, "m", step, { step });
    assert.equal((await all(reader))[1]?.data.metrics.m, step);
  }
  await writer.renameRun(first, "z");
  assert.deepEqual(
    (await all(reader)).map((run) => run.info.runName),
    ["b", "z"],
  );
  await writer.endRun(runId);
  await writer.deleteRun(runId);
  assert.deepEqual(
    (await all(reader)).map((run) => run.info.lifecycleStage),
    ["deleted", "active"],
  );
  await rm(join(folder, "0", first), { recursive: true });
  assert.equal((await all(reader)).length, 1);
});

test("the index is never the only copy: without it, or with rubbish in it, a search finds the same", async () => {
  for (let index = 0; index < 5; index++) await finished(`r${index}`, index);
  await writer.store.close();
  const expected = (await all(new TrackingClient(new FileStore(folder)))).map((run) => run.data);
  const path = join(folder, "0", ".index");
  const good = await readFile(path, "utf8");
  for (const content of [
    "",
    "rubbish\n",
    good.slice(0, good.length / 2),
    `${good}\u0000 x {}\n`,
    good.replaceAll('"m"', '"q"').slice(0, 50),
  ]) {
    await writeFile(path, content);
    assert.deepEqual(
      (await all(new TrackingClient(new FileStore(folder)))).map((run) => run.data),
      expected,
    );
  }
  await rm(path);
  assert.deepEqual(
    (await all(new TrackingClient(new FileStore(folder)))).map((run) => run.data),
    expected,
  );
});

test("from an index of many pieces each run is taken, be its line longer than one or in two of them", async () => {
  const counts = [0, 20, 1, 7, 7, 7, 50, 0, 16, 1];
  const text = "é".repeat(8_000);
  for (const [at, count] of counts.entries()) {
    const { runId } = (await writer.createRun("0", { runName: `r${at}` })).info;
    await writer.logBatch(runId, {
      tags: Object.fromEntries(Array.from({ length: count }, (_, n) => [`t${n}`, text])),
    });
    await writer.endRun(runId);
  }
  await writer.store.close();
  const documents: string[] = [];
  const disk = nodeDisk();
  const readText = (path: string) => {
    if (path.endsWith("run.json")) documents.push(path);
    return disk.readText(path);
  };
  const counting = new TrackingClient(new FileStore(folder, { disk: { ...disk, readText } }));
  const found = await all(counting);
  assert.deepEqual(
    found.map(({ data }) => Object.values(data.tags).filter((value) => value === text).length),
    counts,
  );
  assert.deepEqual(documents, []);
  await counting.store.close();
});

test("an index line counts only while the run looks as it did: a document that was edited by hand is read", async () => {
  const runId = await finished("before", 1);
  await writer.store.close();
  assert.match(await readFile(join(folder, "0", ".index"), "utf8"), new RegExp(`^${runId} `));
  const path = join(folder, "0", runId, "run.json");
  const text = (await readFile(path, "utf8")).replaceAll("before", "edited");
  assert.equal(text.length, (await stat(path)).size);
  await writeFile(path, text);
  const later = new Date(Date.now() + 5000);
  await utimes(path, later, later);
  assert.equal((await all(reader))[0]?.info.runName, "edited");
});

test("a run that was taken up again and left by a dead process is not taken from the index", async () => {
  const runId = await finished("again", 1);
  // As a process leaves it that is killed: nothing is closed.
  const lost = new TrackingClient(new FileStore(folder));
  await lost.logMetric(runId, "m", 2, { step: 1 });
  assert.equal((await all(reader))[0]?.data.metrics.m, 2);
  await lost.store.close();
});

test("a metric's file name tells its key, unless it had to be cut", () => {
  for (const key of ["loss", "RMSE", "a/b", "präzision", "con", "a b", "x.", "50~off", "Loss~12345678", "~", "CON.x"]) {
    assert.equal(metricKeyOf(metricFileName(key)), key);
    assert.doesNotMatch(metricFileName(key), /[/\\:*?"<>|]|^\.|[. ]$/);
  }
  const names = ["loss", "Loss", "LOSS", "lOSS"].map((key) => metricFileName(key).toLowerCase());
  assert.equal(new Set(names).size, 4);
  const long = metricFileName("ü".repeat(250));
  assert.ok(Buffer.byteLength(long) <= 255);
  assert.equal(metricKeyOf(long), undefined);
});

test("one more run is seen beside others that come and go without notice", async () => {
  const first = await finished("a", 1);
  assert.equal((await all(reader)).length, 1);
  // Announced, and in the same moment a copy that nobody announces, and a removal.
  const second = await finished("b", 2);
  assert.equal((await all(reader)).length, 2);
  const third = await finished("c", 3);
  const copy = "c".repeat(32);
  await cp(join(folder, "0", second), join(folder, "0", copy), { recursive: true });
  const document = join(folder, "0", copy, "run.json");
  await writeFile(document, (await readFile(document, "utf8")).replaceAll(second, copy));
  assert.equal((await all(reader)).length, 4);
  await finished("d", 4);
  await rm(join(folder, "0", third), { recursive: true });
  assert.deepEqual(
    (await all(reader)).map(({ info }) => info.runName),
    ["a", "b", "b", "d"],
  );
  await rm(join(folder, "0", first), { recursive: true });
  assert.equal((await all(reader)).length, 3);
});

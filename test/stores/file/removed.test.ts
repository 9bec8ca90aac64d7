import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { TrackingError } from "../../../src/errors.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import { stored } from "../../../src/tracking/store.js";

let folder: string;
let store: string;
let client: TrackingClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-removed-"));
  store = join(folder, "runlab");
  client = new TrackingClient(new FileStore(store));
});

afterEach(async () => {
  await client.store.close();
  await rm(folder, { recursive: true });
});

const removed = (error: unknown) => {
  assert.ok(error instanceof TrackingError);
  assert.equal(error.code, "RESOURCE_DOES_NOT_EXIST");
  assert.match(error.message, /removed/);
  return true;
};

const runFolder = (runId: string) => join(store, "0", runId);

/** Every call that writes to a run. */
const calls: Readonly<Record<string, (runId: string) => unknown>> = {
  logMetric: (runId) => client.logMetric(runId, "m", 1),
  "logMetric of a new key": (runId) => client.logMetric(runId, "other", 1),
  "logMetric of a list": (runId) => client.logMetric(runId, "m", [1, 2]),
  logMetrics: (runId) => client.logMetrics(runId, { m: 1, n: 2 }),
  logParam: (runId) => client.logParam(runId, "q", 1),
  setTag: (runId) => client.setTag(runId, "t", 1),
  deleteTag: (runId) => client.deleteTag(runId, "tag"),
  renameRun: (runId) => client.renameRun(runId, "new"),
  logText: (runId) => client.logText(runId, "text", "a/b.txt"),
  logInput: (runId) => client.logInput(runId, { name: "data", digest: "d" }),
  logOutputs: (runId) => client.logOutputs(runId, [{ modelId: "m-1", step: 0 }]),
  endRun: (runId) => client.endRun(runId),
  deleteRun: (runId) => client.deleteRun(runId),
};

const removals: Readonly<Record<string, (runId: string) => void>> = {
  "its folder was removed": (runId) => rmSync(runFolder(runId), { recursive: true }),
  "its folder was moved": (runId) => renameSync(runFolder(runId), join(folder, "moved")),
  "its store was removed": () => rmSync(store, { recursive: true }),
  "its store was moved": () => renameSync(store, join(folder, "moved")),
};

for (const [how, remove] of Object.entries(removals)) {
  for (const [name, call] of Object.entries(calls)) {
    test(`${name} of a run fails at once when ${how}, makes nothing of it anew, and a new run starts`, async () => {
      const { runId } = (await client.createRun("0", { tags: { tag: "1" } })).info;
      for (let step = 0; step < 50; step++) client.logMetric(runId, "m", step, { step });
      remove(runId);
      // A folder is moved by one call to the system, which is no pause.
      if (how.endsWith("moved")) await delay(2);
      for (let time = 0; time < 2; time++) await assert.rejects(async () => call(runId), removed);
      assert.ok(!existsSync(runFolder(runId)));
      await assert.rejects(client.getRun(runId), removed);
      const next = (await client.createRun("0", { runName: "next" })).info.runId;
      await client.logMetric(next, "m", 7);
      await client.logParam(next, "p", 8);
      await client.endRun(next);
      const found = await client.searchRuns({ experimentIds: ["0"] });
      assert.deepEqual(
        found.map(({ info, data }) => [info.runName, info.status, data.metrics, data.params]),
        [["next", "FINISHED", { m: 7 }, { p: "8" }]],
      );
      await client.store.close();
      if (existsSync(join(folder, "moved"))) rmSync(join(folder, "moved"), { recursive: true });
    });
  }
}

test("the first point after a removal in the same thread is refused, however quickly it follows", async () => {
  for (let time = 0; time < 200; time++) {
    const { runId } = (await client.createRun("0")).info;
    for (let step = 0; step <= time; step++) client.logMetric(runId, "m", step, { step });
    rmSync(runFolder(runId), { recursive: true });
    await assert.rejects(client.logMetric(runId, "m", 0), removed, `after ${time} points`);
  }
});

test("a loop that logs without a pause hears of it within a moment when another process removes its run", async () => {
  const { runId } = (await client.createRun("0")).info;
  await client.logMetric(runId, "m", 0);
  // Busy all the time: no event of the child is seen in this thread.
  const removing = spawn("rm", ["-r", runFolder(runId)], { stdio: "ignore" });
  const ended = once(removing, "close");
  let goneSince: number | undefined;
  const firstRefused = (): Promise<void> => {
    for (let step = 1; ; step++) {
      const logged = client.logMetric(runId, "m", step, { step });
      if (logged !== stored) return logged;
      if (step % 100 !== 0) continue;
      if (goneSince === undefined && !existsSync(runFolder(runId))) goneSince = performance.now();
      if (goneSince !== undefined && performance.now() - goneSince > 5_000) return logged;
    }
  };
  await assert.rejects(firstRefused(), removed);
  assert.deepEqual(await ended, [0, null]);
});

test("points that the disk has refused are given up with their run, and nothing complains of them later", async () => {
  const { runId } = (await client.createRun("0")).info;
  await client.logMetric(runId, "m", 1);
  rmSync(runFolder(runId), { recursive: true });
  await assert.rejects(client.logMetric(runId, "m", 2), removed);
  await client.store.close();
  await client.store.close();
});

test("a metric whose file alone was removed is written to a new one", async () => {
  const { runId } = (await client.createRun("0")).info;
  for (let step = 0; step < 3; step++) await client.logMetric(runId, "m", step, { step });
  await client.logMetric(runId, "n", 5);
  unlinkSync(join(runFolder(runId), "metrics", "m"));
  await delay(2);
  await client.logMetric(runId, "m", 7, { step: 7 });
  assert.deepEqual(
    (await client.getMetricHistory(runId, "m")).map(({ value }) => value),
    [7],
  );
  await client.endRun(runId);
  const { data, metricSummaries } = await client.getRun(runId);
  assert.deepEqual([data.metrics, metricSummaries.m?.count], [{ m: 7, n: 5 }, 1]);
});

test("a run that was moved and is back goes on", async () => {
  const { runId } = (await client.createRun("0")).info;
  await client.logMetric(runId, "m", 1);
  renameSync(runFolder(runId), join(folder, "moved"));
  await delay(2);
  await assert.rejects(client.logMetric(runId, "m", 2), removed);
  renameSync(join(folder, "moved"), runFolder(runId));
  await client.logMetric(runId, "m", 3);
  await client.endRun(runId);
  assert.equal((await client.getRun(runId)).metricSummaries.m?.count, 2);
});

/** A session as scripts and notebooks have it, with what it says. */
function newSession(): { session: TrackingSession; said: string[] } {
  const said: string[] = [];
  const session = new TrackingSession({ resolveUri, openStore, announce: (line) => void said.push(line) });
  session.setTrackingUri(store);
  return { session, said };
}

test("after the store was removed, the session starts its next run in a new one, in the experiment of the same name", async (t) => {
  const warnings: string[] = [];
  t.mock.method(process, "emitWarning", (text: string) => void warnings.push(text));
  const { session } = newSession();
  await session.client.createExperiment("first");
  await session.setExperiment("cars");
  await session.startRun({ runName: "lost" });
  await session.logMetric("m", 1);
  rmSync(store, { recursive: true });
  await assert.rejects(session.logMetric("m", 2), removed);
  const kept = await session.startRun({ runName: "kept" });
  await session.logMetric("m", 3);
  await session.endRun();
  assert.equal(warnings.length, 1);
  const experiment = await session.client.getExperimentByName("cars");
  assert.equal((await session.client.getRun(kept.runId)).info.experimentId, experiment?.experimentId);
  assert.deepEqual(
    (await session.searchRuns()).map(({ info, data }) => [info.runName, data.metrics.m]),
    [["kept", 3]],
  );
  await session.close();
});

test("a new experiment that has the id of the chosen one gets none of its runs", async (t) => {
  t.mock.method(process, "emitWarning", () => undefined);
  const { session } = newSession();
  const { experimentId } = await session.setExperiment("cars");
  rmSync(store, { recursive: true });
  assert.equal(await client.createExperiment("boats"), experimentId);
  const run = await session.startRun();
  assert.equal((await client.getExperiment(run.info.experimentId)).name, "cars");
  await session.close();
});

test("a run that a log call has started and that was removed ends with its cell, and the next log call starts another", async () => {
  const { session } = newSession();
  await session.logMetric("m", 1);
  const first = session.activeRun()?.runId ?? "";
  rmSync(runFolder(first), { recursive: true });
  await assert.rejects(session.logMetric("m", 2), removed);
  await session.settle();
  assert.equal(session.activeRun(), undefined);
  await session.logMetric("m", 3);
  assert.notEqual(session.activeRun()?.runId, first);
  await session.close();
});

test("a failure that nobody has seen of a run that was removed is not lost when the next run starts", async () => {
  const { session } = newSession();
  const first = await session.startRun();
  rmSync(runFolder(first.runId), { recursive: true });
  void session.logMetric("m", 2);
  await session.startRun();
  await assert.rejects(session.settle(), removed);
  await session.close();
});

test("a process that exits ends its other runs when one was removed", async () => {
  const { session } = newSession();
  const kept = await session.startRun();
  const first = await session.startRun({ nested: true });
  rmSync(runFolder(first.runId), { recursive: true });
  assert.equal(session.endRunsNow("FINISHED"), 1);
  assert.equal((await client.getRun(kept.runId)).info.status, "FINISHED");
  assert.deepEqual(
    readdirSync(join(store, "0")).filter((name) => name.length === 32),
    [kept.runId],
  );
  assert.equal(JSON.parse(readFileSync(join(runFolder(kept.runId), "run.json"), "utf8")).info.status, "FINISHED");
});

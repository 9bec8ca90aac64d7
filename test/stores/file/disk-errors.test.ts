import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { Disk } from "../../../src/stores/file/disk.js";
import { diskError } from "../../../src/stores/file/disk-error.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { nodeDisk } from "../../../src/stores/file/node-disk.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { isError } from "../../is-error.js";

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-disk-errors-"));
  root = join(folder, "runlab");
});

afterEach(() => rm(folder, { recursive: true }));

const reopen = () => new TrackingClient(new FileStore(root));

/** A disk that can be made to fail. */
function faultyDisk(): { disk: Disk; fail: { code?: string } } {
  const fail: { code?: string } = {};
  const real = nodeDisk();
  const guard = (what: string, path: string) => {
    if (fail.code !== undefined) throw diskError(what, path, Object.assign(new Error(fail.code), { code: fail.code }));
  };
  const disk: Disk = {
    ...real,
    append(fd, text, path) {
      if (fail.code === "ENOSPC" && text.length > 4) real.append(fd, text.slice(0, 4), path);
      guard("append to", path);
      real.append(fd, text, path);
    },
    replace(path, content) {
      guard("write", path);
      real.replace(path, content);
    },
    open(path) {
      guard("open", path);
      return real.open(path);
    },
  };
  return { disk, fail };
}

for (const [code, expected, message] of [
  ["ENOSPC", "RESOURCE_EXHAUSTED", /disk is full/],
  ["EDQUOT", "RESOURCE_EXHAUSTED", /quota/],
  ["EIO", "INTERNAL_ERROR", /I\/O error/],
  ["EROFS", "PERMISSION_DENIED", /read-only/],
  ["EMFILE", "RESOURCE_EXHAUSTED", /too many open files/],
] as const) {
  test(`${code}: a clear error, earlier data intact, and logging works again afterwards`, async () => {
    const { disk, fail } = faultyDisk();
    const faulty = new TrackingClient(new FileStore(root, { disk }));
    const { runId } = (await faulty.createRun("0")).info;
    await faulty.logMetric(runId, "m", 1, { step: 1 });
    await faulty.logParam(runId, "a", 1);
    fail.code = code;
    await assert.rejects(faulty.logMetric(runId, "m", 2, { step: 2 }), isError(expected, message));
    await assert.rejects(
      faulty.logMetric(runId, "other", 2),
      isError(expected, /2 points kept in memory and not written yet/),
    );
    await assert.rejects(faulty.logParam(runId, "b", 2), isError(expected, message));
    await assert.rejects(faulty.createRun("0"), isError(expected, message));
    await assert.rejects(faulty.logText(runId, "x", "x.txt"), isError(expected, message));
    assert.deepEqual((await faulty.getRun(runId)).data.params, { a: "1" });
    delete fail.code;
    await faulty.logMetric(runId, "m", 3, { step: 12 });
    await faulty.logMetric(runId, "other", 4);
    await faulty.logParam(runId, "b", 3);
    await faulty.endRun(runId);
    for (const reader of [faulty, reopen()]) {
      const { data, metricSummaries } = await reader.getRun(runId);
      assert.deepEqual(data, { ...data, params: { a: "1", b: "3" }, metrics: { m: 3, other: 4 } });
      assert.equal(metricSummaries.m?.count, 3);
      assert.equal(metricSummaries.other?.count, 2);
      assert.deepEqual(
        (await reader.getMetricHistory(runId, "m")).map(({ step }) => step),
        [1, 2, 12],
      );
    }
    await faulty.store.close();
  });
}

test("a batch of which a metric's file is refused leaves nothing, and its other metrics can be logged", async () => {
  const real = nodeDisk();
  const guard = (path: string) => {
    if (path.endsWith("/metrics/refused"))
      throw diskError("open", path, Object.assign(new Error(), { code: "EACCES" }));
    return path;
  };
  const disk: Disk = { ...real, open: (path) => real.open(guard(path)), create: (path) => real.create(guard(path)) };
  const client = new TrackingClient(new FileStore(root, { disk }));
  const { runId } = (await client.createRun("0")).info;
  const point = { value: 1, step: 0, timestamp: 1 };
  const batch = {
    metrics: ["fine", "refused"].map((key) => ({ key, ...point })),
    params: [{ key: "p", value: "1" }],
    tags: { t: "1" },
  };
  await assert.rejects(client.store.logBatch(runId, batch), isError("PERMISSION_DENIED", /refused/));
  const left = async (reader: TrackingClient) => {
    const { data, metricSummaries } = await reader.getRun(runId);
    return [data.params, data.metrics, data.tags.t, metricSummaries];
  };
  for (const reader of [client, reopen()]) assert.deepEqual(await left(reader), [{}, {}, undefined, {}]);
  await client.store.logBatch(runId, { ...batch, metrics: batch.metrics.slice(0, 1) });
  await client.endRun(runId);
  const { data } = await reopen().getRun(runId);
  assert.deepEqual([data.params, data.metrics, data.tags.t], [{ p: "1" }, { fine: 1 }, "1"]);
  assert.equal((await reopen().getMetricHistory(runId, "fine")).length, 1);
});

test("points that a full disk refused are written once there is room, with no other log call, also after the run's end", async () => {
  const { disk, fail } = faultyDisk();
  // Only points are refused: the journal has room.
  const append: Disk["append"] = (fd, text, path) =>
    path.includes("metrics") ? disk.append(fd, text, path) : nodeDisk().append(fd, text, path);
  const faulty = new TrackingClient(new FileStore(root, { disk: { ...nodeDisk(), append } }));
  const { runId } = (await faulty.createRun("0")).info;
  fail.code = "ENOSPC";
  for (const step of [0, 1, 2]) {
    await assert.rejects(faulty.logMetric(runId, "m", step, { step }), isError("RESOURCE_EXHAUSTED", /kept in memory/));
  }
  await faulty.endRun(runId);
  await assert.rejects(faulty.store.close(), isError("RESOURCE_EXHAUSTED", /3 points/));
  delete fail.code;
  const deadline = Date.now() + 10_000;
  while ((await faulty.getMetricHistory(runId, "m")).length < 3) {
    assert.ok(Date.now() < deadline, "not written");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await faulty.store.close();
  const { info, metricSummaries } = await reopen().getRun(runId);
  assert.deepEqual([info.status, metricSummaries.m?.count], ["FINISHED", 3]);
});

test("a full disk at the end of a run loses nothing: its journal stays", async () => {
  const { disk, fail } = faultyDisk();
  const replace = disk.replace;
  const faulty = new TrackingClient(new FileStore(root, { disk: { ...disk, append: nodeDisk().append, replace } }));
  const { runId } = (await faulty.createRun("0")).info;
  await faulty.logParam(runId, "a", 1);
  fail.code = "ENOSPC";
  await faulty.endRun(runId);
  delete fail.code;
  const { info, data } = await reopen().getRun(runId);
  assert.deepEqual([info.status, data.params], ["FINISHED", { a: "1" }]);
  await faulty.store.close();
});

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";

test("a metric whose file name does not tell its key is counted, also when the run was folded by another just before", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-writer-"));
  t.after(() => rm(folder, { recursive: true }));
  const open = () => new TrackingClient(new FileStore(join(folder, "runlab")));
  const [ours, theirs] = [open(), open()];
  const { runId } = (await ours.createRun("0")).info;
  await theirs.logParam(runId, "p", 1);
  await theirs.endRun(runId);
  const key = "k".repeat(250);
  await ours.logMetric(runId, key, 7, { step: 3 });
  const run = await ours.getRun(runId);
  assert.deepEqual(run.data.metrics, { [key]: 7 });
  assert.equal(run.metricSummaries[key]?.count, 1);
  assert.deepEqual(run.data.params, { p: "1" });
  await ours.store.close();
  assert.deepEqual((await theirs.getRun(runId)).data.metrics, { [key]: 7 });
  await theirs.store.close();
});

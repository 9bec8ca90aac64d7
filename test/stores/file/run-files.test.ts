import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";

test("a run that another process is writing has its metrics in the order in which they came", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-order-"));
  t.after(() => rm(folder, { recursive: true }));
  const { birthtimeMs, ctimeMs } = await stat(folder);
  // A file system that does not say when a file was made leaves the order of names.
  if (birthtimeMs === 0 || birthtimeMs > ctimeMs) return;
  const [ours, theirs] = [new FileStore(folder), new FileStore(folder)].map((store) => new TrackingClient(store));
  assert.ok(ours && theirs);
  const { runId } = (await ours.createRun("0")).info;
  const metrics = async (client: TrackingClient) => Object.keys((await client.getRun(runId)).data.metrics);
  for (const key of ["rmse", "mae", "r2"]) {
    await ours.logMetric(runId, key, 1);
    // Longer than the clock of the file system takes for a tick.
    await delay(20);
  }
  assert.deepEqual(await metrics(theirs), ["rmse", "mae", "r2"]);
  await ours.logMetric(runId, "accuracy", 1);
  assert.deepEqual(await metrics(theirs), ["rmse", "mae", "r2", "accuracy"]);
  await ours.endRun(runId);
  assert.deepEqual(await metrics(theirs), ["rmse", "mae", "r2", "accuracy"]);
  await ours.store.close();
  await theirs.store.close();
});

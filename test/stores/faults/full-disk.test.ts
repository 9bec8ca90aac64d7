import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { isError } from "../../is-error.js";

/** A file system of one megabyte, where this process may mount one. */
function smallDisk(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "runlab-full-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    rmdirSync(folder);
    return undefined;
  }
}

const disk = smallDisk();

test("a disk that is really full: clear errors, earlier data intact, and everything logged is there once there is room", {
  skip: disk === undefined && "needs root on Linux, to mount a tmpfs",
}, async (t) => {
  const folder = disk ?? "";
  t.after(() => {
    execFileSync("umount", [folder]);
    rmdirSync(folder);
  });
  const client = new TrackingClient(new FileStore(join(folder, "runlab")));
  const { runId } = (await client.createRun("0")).info;
  await client.logParam(runId, "before", 1);
  await client.logMetric(runId, "m", 0, { step: 0 });
  const ballast = join(folder, "ballast");
  // Fills what is left, to the last page.
  assert.throws(() => writeFileSync(ballast, Buffer.alloc(2 ** 21)), /ENOSPC/);
  let step = 1;
  // The metric's own page still has room for some lines; at last one is cut in two.
  const refused = () => client.logMetric(runId, "m", step, { step });
  while (step < 1000) {
    try {
      await refused();
      step++;
    } catch (error) {
      assert.ok(isError("RESOURCE_EXHAUSTED", /disk is full\. 1 point kept in memory and not written yet/)(error));
      break;
    }
  }
  assert.ok(step < 1000, "the disk is full");
  const last = step + 50;
  for (step++; step <= last; step++) await assert.rejects(refused, isError("RESOURCE_EXHAUSTED", /kept in memory/));
  await assert.rejects(client.createRun("0"), isError("RESOURCE_EXHAUSTED", /disk is full/));
  await assert.rejects(client.logText(runId, "x".repeat(9000), "a.txt"), isError("RESOURCE_EXHAUSTED", /disk is full/));
  await assert.rejects(client.createExperiment("cars"), isError("RESOURCE_EXHAUSTED", /disk is full/));
  assert.equal((await client.getRun(runId)).data.params.before, "1");
  rmSync(ballast);
  await client.logMetric(runId, "m", step, { step });
  await client.logParam(runId, "after", 1);
  await client.endRun(runId);
  await client.store.close();
  const reader = new TrackingClient(new FileStore(join(folder, "runlab")));
  const run = await reader.getRun(runId);
  assert.deepEqual([run.info.status, run.data.params], ["FINISHED", { before: "1", after: "1" }]);
  assert.deepEqual(
    (await reader.getMetricHistory(runId, "m")).map((point) => point.step),
    Array.from({ length: step + 1 }, (_, index) => index),
  );
  assert.equal(run.metricSummaries.m?.count, step + 1);
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    assert.doesNotMatch(name, /\.tmp$/);
    if (name.endsWith(".json")) JSON.parse(readFileSync(join(folder, name), "utf8"));
  }
  await reader.store.close();
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Disk } from "../../../src/stores/file/disk.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { nodeDisk } from "../../../src/stores/file/node-disk.js";
import { TrackingClient } from "../../../src/tracking/client.js";

const tagging = fileURLToPath(new URL("./tagging-process.js", import.meta.url));

/** Calls `work` first. */
const before =
  <Arguments extends unknown[], Result>(work: () => void, call: (...args: Arguments) => Result) =>
  (...args: Arguments): Result => {
    work();
    return call(...args);
  };

const real = nodeDisk();

/** Where a process that folds its run is stopped: before this call of its disk. */
const places: ReadonlyArray<readonly [string, (stop: () => void) => Partial<Disk>]> = [
  ["before it moves the journal", (stop) => ({ link: before(stop, real.link) })],
  ["between the two names of its journal", (stop) => ({ remove: before(stop, real.remove) })],
  ["before it writes the document", (stop) => ({ commit: before(stop, real.commit) })],
];

for (const [place, stopping] of places) {
  test(`a process stopped ${place} overwrites nothing of another that has folded its run meanwhile`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "runlab-fold-"));
    t.after(() => rm(folder, { recursive: true }));
    const store = join(folder, "runlab");
    let runId = "";
    let stopped = 0;
    const stop = () => {
      if (runId === "" || ++stopped > 1) return;
      // The second process finds what the first one has left, and does not fold it.
      for (const [key, end] of [
        ["first", "fold"],
        ["second", "leave"],
      ] as const) {
        const { status, stderr } = spawnSync(process.execPath, [tagging, store, runId, key, end], { encoding: "utf8" });
        assert.equal(status, 0, stderr);
      }
    };
    const ours = new TrackingClient(new FileStore(store, { disk: { ...real, ...stopping(stop) } }));
    const run = await ours.createRun("0");
    await ours.logParam(run.info.runId, "p", 1);
    await ours.logMetric(run.info.runId, "m", 2);
    runId = run.info.runId;
    await ours.endRun(runId);
    await ours.store.close();
    assert.ok(stopped > 0);
    const reader = new FileStore(store);
    const { info, data } = await reader.getRun(runId);
    await reader.close();
    const { first, second } = data.tags;
    assert.deepEqual(
      [info.status, data.params, data.metrics, first, second],
      ["FINISHED", { p: "1" }, { m: 2 }, "1", "1"],
    );
    assert.deepEqual((await readdir(join(store, "0", runId))).sort(), ["metrics", "run.json"]);
    assert.equal(JSON.parse(await readFile(join(store, "0", runId, "run.json"), "utf8")).tags.second, "1");
  });
}

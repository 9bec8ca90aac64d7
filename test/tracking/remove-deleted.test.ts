import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FileStore } from "../../src/stores/file/file-store.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingClient } from "../../src/tracking/client.js";
import { removeDeleted } from "../../src/tracking/remove-deleted.js";
import type { TrackingStore } from "../../src/tracking/store.js";
import { isError } from "../is-error.js";

async function withStore(kind: string, work: (client: TrackingClient, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-gc-"));
  const store: TrackingStore = kind === "memory" ? new MemoryStore() : new FileStore(join(folder, "runlab"));
  await work(new TrackingClient(store), folder);
  await store.close();
  await rm(folder, { recursive: true });
}

async function run(client: TrackingClient, experimentId: string, runName: string): Promise<string> {
  const { runId } = (await client.createRun(experimentId, { runName })).info;
  await client.logMetric(runId, "m", 1);
  await client.logText(runId, "text", "a/b.txt");
  await client.endRun(runId);
  return runId;
}

const names = (rows: ReadonlyArray<{ runName: string }>) => rows.map(({ runName }) => runName).sort();

for (const kind of ["memory", "file"]) {
  test(`${kind}: deleted runs, and deleted experiments with all their runs, are removed for good; the rest stays`, () =>
    withStore(kind, async (client, folder) => {
      const kept = await run(client, "0", "kept");
      const gone = await run(client, "0", "gone");
      const cars = await client.createExperiment("cars");
      await run(client, cars, "inside");
      await client.deleteRun(gone);
      await client.deleteExperiment(cars);
      const dry = await removeDeleted(client.store, { dryRun: true });
      assert.deepEqual(
        [names(dry.runs), dry.experiments],
        [["gone", "inside"], [{ experimentId: cars, name: "cars" }]],
      );
      assert.equal((await client.getRun(gone)).info.lifecycleStage, "deleted", "a dry run removes nothing");
      assert.deepEqual(await removeDeleted(client.store), dry);
      await assert.rejects(client.getRun(gone), isError("RESOURCE_DOES_NOT_EXIST"));
      await assert.rejects(client.getExperiment(cars), isError("RESOURCE_DOES_NOT_EXIST"));
      assert.equal((await client.getRun(kept)).data.metrics.m, 1);
      const all = await client.searchRuns({ experimentIds: ["0", cars], viewType: "ALL" });
      assert.deepEqual(names(all.map(({ info }) => info)), ["kept"]);
      assert.notEqual(await client.createExperiment("later"), cars, "a number is not given twice");
      assert.deepEqual((await removeDeleted(client.store)).runs, []);
      if (kind === "memory") return;
      assert.deepEqual(
        (await readdir(join(folder, "runlab", "0"))).filter((name) => name !== ".index"),
        [kept],
      );
      assert.equal((await readdir(join(folder, "runlab"))).includes(cars), false);
      const other = new TrackingClient(new FileStore(join(folder, "runlab")));
      assert.equal((await other.searchRuns({ experimentIds: ["0"], viewType: "ALL" })).length, 1);
    }));

  test(`${kind}: what was deleted lately stays when an age is asked for, and a restored run has no such time`, () =>
    withStore(kind, async (client) => {
      const runId = await run(client, "0", "young");
      await client.deleteRun(runId);
      assert.deepEqual((await removeDeleted(client.store, { olderThan: 60_000 })).runs, []);
      assert.ok(((await client.getRun(runId)).info.deletedTime ?? 0) > 0);
      await client.restoreRun(runId);
      assert.equal((await client.getRun(runId)).info.deletedTime, undefined);
      assert.deepEqual((await removeDeleted(client.store)).runs, []);
    }));

  test(`${kind}: a deleted run stays while a registered model's version comes from it`, () =>
    withStore(kind, async (client) => {
      const runId = await run(client, "0", "parent");
      const source = `runs:/${runId}/model`;
      await client.store.registry.createModelVersion({ name: "Cars", source, runId, userId: "u", createModel: true });
      await client.deleteRun(runId);
      const { runs, kept } = await removeDeleted(client.store);
      assert.deepEqual([runs, kept[0]?.reason], [[], "version 1 of model Cars comes from it"]);
      await client.store.registry.deleteModelVersion("Cars", "1");
      assert.deepEqual(names((await removeDeleted(client.store)).runs), ["parent"]);
    }));

  test(`${kind}: nothing that is not deleted can be removed for good`, () =>
    withStore(kind, async (client) => {
      const runId = await run(client, "0", "here");
      await assert.rejects(async () => client.store.purgeRun?.(runId), isError("INVALID_STATE", /is not deleted/));
      const cars = await client.createExperiment("cars");
      await assert.rejects(
        async () => client.store.purgeExperiment?.(cars),
        isError("INVALID_STATE", /is not deleted/),
      );
      await client.deleteExperiment(cars);
      await run(client, "0", "other");
      await assert.rejects(async () => client.store.purgeExperiment?.("0"), isError("INVALID_STATE", /has runs/));
    }));
}

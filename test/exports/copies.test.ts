import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readFormats, writtenFormats } from "../../src/exports/export-formats.js";
import { exportRuns } from "../../src/exports/export-runs.js";
import { importedText, importRuns } from "../../src/exports/import-runs.js";
import { openStore } from "../../src/stores/open.js";
import { TrackingSession } from "../../src/tracking/session.js";
import type { Run } from "../../src/tracking/types.js";

const folder = await mkdtemp(join(tmpdir(), "runlab-copies-"));
after(() => rm(folder, { recursive: true, force: true }));

/** A store with a parent and two nested runs in `cars`, the parent last in a file, since files begin with the newest run. */
async function filled(uri: string): Promise<TrackingSession> {
  const store = openStore(uri);
  const session = new TrackingSession({ resolveUri: () => uri, openStore: () => store });
  await session.setExperiment("cars");
  await session.startRun({ runName: "sweep" }, async (parent) => {
    for (const runName of ["a", "b"]) {
      await session.startRun({ runName, nested: true, parentRunId: parent.runId }, async (run) => {
        await run.logParams({ name: runName });
        for (let step = 0; step < 3; step++) await run.logMetric("loss", 1 / (1 + step), { step });
      });
    }
  });
  return session;
}

async function runsOf(session: TrackingSession, name: string): Promise<Map<string, Run>> {
  const runs = await session.searchRuns({ experimentNames: [name] });
  return new Map(runs.map((run) => [run.info.runName, run]));
}

const grown = { runs: 0, points: 0 };

for (const { name, extensions } of writtenFormats.filter((format) =>
  readFormats.some((read) => read.name === format.name),
)) {
  for (const kind of ["memory", "file"]) {
    const uri = kind === "memory" ? "memory:" : join(folder, name, "runlab");

    test(`runs that another experiment has are copied from ${name} into a ${kind} store, once`, async () => {
      const session = await filled(uri);
      const from = join(folder, `${kind}-copies${extensions[0]}`);
      await exportRuns(session, { to: from });
      const originals = await runsOf(session, "cars");

      const result = await importRuns(session, { from, experiment: "copy" });
      assert.deepEqual(result, { path: from, experiment: "copy", runs: 3, copied: 3, skipped: 0, grown, notes: [] });
      assert.match(importedText(result), /^Added 3 runs .*; copied with new ids$/);
      const copies = await runsOf(session, "copy");
      assert.deepEqual([...copies.keys()].sort(), ["a", "b", "sweep"]);
      for (const [runName, { info, data }] of copies) {
        const original = originals.get(runName);
        assert.notEqual(info.runId, original?.info.runId);
        assert.equal(data.tags["runlab.import.run_id"], original?.info.runId);
        assert.equal(data.tags["runlab.import"], undefined);
        assert.deepEqual(data.params, original?.data.params);
        assert.deepEqual(
          (await session.getMetricHistory(info.runId, "loss")).map(({ value }) => value),
          runName === "sweep" ? [] : [1, 1 / 2, 1 / 3],
        );
      }
      const parent = copies.get("sweep")?.info.runId;
      assert.equal(copies.get("a")?.data.tags["mlflow.parentRunId"], parent);
      assert.equal(copies.get("b")?.data.tags["mlflow.parentRunId"], parent);
      assert.deepEqual(await runsOf(session, "cars"), originals);

      const again = await importRuns(session, { from, experiment: "copy" });
      assert.deepEqual(again, { path: from, experiment: "copy", runs: 0, copied: 0, skipped: 3, grown, notes: [] });
      assert.equal((await runsOf(session, "copy")).size, 3);

      await session.deleteRun(copies.get("a")?.info.runId ?? "");
      assert.equal((await importRuns(session, { from, experiment: "copy" })).skipped, 3);
      await session.close();
    });
  }
}

test("a copy that an import left unfinished is made anew by the next one", async () => {
  const session = await filled("memory:");
  const from = join(folder, "stopped.json");
  await exportRuns(session, { to: from });
  const { updateRun } = session.store;
  session.store.updateRun = async () => {
    throw new Error("the disk is full");
  };
  // Nor can what is half there be removed.
  const { deleteRun } = session.client;
  session.client.deleteRun = async () => {
    throw new Error("the disk is full");
  };
  await assert.rejects(importRuns(session, { from, experiment: "copy" }), /the disk is full/);
  session.store.updateRun = updateRun;
  session.client.deleteRun = deleteRun;
  assert.equal((await runsOf(session, "copy")).size, 1);
  const result = await importRuns(session, { from, experiment: "copy" });
  assert.deepEqual([result.runs, result.copied, result.skipped], [3, 3, 0]);
  assert.equal((await runsOf(session, "copy")).size, 3);
  await session.close();
});

test("of a file with runs of both kinds only those of another experiment are copies", async () => {
  const session = await filled("memory:");
  const from = join(folder, "both.json");
  await exportRuns(session, { to: from });
  const { info } = (await runsOf(session, "cars")).get("a") ?? {};
  await session.deleteRun(info?.runId ?? "");
  await session.client.purgeRun(info?.runId ?? "");
  const result = await importRuns(session, { from, experiment: "copy" });
  assert.deepEqual([result.runs, result.copied, result.skipped], [3, 2, 0]);
  assert.match(importedText(result), /; 2 copied with new ids/);
  const copies = await runsOf(session, "copy");
  assert.equal(copies.get("a")?.info.runId, info?.runId);
  assert.equal(copies.get("a")?.data.tags["mlflow.parentRunId"], copies.get("sweep")?.info.runId);
  await session.close();
});

test("runs that name each other as parents are imported all the same", async () => {
  const session = await filled("memory:");
  const [a, b] = [...(await runsOf(session, "cars")).values()];
  await session.client.setTag(a?.info.runId ?? "", "mlflow.parentRunId", b?.info.runId);
  await session.client.setTag(b?.info.runId ?? "", "mlflow.parentRunId", a?.info.runId);
  const from = join(folder, "circle.json");
  await exportRuns(session, { to: from });
  assert.equal((await importRuns(session, { from, experiment: "copy" })).copied, 3);
  await session.close();
});

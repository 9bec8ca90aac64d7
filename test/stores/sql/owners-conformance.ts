import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { thisProcess } from "../../../src/stores/file/owner.js";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { migrate } from "../../../src/stores/sql/migrations.js";
import { openDatabase, upgradeDatabase } from "../../../src/stores/sql/open-sql.js";
import { SqlStore, type SqlStoreOptions } from "../../../src/stores/sql/sql-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { startWriter } from "./sql-conformance.js";

const elsewhere = () => ({ ...thisProcess(), host: "elsewhere" });

/** Whom a run belongs to, and what is shown of it when that process is gone. @param newUri - of a new database */
export function ownersConformance(name: string, newUri: () => string): void {
  const opened = async (uri: string, options: Omit<SqlStoreOptions, "artifacts"> = {}) => {
    const database = await openDatabase(uri);
    return { database, client: new TrackingClient(new SqlStore(database, { artifacts: "/nowhere", ...options })) };
  };

  test(`${name}: a run whose process was killed is shown as KILLED; reading writes nothing, a later run writes it down`, async () => {
    const uri = resolveUri(newUri());
    const writer = await startWriter(uri, "stay");
    writer.send("go");
    const [runId] = (await once(writer, "message")) as [string];
    const { client, database } = await opened(uri);
    assert.equal((await client.getRun(runId)).info.status, "RUNNING");
    writer.kill("SIGKILL");
    await once(writer, "exit");
    const { info, data, metricSummaries } = await client.getRun(runId);
    assert.equal(info.status, "KILLED");
    assert.equal(info.endTime, metricSummaries.loss?.last.timestamp);
    assert.match(data.tags["runlab.end_reason"] ?? "", /ended without ending the run/);
    const found = async (filterString: string, orderBy: string[] = []) =>
      (await client.searchRuns({ experimentIds: [info.experimentId], filterString, orderBy })).map((run) => run.info);
    assert.deepEqual(await found("status = 'KILLED'"), [info]);
    assert.deepEqual(await found("status != 'RUNNING'", ["end_time DESC"]), [info]);
    assert.deepEqual(await found(`end_time = ${info.endTime}`), [info]);
    assert.deepEqual(await found("tags.`runlab.end_reason` LIKE '%ended without%'"), [info]);
    assert.deepEqual(await found("status = 'RUNNING'"), []);
    const row = () =>
      database.db
        .selectFrom("runs")
        .select(["status", "end_time"])
        .where("run_id", "=", runId)
        .executeTakeFirstOrThrow();
    assert.deepEqual(await row(), { status: "RUNNING", end_time: null });
    await client.createRun(info.experimentId);
    assert.deepEqual(await row(), { status: "KILLED", end_time: info.endTime });
    assert.deepEqual((await client.getRun(runId)).data.tags, data.tags);
    await client.store.close();
  });

  test(`${name}: a run of another host is RUNNING as long as its process gives signs of life, and KILLED in silence, until the next write`, async () => {
    const uri = resolveUri(newUri());
    const other = await opened(uri, { self: elsewhere(), beatMs: 50 });
    const here = await opened(uri, { silentMs: 1_000 });
    const { runId } = (await other.client.createRun("0")).info;
    await other.client.logMetric(runId, "a", 1, { timestamp: 5 });
    await delay(1_500);
    assert.equal((await here.client.getRun(runId)).info.status, "RUNNING");
    // As if it had been stopped: nothing is heard of it.
    await other.client.store.close();
    const statusOf = async () => (await here.client.getRun(runId)).info.status;
    const end = Date.now() + 20_000;
    while ((await statusOf()) === "RUNNING" && Date.now() < end) await delay(50);
    const { info, data } = await here.client.getRun(runId);
    assert.equal(info.status, "KILLED");
    assert.equal(info.endTime, info.startTime);
    assert.match(data.tags["runlab.end_reason"] ?? "", /no sign of life.*elsewhere/);
    const killed = { experimentIds: ["0"], filterString: "status = 'KILLED'" };
    assert.equal((await here.client.searchRuns(killed)).length, 1);
    // Who writes does not take it for dead: it may go on.
    await here.client.createRun("0");
    await other.client.logMetric(runId, "a", 2);
    assert.equal(await statusOf(), "RUNNING");
    assert.equal((await here.client.searchRuns(killed)).length, 0);
    await other.client.endRun(runId);
    assert.equal(await statusOf(), "FINISHED");
    for (const { client } of [other, here]) await client.store.close();
  });

  test(`${name} of a schema without signs of life takes processes of other hosts for alive; after an upgrade they give signs`, async () => {
    const uri = resolveUri(newUri());
    const old = await openDatabase(uri);
    await migrate(old, 3);
    const quiet = await opened(uri, { self: elsewhere(), beatMs: 1_000_000 });
    const other = await opened(uri, { self: elsewhere(), beatMs: 50 });
    const here = await opened(uri, { silentMs: 0 });
    const older = (await quiet.client.createRun("0")).info.runId;
    const { runId } = (await other.client.createRun("0")).info;
    for (const id of [older, runId]) assert.equal((await here.client.getRun(id)).info.status, "RUNNING");
    assert.deepEqual((await upgradeDatabase(uri)).steps, ["signs of life"]);
    assert.equal((await here.client.getRun(older)).info.status, "RUNNING", "it has given none, so it may be older");
    const end = Date.now() + 20_000;
    const signs = () => old.db.selectFrom("owners").selectAll().execute();
    while ((await signs()).length === 0 && Date.now() < end) await delay(20);
    assert.equal((await signs()).length, 1);
    await other.client.endRun(runId);
    for (const { client } of [quiet, other, here]) await client.store.close();
    await old.close();
  });

  test(`${name}: changes that come together are stored or refused each by itself`, async () => {
    const client = new TrackingClient(openStore(resolveUri(newUri())));
    const { runId } = (await client.createRun("0")).info;
    await client.logParam(runId, "fixed", 1);
    const { store } = client;
    const results = await Promise.allSettled([
      store.logMetric(runId, { key: "a", value: 1, step: 0, timestamp: 1 }),
      store.createRun({ runId, experimentId: "0", runName: "", userId: "", startTime: 1, tags: {} }),
      store.deleteTag(runId, "absent"),
      store.updateRun("f".repeat(32), { status: "FINISHED" }),
      store.createExperiment({ name: "one" }),
      store.createExperiment({ name: "one" }),
      store.updateRun(runId, { runName: "named" }),
    ]);
    const statuses = results.map(({ status }) => status);
    // Which of the two gets the name is open.
    const experiments = statuses.splice(4, 2);
    assert.deepEqual(experiments.sort(), ["fulfilled", "rejected"]);
    assert.deepEqual(statuses, ["fulfilled", "rejected", "rejected", "rejected", "fulfilled"]);
    const run = await client.getRun(runId);
    assert.equal(run.data.metrics.a, 1);
    assert.equal(run.info.runName, "named");
    assert.equal((await client.searchExperiments()).length, 2);
    await store.close();
  });
}

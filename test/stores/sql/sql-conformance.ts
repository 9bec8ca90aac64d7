import assert from "node:assert/strict";
import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import type { SqlDatabase } from "../../../src/stores/sql/database.js";
import { DatabaseNews } from "../../../src/stores/sql/database-news.js";
import { openDatabase, openSql } from "../../../src/stores/sql/open-sql.js";
import type { SqlStore } from "../../../src/stores/sql/sql-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import type { StoreNews, TrackingStore } from "../../../src/tracking/store.js";
import { storeConformance } from "../conformance.js";
import { registryConformance } from "../registry-conformance.js";
import { ownersConformance } from "./owners-conformance.js";

/** What every database promises. @param newUri - the URI of a database that is empty, or not there yet */
export function sqlConformance(name: string, newUri: () => string): void {
  const open = () => openStore(resolveUri(newUri()));
  storeConformance(name, open);
  registryConformance(name, open);
  ownersConformance(name, newUri);

  describe(`${name}, of many processes`, () => {
    test("8 processes that begin at once in a new database lose nothing", async () => {
      const uri = newUri();
      const writers = await Promise.all(Array.from({ length: 8 }, () => startWriter(uri)));
      for (const writer of writers) writer.send("go");
      const codes = await Promise.all(writers.map((writer) => once(writer, "exit")));
      assert.deepEqual(
        codes.map(([code]) => code),
        Array(8).fill(0),
      );
      const client = new TrackingClient(openStore(uri));
      const experiment = await client.getExperimentByName("shared");
      const runs = await client.searchRuns({ experimentIds: [experiment?.experimentId ?? ""] });
      assert.equal(runs.length, 8);
      for (const { info, data } of runs) {
        assert.equal(info.status, "FINISHED");
        assert.equal(data.metrics.loss, 99);
        assert.equal((await client.getMetricHistory(info.runId, "loss")).length, 100);
      }
      const versions = await client.searchModelVersions({ orderBy: ["version_number ASC"] });
      assert.deepEqual(
        versions.map(({ version }) => version),
        ["1", "2", "3", "4", "5", "6", "7", "8"],
      );
      await client.store.close();
    });

    test("a run whose process was killed is KILLED, with all that its calls had stored", async () => {
      const uri = newUri();
      const writer = await startWriter(uri, "stay");
      writer.send("go");
      const [runId] = (await once(writer, "message")) as [string];
      const client = new TrackingClient(openStore(uri));
      assert.equal((await client.getRun(runId)).info.status, "RUNNING");
      writer.kill("SIGKILL");
      await once(writer, "exit");
      const { info, data } = await client.getRun(runId);
      assert.equal(info.status, "KILLED");
      assert.equal(data.metrics.loss, 99);
      assert.match(data.tags["runlab.end_reason"] ?? "", /ended without ending the run/);
      const [found] = await client.searchRuns({
        experimentIds: [info.experimentId],
        filterString: "status = 'KILLED'",
      });
      assert.equal(found?.info.runId, runId);
      await client.store.close();
    });

    test("what has been logged when a script calls process.exit is stored, and the run does not stay RUNNING", () => {
      const uri = newUri();
      const script = `
        import { startRun } from ${JSON.stringify(new URL("../../../src/index.js", import.meta.url).href)};
        const run = await startRun({ runName: "exits" });
        await run.logMetric("a", 1);
        process.exit(3);`;
      const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
        encoding: "utf8",
        env: { ...process.env, RUNLAB_TRACKING_URI: uri },
      });
      assert.equal(status, 3, stderr);
      const client = new TrackingClient(openStore(uri));
      return client.searchRuns({ experimentIds: ["0"] }).then(async ([run]) => {
        assert.equal(run?.data.metrics.a, 1);
        assert.match(run.info.status, /^(FAILED|KILLED)$/);
        await client.store.close();
      });
    });
  });

  newsConformance(name, newUri);

  test(`${name}: a history of more points than one page is given whole, in order`, async () => {
    const client = new TrackingClient(openStore(resolveUri(newUri())));
    const { runId } = (await client.createRun("0")).info;
    const values = Float64Array.from({ length: 60_000 }, (_, index) => Math.sin(index));
    await client.logMetric(runId, "wave", values);
    const history = await client.getMetricHistory(runId, "wave");
    assert.deepEqual(
      Float64Array.from(history, ({ value }) => value),
      values,
    );
    const page = await client.store.getMetricHistory(runId, "wave", { maxResults: 1_000_000 });
    assert.equal(page.length, 25_000);
    const last = await client.store.getMetricHistory(runId, "wave", { maxResults: 10, pageToken: page.nextPageToken });
    assert.equal(last[0]?.step, 25_000);
    await client.store.close();
  });
}

function newsConformance(name: string, newUri: () => string): void {
  const anything = { experiments: true, models: true };
  const named = (...runIds: string[]) => ({ runIds, experiments: false, models: false });
  const newRun = async (store: TrackingStore) =>
    (await store.createRun({ experimentId: "0", runName: "a", userId: "", startTime: 1, tags: {} })).info.runId;
  const metric = { key: "loss", value: 1, step: 0, timestamp: 1 };

  describe(`news of ${name}`, () => {
    test("name the runs that another has changed, and say nothing when nothing was written", async (context) => {
      const uri = resolveUri(newUri());
      const [reader, writer] = await Promise.all([opened(context, uri), opened(context, uri)]);
      const first = await newRun(writer);
      const ended = await newRun(writer);
      await writer.updateRun(ended, { status: "FINISHED", endTime: 2 });
      const news = () => reader.news(false);
      assert.equal(await reader.news(true), undefined);
      for (let look = 0; look < 3; look++) assert.equal(await news(), undefined);
      await reader.searchRuns({ experimentIds: ["0"] });
      assert.equal(await news(), undefined);

      for (const change of [
        () => writer.logMetric(first, metric),
        () => writer.logMetric(first, metric),
        () => writer.logBatch(first, { params: [{ key: "lr", value: "1" }] }),
        () => writer.logBatch(first, { tags: { a: "1" } }),
        () => writer.logBatch(first, { tags: { a: "2" } }),
        () => writer.updateRun(first, { runName: "b" }),
        () => reader.logMetric(first, metric),
        () => writer.updateRun(first, { status: "FINISHED", endTime: 3 }),
      ]) {
        await change();
        assert.deepEqual(await news(), named(first), String(change));
        assert.equal(await news(), undefined, String(change));
      }
      const second = await newRun(writer);
      assert.deepEqual(await news(), named(second));
      await writer.createExperiment({ name: "cars" });
      assert.deepEqual(await news(), { ...named(), experiments: true });
      await writer.registry.createRegisteredModel({ name: "Cars" });
      assert.deepEqual(await news(), { ...named(), models: true });
      await writer.logBatch(ended, { tags: { note: "good" } });
      assert.deepEqual(await news(), anything);
      assert.equal(await news(), undefined);
    });

    test("tell of a change that was not committed at the last look", async (context) => {
      const uri = resolveUri(newUri());
      const store = await opened(context, uri);
      const other = await openedDatabase(context, uri);
      const runId = await newRun(store);
      await other.change(async (db) => {
        await db.updateTable("runs").set({ run_name: "b" }).where("run_id", "=", runId).execute();
        await store.news(true);
        assert.equal(await store.news(false), undefined);
      });
      assert.deepEqual(await store.news(false), named(runId));
    });

    test("tell, after a while, of any run: an ended one may have changed together with a running one", async (context) => {
      const uri = resolveUri(newUri());
      const store = await opened(context, uri);
      const database = await openedDatabase(context, uri);
      const runId = await newRun(store);
      const ended = await newRun(store);
      await store.updateRun(ended, { status: "FINISHED", endTime: 2 });
      let now = 0;
      const source = { gone: async () => new Map<string, string>(), heartbeats: async () => "" };
      const news = new DatabaseNews(
        async () => database,
        source,
        () => now,
      );
      await news.look(true);
      await store.logBatch(ended, { tags: { note: "good" } });
      await store.logMetric(runId, metric);
      assert.deepEqual(await news.look(false), named(runId));
      now = 29_000;
      assert.equal(await news.look(false), undefined);
      now = 31_000;
      assert.deepEqual(await news.look(false), anything);
      // And of any run not more often than every 2 s.
      await store.logBatch(ended, { tags: { note: "bad" } });
      now = 32_000;
      assert.equal(await news.look(false), undefined);
      now = 33_000;
      assert.deepEqual(await news.look(false), anything);
      now = 99_000;
      assert.equal(await news.look(false), undefined);
    });

    test("name a run whose process was killed, though nothing was written", async (context) => {
      const uri = resolveUri(newUri());
      const writer = await startWriter(uri, "stay");
      writer.send("go");
      const [runId] = (await once(writer, "message")) as [string];
      const store = await opened(context, uri);
      await store.news(true);
      writer.kill("SIGKILL");
      await once(writer, "exit");
      assert.deepEqual(await store.news(false), named(runId));
      assert.equal((await store.getRun(runId)).info.status, "KILLED");
    });

    test("come to one who watches while another process logs", async (context) => {
      const uri = newUri();
      const store = openStore(resolveUri(uri));
      const still = await newRun(store);
      const writer = await startWriter(uri, "until told");
      context.after(() => store.close());
      writer.send("go");
      assert.deepEqual(await once(writer, "message"), ["begun", undefined]);
      const heard: StoreNews[] = [];
      const events = new EventEmitter();
      const unwatch = store.watch?.((news) => {
        heard.push(news);
        events.emit("news");
      });
      assert.ok(unwatch);
      while (heard.length < 2) await once(events, "news", { signal: AbortSignal.timeout(30_000) });
      unwatch();
      const told = once(writer, "message");
      writer.send("stop");
      const [{ runId }] = (await told) as [{ runId: string }];
      await once(writer, "exit");
      assert.notEqual(runId, still);
      for (const news of heard) assert.deepEqual(news, named(runId));
    });

    test("keep no process alive", () => {
      const uri = newUri();
      const script = `
        import { openStore } from ${JSON.stringify(new URL("../../../src/stores/open.js", import.meta.url).href)};
        const store = openStore(${JSON.stringify(resolveUri(uri))});
        await store.searchExperiments({});
        store.watch(() => undefined);`;
      const { status, signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
        encoding: "utf8",
        timeout: 60_000,
      });
      assert.deepEqual({ status, signal }, { status: 0, signal: null }, stderr);
    });
  });
}

/** A store that is open until the test ends. */
async function opened(context: TestContext, uri: string): Promise<SqlStore> {
  const store = (await openSql(uri, {})) as SqlStore;
  context.after(() => store.close());
  return store;
}

async function openedDatabase(context: TestContext, uri: string): Promise<SqlDatabase> {
  const database = await openDatabase(uri);
  context.after(() => database.close());
  return database;
}

/** Ready for the word. */
export async function startWriter(uri: string, mode = "end"): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("./writer-process.js", import.meta.url));
  const writer = fork(script, [uri, mode], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  await once(writer, "message");
  return writer;
}

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { TrackingError } from "../../../src/errors.js";
import { BatchingStore } from "../../../src/stores/batching/batching-store.js";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { BatchBuilder, partsOf } from "../../../src/tracking/batch-builder.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import type { Outbox } from "../../../src/tracking/outbox.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import type { RunBatch } from "../../../src/tracking/store.js";
import { isError } from "../../is-error.js";
import { storeConformance } from "../conformance.js";
import { slowStore } from "../slow-store.js";

storeConformance("a slow store behind the batching layer", () => new BatchingStore(slowStore()));

test("a store that keeps log calls until its server has them is not given a second queue", () => {
  const spooling = Object.assign(slowStore(), { outbox: {} as Outbox });
  const plain = slowStore();
  assert.equal(BatchingStore.over(spooling), spooling);
  const batching = BatchingStore.over(plain);
  assert.notEqual(batching, plain);
  assert.equal(BatchingStore.over(batching), batching);
});

test("changes are told by the store behind it, and by none that cannot tell", async (context) => {
  assert.equal(new BatchingStore(slowStore()).watch, undefined);
  const folder = await mkdtemp(join(tmpdir(), "runlab-watched-"));
  const session = new TrackingSession({ resolveUri, openStore });
  session.setTrackingUri(join(folder, "runlab"));
  context.after(async () => {
    await session.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { client } = session;
  const { info } = await client.createRun("0", { runName: "first" });
  const store = new BatchingStore(client.store);
  await new Promise<void>((resolve) => {
    const end = store.watch?.(({ runIds }) => {
      if (!runIds?.includes(info.runId)) return;
      end?.();
      resolve();
    });
    assert.ok(end !== undefined);
    void store.logMetric(info.runId, { key: "loss", value: 1, step: 0, timestamp: 1 });
  });
});

/** A slow store that keeps MLflow's limits, behind the batching layer, with the batches that have reached it. */
function place(refuse: (batch: RunBatch, count: number) => void = () => undefined) {
  const batches: RunBatch[] = [];
  const store = slowStore({
    onCall(name, [, batch]) {
      assert.notEqual(name, "logMetric", "a point goes in a batch");
      if (name !== "logBatch") return;
      const sent = batch as RunBatch;
      batches.push(sent);
      assert.ok(isWithinLimits(sent), `batch ${batches.length} is too large`);
      refuse(sent, batches.length);
    },
  });
  return { client: new TrackingClient(new BatchingStore(store)), batches };
}

function isWithinLimits({ metrics = [], params = [], tags = {} }: RunBatch): boolean {
  const count = Object.keys(tags).length;
  const all = metrics.length + params.length + count;
  return metrics.length <= 1000 && params.length <= 100 && count <= 100 && all <= 1000;
}

test("100,000 points in a loop, with params and tags, cost at most 120 batches and keep their order", async () => {
  const { client, batches } = place();
  const session = new TrackingSession({ resolveUri: () => "slow:", openStore: () => client.store });
  const runId = await session.startRun(async (run) => {
    for (let step = 0; step < 100_000; step++) {
      void run.logMetric(step % 2 === 0 ? "loss" : "acc", step, { step, timestamp: 5 });
      if (step % 1000 === 0) {
        void run.logParam(`p${step}`, step);
        void run.setTag("at", step);
      }
    }
    return run.runId;
  });
  assert.ok(batches.length <= 120, `${batches.length} batches`);
  const run = await client.getRun(runId);
  assert.equal(run.info.status, "FINISHED");
  assert.equal(Object.keys(run.data.params).length, 100);
  assert.equal(run.data.tags.at, "99000");
  const history = await client.getMetricHistory(runId, "loss");
  assert.deepEqual(
    history.map(({ value }) => value),
    Array.from({ length: 50_000 }, (_, at) => at * 2),
  );
});

test("a wrong call among many fails alone, and all others are stored", async () => {
  const { client } = place();
  const { runId } = (await client.createRun("0")).info;
  await client.logParam(runId, "lr", 1);
  const calls = Array.from({ length: 300 }, (_, step) => client.logMetric(runId, "m", step, { step }));
  const wrong = client.logParams(runId, { lr: 2, fresh: 1 });
  const tagged = client.setTag(runId, "t", "x");
  calls.push(...Array.from({ length: 300 }, (_, step) => client.logMetric(runId, "m", step, { step: 300 + step })));
  await assert.rejects(wrong, isError("INVALID_PARAMETER_VALUE", /Changing param values/));
  await Promise.all([...calls, tagged]);
  const { params, metrics, tags } = (await client.getRun(runId)).data;
  assert.deepEqual([params, metrics, tags.t], [{ lr: "1" }, { m: 299 }, "x"]);
  assert.deepEqual(
    (await client.getMetricHistory(runId, "m")).map(({ step }) => step),
    Array.from({ length: 600 }, (_, step) => step),
  );
});

test("of two values of one param the first is kept, and the call with the second one hears of it", async () => {
  const { client } = place();
  const { runId } = (await client.createRun("0")).info;
  const results = await Promise.allSettled([1, 2, 1].map((value) => client.logParam(runId, "lr", value)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.equal((await client.getRun(runId)).data.params.lr, "1");
});

test("what the store may have taken is not sent again", async () => {
  const { client, batches } = place((_, count) => {
    if (count === 1) throw new TrackingError("TEMPORARILY_UNAVAILABLE", "The connection was reset.");
  });
  const { runId } = (await client.createRun("0")).info;
  const first = [1, 2, 3].map((step) => client.logMetric(runId, "m", step, { step }));
  for (const { status } of await Promise.allSettled(first)) assert.equal(status, "rejected");
  await client.logMetric(runId, "m", 4, { step: 4 });
  assert.equal(batches.length, 2);
});

test("a call larger than a batch is stored in several, and waits for all of them", async () => {
  const { client, batches } = place();
  const { runId } = (await client.createRun("0")).info;
  const params = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`p${at}`, at]));
  await Promise.all([client.logMetric(runId, "m", new Float64Array(3500)), client.logParams(runId, params)]);
  assert.ok(batches.length <= 7, `${batches.length} batches`);
  const run = await client.getRun(runId);
  assert.deepEqual([run.metricSummaries.m?.count, Object.keys(run.data.params).length], [3500, 250]);
});

test("a run is read, searched and ended after what was logged before", async () => {
  const { client } = place();
  const { runId } = (await client.createRun("0")).info;
  const log = (step: number) => void client.logMetric(runId, "m", step, { step });
  log(1);
  assert.equal((await client.getRun(runId)).data.metrics.m, 1);
  log(2);
  assert.equal((await client.searchRuns({ experimentIds: ["0"] }))[0]?.data.metrics.m, 2);
  log(3);
  assert.equal((await client.getMetricHistory(runId, "m")).length, 3);
  log(4);
  await client.deleteRun(runId);
  assert.equal((await client.getRun(runId)).data.metrics.m, 4);
});

test("parts fit into a request, and together they are the batch", () => {
  const count = fc.integer({ min: 0, max: 1200 });
  fc.assert(
    fc.property(count, count, count, (metricCount, paramCount, tagCount) => {
      const list = <T>(length: number, make: (at: number) => T) => Array.from({ length }, (_, at) => make(at));
      const batch = {
        metrics: list(metricCount, (step) => ({ key: "m", value: 1, timestamp: 1, step })),
        params: list(paramCount, (at) => ({ key: `p${at}`, value: "1" })),
        tags: Object.fromEntries(list(tagCount, (at) => [`t${at}`, "1"])),
      };
      const parts = partsOf(batch);
      for (const part of parts) assert.ok(isWithinLimits(part) && new BatchBuilder().add(part));
      assert.deepEqual(
        {
          metrics: parts.flatMap(({ metrics = [] }) => metrics),
          params: parts.flatMap(({ params = [] }) => params),
          tags: Object.assign({}, ...parts.map(({ tags }) => tags)),
        },
        batch,
      );
    }),
    { numRuns: 100, seed: 3 },
  );
});

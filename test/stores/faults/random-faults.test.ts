import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TrackingError } from "../../../src/errors.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { type Faults, randomlyFaultyDisk, seeded, slowDisk } from "./faulty-disk.js";

/** By hand: RUNLAB_FAULT_ROUNDS=200 RUNLAB_SEED=7 npm test -- faults */
const rounds = Number(process.env.RUNLAB_FAULT_ROUNDS ?? 12);
const firstSeed = Number(process.env.RUNLAB_SEED ?? 1);

/** What was acknowledged of one run. */
interface Acknowledged {
  points: Map<string, number[]>;
  params: Map<string, string>;
  tags: Map<string, string>;
  files: Map<string, string>;
}

/** What was refused with an error: it may be there or not, but nothing else may. */
interface Attempted {
  params: Set<string>;
  points: Set<string>;
}

for (let round = 0; round < rounds; round++) {
  const seed = firstSeed + round;
  test(`a disk that fails now and then (seed ${seed}): what was acknowledged is there, what was refused is said so`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "runlab-faults-"));
    t.after(() => rm(folder, { recursive: true }));
    const random = seeded(seed);
    const faults: Faults = { probability: 0, codes: ["ENOSPC", "EIO", "EDQUOT", "EMFILE", "EACCES"], failed: 0 };
    const root = join(folder, "runlab");
    const client = new TrackingClient(new FileStore(root, { disk: randomlyFaultyDisk(random, faults) }));
    const { runId } = (await client.createRun("0")).info;
    const good: Acknowledged = { points: new Map(), params: new Map(), tags: new Map(), files: new Map() };
    const tried: Attempted = { params: new Set(), points: new Set() };
    const models: string[] = [];
    faults.probability = 0.05 + random() * 0.2;
    let refused = 0;
    const attempt = async (work: () => unknown, done: () => void) => {
      try {
        await work();
      } catch (error) {
        assert.ok(error instanceof TrackingError, `no bare error: ${error}`);
        refused++;
        return;
      }
      done();
    };
    for (let step = 0; step < 150; step++) {
      const key = `k${Math.floor(random() * 4)}`;
      const kind = Math.floor(random() * 12);
      if (kind < 6) {
        tried.points.add(`${key} ${step}`);
        await attempt(
          () => client.logMetric(runId, key, step, { step }),
          () => good.points.set(key, [...(good.points.get(key) ?? []), step]),
        );
      } else if (kind < 8) {
        tried.params.add(`p${step}`);
        await attempt(
          () => client.logParam(runId, `p${step}`, step),
          () => good.params.set(`p${step}`, String(step)),
        );
      } else if (kind < 9) {
        await attempt(
          () => client.setTag(runId, `t${step}`, step),
          () => good.tags.set(`t${step}`, String(step)),
        );
      } else if (kind < 10) {
        await attempt(
          () => client.logText(runId, `text ${step}`, `a/${key}.txt`),
          () => good.files.set(`a/${key}.txt`, `text ${step}`),
        );
      } else if (kind < 11) {
        const name = `m${step}`;
        await attempt(
          () => client.store.registry.createRegisteredModel({ name }),
          () => models.push(name),
        );
      } else {
        // The run goes to rest and is taken up again.
        await attempt(
          () => client.endRun(runId),
          () => undefined,
        );
      }
    }
    faults.probability = 0;
    await client.endRun(runId);
    await client.store.close();
    assert.ok(faults.failed > 5 && refused > 0, "the disk did fail");
    t.diagnostic(`${faults.failed} calls failed, ${refused} changes refused`);

    const reader = new TrackingClient(new FileStore(root));
    const run = await reader.getRun(runId);
    assert.equal(run.info.status, "FINISHED");
    for (const [key, value] of good.params) assert.equal(run.data.params[key], value);
    for (const key of Object.keys(run.data.params)) assert.ok(tried.params.has(key), `nobody logged ${key}`);
    for (const [key, value] of good.tags) assert.equal(run.data.tags[key], value);
    for (const [key, steps] of good.points) {
      const history = (await reader.getMetricHistory(runId, key)).map(({ step }) => step);
      for (const step of steps) assert.ok(history.includes(step), `lost: ${key} ${step}`);
      for (const step of history) assert.ok(tried.points.has(`${key} ${step}`), `nobody logged ${key} ${step}`);
      assert.equal(new Set(history).size, history.length, "no point is there twice");
      assert.equal(run.metricSummaries[key]?.count, history.length);
      assert.equal(run.data.metrics[key], Math.max(...history));
    }
    for (const [path, text] of good.files) {
      assert.equal(
        Buffer.from(await reader.readArtifact(runId, path))
          .toString()
          .slice(0, 5),
        text.slice(0, 5),
      );
    }
    for (const name of models) assert.equal((await reader.store.registry.getRegisteredModel(name)).name, name);
    for (const name of await readdir(root, { recursive: true })) {
      if (name.endsWith(".json")) JSON.parse(await readFile(join(root, name), "utf8"));
    }
    await reader.store.close();
  });
}

test("a slow disk changes nothing but the time it takes, also for a lock that others wait for", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-slow-"));
  t.after(() => rm(folder, { recursive: true }));
  const clients = Array.from(
    { length: 3 },
    () => new TrackingClient(new FileStore(join(folder, "runlab"), { disk: slowDisk(5) })),
  );
  await Promise.all(
    clients.map(async (client, index) => {
      const { runId } = (await client.createRun("0", { runName: `r${index}` })).info;
      for (let step = 0; step < 10; step++) {
        await client.createExperiment(`e${index}-${step}`);
        await client.logMetric(runId, "m", step, { step });
      }
      await client.endRun(runId);
    }),
  );
  const [reader] = clients;
  assert.equal((await reader?.searchExperiments({ maxResults: 100 }))?.length, 31);
  const runs = (await reader?.searchRuns({ experimentIds: ["0"] })) ?? [];
  assert.deepEqual(
    runs.map(({ metricSummaries }) => metricSummaries.m?.count),
    [10, 10, 10],
  );
  for (const client of clients) await client.store.close();
});

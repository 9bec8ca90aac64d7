import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import type { StoreNews } from "../../../src/tracking/store.js";

let folder: string;
let reader: TrackingClient;
let stop: () => void;
let heard: StoreNews[];
const events = new EventEmitter();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-watch-"));
  const first = new TrackingClient(new FileStore(join(folder, "runlab")));
  await first.createExperiment("cars");
  reader = new TrackingClient(new FileStore(join(folder, "runlab")));
  heard = [];
  const watched = reader.store.watch?.((news) => {
    heard.push(news);
    events.emit("news");
  });
  assert.ok(watched);
  stop = watched;
});

afterEach(async () => {
  stop();
  await reader.store.close();
  await rm(folder, { recursive: true });
});

/** Waits for news that are `wanted`. @returns how long it took, ms */
async function hear(wanted: (news: StoreNews) => boolean): Promise<number> {
  const start = performance.now();
  while (!heard.some(wanted)) await once(events, "news", { signal: AbortSignal.timeout(10_000) });
  heard = [];
  return performance.now() - start;
}

const about = (runId: string) => (news: StoreNews) => news.runIds?.includes(runId) ?? false;

test("a store that is open hears of runs, points, ends, experiments and models of another one", async () => {
  const writer = new TrackingClient(new FileStore(join(folder, "runlab")));
  const { runId } = (await writer.createRun("0")).info;
  await hear((news) => news.runIds === undefined || about(runId)(news));
  for (const step of [1, 2]) {
    await writer.logMetric(runId, "m", step, { step });
    await hear(about(runId));
    assert.equal((await reader.getRun(runId)).data.metrics.m, step);
  }
  await writer.setTag(runId, "t", 1);
  await hear(about(runId));
  await writer.endRun(runId);
  await hear(about(runId));
  assert.equal((await reader.getRun(runId)).info.status, "FINISHED");
  await writer.createExperiment("wine");
  await hear(({ experiments }) => experiments);
  await writer.store.registry.createRegisteredModel({ name: "Cars" });
  await hear(({ models }) => models);
  await writer.store.close();
});

test("points that another process logs in a loop without a pause are heard of within a second", async () => {
  const script = fileURLToPath(new URL("./busy-process.js", import.meta.url));
  const child = spawn(process.execPath, [script, join(folder, "runlab")], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const runId = line.toString().trim();
  await hear((news) => news.runIds === undefined || about(runId)(news));
  for (let time = 0; time < 3; time++) {
    const took = await hear(about(runId));
    assert.ok(took < 1000, `${took} ms`);
  }
  child.kill("SIGKILL");
  await once(child, "close");
});

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";

const script = fileURLToPath(new URL("./writer-process.js", import.meta.url));
/** How often a process is killed; more by hand: RUNLAB_KILLS=500. */
const kills = Number(process.env.RUNLAB_KILLS ?? 12);
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-processes-"));
});

after(async () => {
  await rm(folder, { recursive: true });
});

interface Writer {
  process: ChildProcess;
  lines(): string[];
  ended: Promise<unknown>;
}

function start(store: string, ...args: string[]): Writer {
  const child = spawn(process.execPath, [script, store, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let errors = "";
  child.stdout?.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stderr?.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  const ended = once(child, "close").then(([code, signal]) => {
    if (signal === null && code !== 0 && args[0] !== "leave") throw new Error(errors);
  });
  // What a killed process had begun to say was not acknowledged in full.
  return { process: child, lines: () => out.slice(0, out.lastIndexOf("\n")).split("\n"), ended };
}

async function said(writer: Writer, line: RegExp): Promise<string> {
  for (;;) {
    const found = writer.lines().find((text) => line.test(text));
    if (found !== undefined) return found;
    await Promise.race([once(writer.process.stdout ?? writer.process, "data"), writer.ended]);
  }
}

/** Everything acknowledged is in the store. */
async function checkAcknowledged(store: string, runId: string, lines: readonly string[]): Promise<number> {
  const client = new TrackingClient(new FileStore(store));
  const run = await client.getRun(runId);
  const points = new Map<string, Set<number>>();
  const tags = new Map<string, number>();
  const experiments = new Set((await client.searchExperiments({ maxResults: 50_000 })).map(({ name }) => name));
  for (const line of lines) {
    const [kind, key = "", value = ""] = line.split(" ");
    if (kind === "metric") {
      if (!points.has(key))
        points.set(key, new Set((await client.getMetricHistory(runId, key)).map(({ step }) => step)));
      assert.ok(points.get(key)?.has(Number(value)), `lost: ${line}`);
    } else if (kind === "param") assert.equal(run.data.params[key], value, `lost: ${line}`);
    else if (kind === "tag") tags.set(key, Number(value));
    else if (kind === "artifact") {
      assert.equal(Buffer.from(await client.readArtifact(runId, key)).toString(), `text ${value}`);
    } else if (kind === "experiment") assert.ok(experiments.has(`${key} ${value}`), `lost: ${line}`);
  }
  for (const [key, value] of tags) assert.ok(Number(run.data.tags[key]) >= value, `lost: tag ${key} ${value}`);
  await client.store.close();
  return lines.length;
}

/** Every JSON document of a store parses. */
async function checkDocuments(store: string): Promise<void> {
  for (const name of await readdir(store, { recursive: true })) {
    if (name.endsWith("run.json") || name.endsWith("experiments.json"))
      JSON.parse(await readFile(join(store, name), "utf8"));
  }
}

test("kill -9 at any moment loses nothing acknowledged, and the run is shown as KILLED with the reason", async () => {
  const store = join(folder, "killed");
  for (let round = 0; round < kills; round++) {
    const writer = start(store, "log", `w${round}`, "100000");
    const runId = (await said(writer, /^run /)).slice(4);
    // The moment differs from round to round: after so many acknowledgements.
    await said(writer, new RegExp(`^metric m\\d ${(round % 12) ** 2 * 9 + round}$`));
    writer.process.kill("SIGKILL");
    await writer.ended;
    await checkAcknowledged(store, runId, writer.lines());
    const reader = new FileStore(store);
    const { info, data } = await reader.getRun(runId);
    assert.equal(info.status, "KILLED");
    assert.match(data.tags["runlab.end_reason"] ?? "", new RegExp(`pid ${writer.process.pid} on`));
    assert.ok((info.endTime ?? 0) >= info.startTime);
    await reader.close();
  }
  const reader = new FileStore(store);
  const found = await new TrackingClient(reader).searchRuns({
    experimentIds: ["0"],
    filterString: "status = 'KILLED'",
  });
  assert.equal(found.length, kills);
  await reader.close();
  await checkDocuments(store);
});

test("a run is not KILLED while its process lives", async () => {
  const store = join(folder, "alive");
  const writer = start(store, "log", "alive", "100000");
  const runId = (await said(writer, /^run /)).slice(4);
  await said(writer, /^metric m0 50$/);
  const reader = new FileStore(store);
  assert.equal((await reader.getRun(runId)).info.status, "RUNNING");
  const before = (await reader.searchRuns({ experimentIds: ["0"] }))[0]?.metricSummaries.m0?.count ?? 0;
  await said(writer, /^metric m0 500$/);
  const after = (await reader.searchRuns({ experimentIds: ["0"] }))[0]?.metricSummaries.m0?.count ?? 0;
  assert.ok(after >= 101 && after > before, "another process sees new points at once");
  writer.process.kill("SIGKILL");
  await writer.ended;
  await reader.close();
});

for (const count of [2, 8, 16]) {
  test(`${count} processes make one new store and lose nothing, in runs of their own`, async () => {
    const store = join(folder, `fresh${count}`);
    const writers = Array.from({ length: count }, (_, index) => start(store, "log", `own${index}`, "200"));
    await Promise.all(writers.map((writer) => writer.ended));
    for (const writer of writers) {
      const lines = writer.lines();
      assert.equal(lines.at(-1), "done");
      await checkAcknowledged(store, (lines[0] ?? "").slice(4), lines);
    }
    const reader = new FileStore(store);
    const runs = await new TrackingClient(reader).searchRuns({
      experimentIds: ["0"],
      filterString: "status = 'FINISHED'",
    });
    assert.equal(runs.length, count);
    const ids = (await reader.searchExperiments({ maxResults: 1000 })).map(({ experimentId }) => experimentId);
    assert.equal(new Set(ids).size, 1 + count * 3);
    await reader.close();
    await checkDocuments(store);
  });

  test(`${count} processes on one run lose nothing`, async () => {
    const store = join(folder, `shared${count}`);
    const owner = new TrackingClient(new FileStore(store));
    const { runId } = (await owner.createRun("0", { runName: "shared" })).info;
    const writers = Array.from({ length: count }, (_, index) => start(store, "log", `part${index}`, "200", runId));
    await Promise.all(writers.map((writer) => writer.ended));
    await owner.endRun(runId);
    for (const writer of writers) await checkAcknowledged(store, runId, writer.lines());
    const run = await owner.getRun(runId);
    assert.equal(run.info.status, "FINISHED");
    for (const summary of Object.values(run.metricSummaries)) assert.equal(summary.count, count * 40);
    await owner.store.close();
    const document = JSON.parse(await readFile(join(store, "0", runId, "run.json"), "utf8"));
    assert.equal(Object.keys(document.params).length, count * 50);
    assert.deepEqual((await readdir(join(store, "0", runId))).sort(), ["artifacts", "metrics", "run.json"]);
  });
}

test("of several processes that write a param at once, one wins and the others are told", async () => {
  const store = join(folder, "race");
  const owner = new TrackingClient(new FileStore(store));
  const { runId } = (await owner.createRun("0")).info;
  const writers = Array.from({ length: 4 }, (_, index) => start(store, "race", `w${index}`, "60", runId));
  await Promise.all(writers.map((writer) => writer.ended));
  const { params } = (await owner.getRun(runId)).data;
  const won = writers.flatMap((writer) => writer.lines()).filter((line) => line.startsWith("won"));
  assert.equal(won.length, 60);
  for (const line of won) {
    const [, key = "", name] = line.split(" ");
    assert.equal(params[key], name);
  }
  await owner.endRun(runId);
  await owner.store.close();
});

test("a plain script that ends with an open run ends it: FINISHED, or FAILED after an error, an exit code or a log call that failed unseen", async () => {
  const store = join(folder, "exits");
  const outcomes: unknown[] = [];
  for (const how of ["0", "1", "2", "3"]) {
    const writer = start(store, "leave", "script", how);
    await writer.ended;
    const reader = new FileStore(store);
    const { info, data } = await reader.getRun((writer.lines()[0] ?? "").slice(4));
    outcomes.push([info.status, data.tags["runlab.end_reason"]?.slice(0, 30)]);
    assert.equal(data.metrics.m, 1);
    await reader.close();
  }
  assert.deepEqual(outcomes, [
    ["FINISHED", undefined],
    ["FAILED", "The process exited with code 3"],
    ["FAILED", "Error: ENOENT: no such file or"],
    ["FAILED", "TrackingError: Changing param "],
  ]);
});

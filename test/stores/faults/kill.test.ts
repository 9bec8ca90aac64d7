import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkStore } from "../../../src/stores/file/check/check-store.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { seeded } from "./faulty-disk.js";

const script = fileURLToPath(new URL("./mixed-process.js", import.meta.url));
/** By hand: npm run bench:faults, with 500. */
const kills = Number(process.env.RUNLAB_KILLS ?? 20);
const firstSeed = Number(process.env.RUNLAB_SEED ?? 1);

/** Starts a process that kills itself at its `calls`-th call to the file system. @returns what it acknowledged */
async function killedAt(store: string, seed: number, calls: number): Promise<string[][]> {
  const child = spawn(process.execPath, [script, store, String(seed), String(calls)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (data: Buffer) => out.push(data));
  child.stderr.on("data", (data: Buffer) => errors.push(data));
  const [code, signal] = await once(child, "close");
  assert.deepEqual([code, signal], [null, "SIGKILL"], Buffer.concat(errors).toString());
  const text = Buffer.concat(out).toString();
  const lines = text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as unknown[]).map(String));
}

/** Everything acknowledged is in the store. */
async function check(store: string, acknowledged: readonly string[][]): Promise<void> {
  const client = new TrackingClient(new FileStore(store));
  const experiments = await client.searchExperiments({ maxResults: 50_000 });
  const names = new Map<string, string>();
  for (const words of acknowledged) {
    const [kind, id = "", key = "", value = ""] = words;
    const lost = `lost: ${words.join(" ")}`;
    if (kind === "run") names.set(id, key);
    else if (kind === "experiment") {
      assert.equal(experiments.find(({ experimentId }) => experimentId === id)?.name, key, lost);
    } else if (kind === "experiment tag") {
      assert.equal(experiments.find(({ experimentId }) => experimentId === id)?.tags[key], value, lost);
    } else if (kind === "version") {
      assert.equal((await client.store.registry.getModelVersion(id, key)).source, value, lost);
    } else {
      const run = await client.getRun(id);
      if (kind === "ended") assert.equal(run.info.status, "FINISHED", lost);
      else if (kind === "deleted") assert.equal(run.info.lifecycleStage, "deleted", lost);
      else if (kind === "param") assert.equal(run.data.params[key], value, lost);
      else if (kind === "tag") assert.equal(run.data.tags[key], value, lost);
      else if (kind === "input")
        assert.ok(
          run.inputs.datasetInputs.some(({ dataset }) => dataset.name === key),
          lost,
        );
      else if (kind === "artifact") {
        assert.equal(Buffer.from(await client.store.readArtifact(id, key)).toString(), value, lost);
      } else {
        const history = await client.getMetricHistory(id, key);
        assert.ok(
          history.some(({ step }) => step === Number(value)),
          lost,
        );
        assert.equal(run.metricSummaries[key]?.count, history.length, lost);
      }
    }
  }
  for (const [runId, name] of names) {
    const { info, data } = await client.getRun(runId);
    // A rename may be in the store and not acknowledged.
    assert.ok(info.runName === name || info.runName.startsWith("renamed"), `lost: the name ${name}`);
    if (info.status === "FINISHED") continue;
    assert.equal(info.status, "KILLED");
    assert.match(data.tags["runlab.end_reason"] ?? "", /ended without ending the run/);
  }
  await client.store.close();
}

test(`kill -9 at ${kills} places, in the middle of a write too: nothing acknowledged is lost, every document can be read`, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-kill-"));
  t.after(() => rm(folder, { recursive: true }));
  const store = join(folder, "runlab");
  const random = seeded(firstSeed);
  let total = 0;
  for (let round = 0; round < kills; round++) {
    // Most processes die early, where a store, a run or a file is being made.
    const calls = 1 + Math.floor(random() ** 2 * 1500);
    const acknowledged = await killedAt(store, firstSeed * 1000 + round, calls);
    await check(store, acknowledged).catch((error: unknown) => {
      throw new Error(`seed ${firstSeed}, round ${round}, killed at call ${calls}: ${error}`, { cause: error });
    });
    total += acknowledged.length;
  }
  for (const name of await readdir(store, { recursive: true })) {
    if (name.endsWith(".json")) JSON.parse(await readFile(join(store, name), "utf8"));
  }
  const { problems, runs } = checkStore(store);
  assert.deepEqual(
    problems.filter(({ status }) => status === "problem"),
    [],
  );
  t.diagnostic(`${kills} kills, ${total} acknowledged changes, ${runs} runs: nothing lost`);
});

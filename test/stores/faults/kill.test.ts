import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkStore } from "../../../src/stores/file/check/check-store.js";
import { acknowledgedIn, checkAcknowledged } from "./check-acknowledged.js";
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
  return acknowledgedIn(Buffer.concat(out).toString());
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
    await checkAcknowledged(store, acknowledged, "KILLED").catch((error: unknown) => {
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

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { checkStore } from "../../../src/stores/file/check/check-store.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { acknowledgedIn, checkAcknowledged } from "./check-acknowledged.js";
import { seeded } from "./faulty-disk.js";

const script = fileURLToPath(new URL("./mixed-process.js", import.meta.url));
/** By hand: npm run bench:faults, with 500. */
const stops = Math.max(8, Math.floor(Number(process.env.RUNLAB_KILLS ?? 0) / 5));
const firstSeed = Number(process.env.RUNLAB_SEED ?? 1);

/** What another host's lock and run are waited for here, ms; the usual limit is 5 s. */
const foreignMs = 150;

/**
 * A process of "another host" stops itself at its `calls`-th call to the file system. Meanwhile this one breaks the lock that it
 * holds, changes the shared documents, and folds its runs. Then the other one goes on.
 * @param before - a command that becomes the process
 * @returns what both acknowledged
 */
async function stoppedAt(
  store: string,
  seed: number,
  calls: number,
  before: readonly string[] = [],
): Promise<string[][]> {
  const [command = "", ...args] = [...before, process.execPath, script, store, String(seed), String(calls), "150"];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (data: Buffer) => out.push(data));
  child.stderr.on("data", (data: Buffer) => errors.push(data));
  const closed = once(child, "close");
  const pid = child.pid ?? 0;
  while (child.exitCode === null && !isStopped(pid)) await delay(5);
  assert.equal(child.exitCode, null, `it ended before call ${calls}: ${Buffer.concat(errors)}`);
  const client = new TrackingClient(new FileStore(store, { limits: { foreignMs } }));
  const own: string[][] = [];
  for (let count = 0; count < 3; count++) {
    const name = `own ${seed} ${count}`;
    own.push(["experiment", await client.createExperiment(name), name]);
    const made = { name: "own", source: `models:/${name}`, runId: "", userId: "u", createModel: true };
    own.push(["version", "own", (await client.store.registry.createModelVersion(made)).version, made.source]);
  }
  for (const [kind, runId = ""] of acknowledgedIn(Buffer.concat(out).toString())) {
    if (kind !== "run") continue;
    await client.setTag(runId, `own${seed}`, calls);
    own.push(["tag", runId, `own${seed}`, String(calls)]);
  }
  // Folds the runs that it wrote to.
  await client.store.close();
  process.kill(pid, "SIGCONT");
  assert.deepEqual(await closed, [0, null], Buffer.concat(errors).toString());
  return [...acknowledgedIn(Buffer.concat(out).toString()), ...own];
}

function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
  } catch {
    return false;
  }
}

test(`a process of another host stopped at ${stops} places, a lock in its hand or not, loses and overwrites nothing when it goes on`, {
  skip: process.platform === "linux" ? false : "needs /proc",
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-stopped-"));
  t.after(() => rm(folder, { recursive: true }));
  const store = join(folder, "runlab");
  const random = seeded(firstSeed);
  let total = 0;
  for (let round = 0; round < stops; round++) {
    const calls = 1 + Math.floor(random() * 300);
    const acknowledged = await stoppedAt(store, firstSeed * 1000 + round, calls);
    await checkAcknowledged(store, acknowledged).catch((error: unknown) => {
      throw new Error(`seed ${firstSeed}, round ${round}, stopped at call ${calls}: ${error}`, { cause: error });
    });
    total += acknowledged.length;
  }
  for (const name of await readdir(store, { recursive: true })) {
    if (name.endsWith(".json")) JSON.parse(await readFile(join(store, name), "utf8"));
  }
  assert.deepEqual(
    checkStore(store).problems.filter(({ status }) => status === "problem"),
    [],
  );
  t.diagnostic(`${stops} stops, ${total} acknowledged changes: nothing lost`);
});

test("a process whose host has another name, stopped with a lock in its hand, loses and overwrites nothing", {
  skip:
    process.platform === "linux" && process.getuid?.() === 0
      ? false
      : "needs root on Linux: it starts a process by `unshare --uts sh -c 'hostname elsewhere && exec node …'`",
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-stopped-"));
  t.after(() => rm(folder, { recursive: true }));
  const store = join(folder, "runlab");
  const elsewhere = ["unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh"];
  // Its first calls make the store, with the lock in its hand.
  for (const calls of [3, 5, 7]) {
    const acknowledged = await stoppedAt(store, 9_000 + calls, calls, elsewhere);
    await checkAcknowledged(store, acknowledged);
  }
});

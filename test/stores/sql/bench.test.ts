import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PostgresCluster, password, postgresql } from "./postgres-cluster.js";

const bench = fileURLToPath(new URL("../../../bench/database.js", import.meta.url));

async function run(t: { after(work: () => Promise<void>): void }, uri?: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-bench-test-"));
  t.after(() => rm(folder, { recursive: true }));
  const env = {
    ...process.env,
    RUNLAB_BENCH_FOLDER: folder,
    RUNLAB_BENCH_PYTHON: undefined,
    RUNLAB_BENCH_DATABASE: uri,
  };
  const { stdout } = await promisify(execFile)(process.execPath, [bench, "500"], { env, timeout: 120_000 });
  for (const line of [
    /logMetric, each awaited\s+[\d,]+\/s/,
    /history of 5,000 points\s+[\d.]+ ms/,
    /runs with 10 params and 10 metrics, start to end\s+[\d,]+\/s/,
    /one metric filter and order: .*\s+[\d.]+ ms; [\d.]+ ms, [\d.]+ ms/,
    /order only: .*\s+[\d.]+ ms/,
  ])
    assert.match(stdout, line);
  assert.deepEqual(await readdir(folder), []);
}

test("the databases' benchmark runs with 500 runs on SQLite, has every figure and cleans up", (t) => run(t));

test("the databases' benchmark runs on PostgreSQL too", { skip: postgresql === undefined }, async (t) => {
  process.env.PGPASSWORD = password;
  const cluster = await PostgresCluster.start(postgresql ?? "");
  try {
    await run(t, await cluster.newUri());
  } finally {
    await cluster.stop();
  }
});

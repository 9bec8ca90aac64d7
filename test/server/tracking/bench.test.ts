import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const bench = fileURLToPath(new URL("../../../bench/server.js", import.meta.url));

test("the server's benchmark runs with 200 runs, has every figure, loses nothing and cleans up", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-bench-test-"));
  t.after(() => rm(folder, { recursive: true }));
  const env = { ...process.env, RUNLAB_BENCH_FOLDER: folder, RUNLAB_BENCH_PYTHON: undefined };
  const { stdout } = await promisify(execFile)(process.execPath, [bench, "200", "0.2"], { env, timeout: 120_000 });
  for (const line of [
    /start to the first 200\s+[\d,]+ ms/,
    /memory, idle\s+[\d]+ MB/,
    /beside the bare server, 1 connection\s+[\d.]+x/,
    /beside the bare server, 8 connections\s+[\d.]+x/,
    /64 clients at once\s+[\d,]+\/s\s+0 failed, 0 lost/,
    /runs created\s+[\d,]+\/s\s+>= 500\/s; 0 failed/,
    /search of 200 runs, order alone\s+[\d.]+ ms/,
  ])
    assert.match(stdout, line);
  assert.doesNotMatch(stdout, /FAILED/);
  assert.deepEqual(await readdir(folder), []);
});

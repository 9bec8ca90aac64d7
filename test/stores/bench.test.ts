import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const bench = fileURLToPath(new URL("../../bench/store.js", import.meta.url));

/** A tenth of what the store is to do on an idle machine: a busy one passes, a search that reads every file does not. */
const floors: ReadonlyArray<[line: RegExp, holds: (figure: number) => boolean]> = [
  [/logMetric, acknowledged one by one\s+([\d,]+)\/s/, (perSecond) => perSecond > 15_000],
  [/the first 50,000 points of a fresh process\s+([\d,]+)\/s/, (perSecond) => perSecond > 15_000],
  [/history of 100,000 points\s+([\d.,]+) ms/, (ms) => ms < 1_500],
  [/search of 500 runs, cold\s+([\d.,]+) ms/, (ms) => ms < 2_000],
  [/search of 500 runs in a fresh process, beside parsing all documents\s+([\d.,]+) ms/, (ms) => ms < 2_000],
  [/search of 500 runs, warm: median and slowest of 5\s+([\d.,]+) ms/, (ms) => ms < 200],
  [/listing of 1,000 artifacts\s+([\d.,]+) ms/, (ms) => ms < 2_000],
];

test("the store's benchmark runs with 500 runs, has every figure, and cleans up", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-bench-test-"));
  t.after(() => rm(folder, { recursive: true }));
  const env = { ...process.env, RUNLAB_BENCH_FOLDER: folder, RUNLAB_BENCH_PYTHON: undefined };
  const { stdout } = await promisify(execFile)(process.execPath, [bench, "500"], { env, timeout: 120_000 });
  for (const [line, holds] of floors) {
    const figure = Number(line.exec(stdout)?.[1]?.replaceAll(",", ""));
    assert.ok(holds(figure), `${line.source}: ${figure}\n${stdout}`);
  }
  assert.deepEqual(await readdir(folder), []);
});

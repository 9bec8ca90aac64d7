import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { skip } from "./open-page.js";

test("npm run bench:ui measures each of its figures", { skip, timeout: 300_000 }, async () => {
  const bench = fileURLToPath(new URL("../../bench/ui.js", import.meta.url));
  const { RUNLAB_BENCH_PYTHON: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [bench, "30", "500", "2"], { env, timeout: 280_000 });
  for (const figure of [
    /ten runs, first rows with metrics +[\d,]+ ms/,
    /30 runs, first rows with metrics +[\d,]+ ms +<= 1000 ms/,
    /30 runs, all of them read +[\d,]+ ms/,
    /a filter's answer +[\d,]+ ms/,
    /script of the table, as sent +[\d,]+ kB/,
    /a curve of 500 points, drawn +[\d,]+ ms +<= 2000 ms/,
    /100 runs compared, parallel, drawn +[\d,]+ ms +<= 1500 ms/,
    /100 runs compared, curves, a frame while pointing +[\d,]+ ms +<= 50 ms/,
    /a new run appears after +[\d,]+ ms +<= 2000 ms/,
    /50 runs log 2 points each, behind +[\d,]+ ms/,
    /fetched +[\d,]+ kB +[\d,]+ requests/,
  ]) {
    assert.match(stdout, figure);
  }
});

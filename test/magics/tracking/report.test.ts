import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runCli } from "../../cli/run-cli.js";
import { cars } from "./cars.js";
import { fails } from "./fails.js";

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "runlab-report-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("%report writes the experiment's runs to one HTML file, and says how many runs, bytes and where", async (t) => {
  const notebook = await cars(t);
  const to = join(newFolder(t), "cars.html");
  await notebook.cell(($) => $("report", { experiment: "cars", to }));
  assert.match(notebook.streams, /^Wrote a report of 3 runs, [\d,]+ bytes, to .*cars\.html\n$/);
  assert.match(readFileSync(to, "utf8"), /<title>Report: cars<\/title>/);
});

test("%report with a goal but no metric fails with the way out, and writes nothing", async (t) => {
  const notebook = await cars(t);
  const to = join(newFolder(t), "cars.html");
  await fails(notebook.magic("report", { experiment: "cars", goal: "min", to }), /'min' .* without a metric/, /metric/);
  assert.throws(() => readFileSync(to), { code: "ENOENT" });
});

test("runlab report with a goal but no metric fails in the same words", async (t) => {
  const { code, err } = await runCli(["report", "Default", "--goal", "min"], { cwd: newFolder(t) });
  assert.notEqual(code, 0);
  assert.match(err, /The goal 'min' is given without a metric/);
});

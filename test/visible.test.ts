import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { errorContent } from "../src/kernel/executor/error-content.js";
import { valueBundle } from "../src/kernel/values/value-bundle.js";
import { compileError } from "../src/kernel/wire/compile-error.js";
import { metricCurves } from "../src/render/metric-curves.js";
import { runCard } from "../src/render/run-card.js";
import { liveChartBundle } from "../src/render/static/chart-bundle.js";
import { tableText } from "../src/render/table.js";
import { FileStore } from "../src/stores/file/file-store.js";
import { TrackingClient } from "../src/tracking/client.js";
import { visible, visibleLines } from "../src/visible.js";
import { runCli } from "./cli/run-cli.js";

/** What a terminal acts on: controls, and what changes the direction of text. */
const acts = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const nasty = "a\u001b]0;owned\u0007\u001b[31m\u009b2J\u202eb\r";

test("no character that a terminal acts on is left, and a text without any stays as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(visible(text), acts);
      assert.equal(visible(visible(text)), visible(text));
      assert.equal(JSON.parse(visibleLines(JSON.stringify(text))), text, "JSON keeps its value");
    }),
    { seed: 23 },
  );
  assert.equal(visible("loss/träin é 模型 👩‍🔬"), "loss/träin é 模型 👩‍🔬");
  assert.equal(visible("a\nb\u001b[31m"), "a\\nb\\u001b[31m");
});

test("the plain text of tables and run cards shows what names hold, one line for each", () => {
  const table = tableText({ caption: nasty, columns: [{ label: nasty }], rows: [[nasty]], notes: [`${nasty}\nfake`] });
  assert.equal(table.split("\n").length, 5);
  const info = { runId: "r", runName: `${nasty}\nfake`, experimentId: "0", status: "FINISHED", startTime: 0 };
  const run = { info, data: { params: {}, metrics: {}, tags: {} } };
  const card = String(runCard(run as never, { experimentName: nasty, error: nasty }).data["text/plain"]);
  for (const text of [...table.split("\n"), ...card.split("\n")]) assert.doesNotMatch(text, acts);
});

test("whatever a command prints of names, tags and errors is shown escaped; JSON has the exact value", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-visible-"));
  const store = join(folder, "runlab");
  const client = new TrackingClient(new FileStore(store));
  await client.createExperiment(nasty, { tags: { t: nasty } });
  const { runId } = (await client.createRun("1", { runName: nasty, tags: { t: nasty } })).info;
  await client.logParam(runId, "p", nasty);
  await client.endRun(runId);
  await client.createRegisteredModel("m", { description: nasty });
  await client.store.close();
  for (const argv of [
    ["runs", "list"],
    ["runs", "show", runId],
    ["runs", "show", nasty.replace("\r", "")],
    ["runs", "rename", runId, `${nasty}2`],
    ["experiments", "list"],
    ["experiments", "show", "1"],
    ["models", "list"],
    ["export", "1", "--to", join(folder, `x${nasty}.json`)],
    ["doctor", "--store"],
    [nasty],
  ]) {
    const { out, err } = await runCli([...argv, "--tracking-uri", store], { cwd: folder });
    for (const line of `${out}\n${err}`.split("\n")) assert.doesNotMatch(line, acts, argv.join(" "));
  }
  const { out } = await runCli(["experiments", "list", "--json", "--tracking-uri", store], { cwd: folder });
  assert.equal(JSON.parse(out)[0].name, nasty);
  await rm(folder, { recursive: true });
});

test("the text of charts shows what runs, metrics and params are called, one line for each", async () => {
  const points = [
    { step: 0, timestamp: 0, value: 1 },
    { step: 1, timestamp: 1, value: 2 },
  ];
  const hostile = `${nasty}\nfake`;
  const series = ["1", "2"].map((runId) => ({ runId, runName: hostile + runId, points }));
  const { text } = metricCurves(hostile, series as never);
  assert.equal(text.split("\n").length, 3, text);
  for (const line of text.split("\n")) assert.doesNotMatch(line, acts);
  const bundle = liveChartBundle({ spec: {}, text: `${nasty}\nsecond line` } as never);
  const lines = String(bundle.data["text/plain"]).split("\n");
  assert.equal(lines.length, 2);
  for (const line of lines) assert.doesNotMatch(line, acts);
});

test("an error of a cell shows what its name, message, properties and causes hold; its lines and tabs stay", async () => {
  const inner = Object.assign(new RangeError(`inner${nasty}`), { [nasty]: nasty });
  const error = Object.assign(new Error(`first\tpart${nasty}\nsecond line`, { cause: inner }), {
    hint: nasty,
    name: nasty,
  });
  const { ename, evalue, traceback } = errorContent(error, () => `${nasty}\t\r\n${nasty}`);
  const shown = String((await valueBundle(error)).data["text/plain"]);
  for (const text of [ename, evalue, ...traceback, shown]) {
    for (const line of text.split(/[\n\t]/)) assert.doesNotMatch(line, acts);
  }
  assert.match(evalue, /^first\tpart[^\n]*\\u001b\[31m[^\n]*\nsecond line$/);
  const thrown = errorContent(nasty, () => undefined);
  for (const text of [thrown.evalue, ...thrown.traceback]) assert.doesNotMatch(text, acts);
  const diagnostic = {
    category: "error",
    code: "TS1",
    message: nasty,
    start: 0,
    length: 1,
    file: { name: nasty, text: nasty },
  };
  const refused = compileError([diagnostic as never], nasty, 1);
  for (const text of [refused.evalue, ...refused.traceback]) {
    for (const line of text.split("\n")) assert.doesNotMatch(line, acts);
  }
});

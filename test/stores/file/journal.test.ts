import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import fc from "fast-check";
import { fixStore } from "../../../src/stores/file/check/fix-store.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { readJournal, salvageJournal } from "../../../src/stores/file/journal.js";
import { nodeDisk } from "../../../src/stores/file/node-disk.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { isError } from "../../is-error.js";

let folder: string;
let root: string;
let client: TrackingClient;
let runId: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-journal-"));
  root = join(folder, "runlab");
  client = new TrackingClient(new FileStore(root));
  ({ runId } = (await client.createRun("0")).info);
  await client.logParam(runId, "a", 1);
  await client.logParam(runId, "b", 2);
});

afterEach(async () => {
  await client.store.close();
  await rm(folder, { recursive: true });
});

const journal = () => join(root, "0", runId, "run.journal");
const params = async () => (await new TrackingClient(new FileStore(root)).getRun(runId)).data.params;
const lineOf = (key: string) => JSON.stringify({ change: { params: [[key, "x"]] } });

test("a line that another process appended right behind a torn one is read", async () => {
  await appendFile(journal(), `{"change":{"params":[["torn","1${lineOf("c")}\n`);
  assert.deepEqual(await params(), { a: "1", b: "2", c: "x" });
});

test("a line that was acknowledged and is damaged is reported, not taken for a torn one", async () => {
  for (const damage of [
    `${lineOf("c")}*${lineOf("d")}\n`,
    `${lineOf("c").replace(":", ";")}\n`,
    '{"change":{"params":[["c",0.5]]}}\n',
    '{"owner":null}\n',
    '{"metric":{}}\n',
    '{"other":1}\n',
    "[]\n",
    "null\n",
  ]) {
    const before = await readFile(journal());
    await appendFile(journal(), damage);
    await assert.rejects(params(), isError("DATA_LOSS", /run\.journal' is damaged: line 4: /), damage);
    await writeFile(journal(), before);
  }
  await appendFile(journal(), Buffer.from('{"change":{"params":[["c","ä"]]}}\n', "latin1"));
  await assert.rejects(params(), isError("DATA_LOSS", /line 4: it is not UTF-8/));
});

test("a damaged line hides that run only, and fixing keeps the lines that can be read", async () => {
  const other = (await client.createRun("0", { runName: "other" })).info.runId;
  await appendFile(journal(), '{"change":{"params":[["c",0.5]]}}\n');
  await appendFile(journal(), `${lineOf("d")}\n`);
  const damaged = await readFile(journal());
  const reader = new TrackingClient(new FileStore(root));
  const found = await reader.searchRuns({ experimentIds: ["0"] });
  assert.deepEqual(
    found.map(({ info }) => info.runId),
    [other],
  );
  const { problems } = await fixStore(root);
  assert.deepEqual(
    problems.map(({ problem, outcome }) => [
      problem.path,
      /line 4: change\.params\[0\]\[1\]/.test(problem.what),
      outcome,
    ]),
    [[`0/${runId}/run.journal`, true, "fixed"]],
  );
  assert.deepEqual(await params(), { a: "1", b: "2", d: "x" });
  assert.deepEqual(await readFile(`${journal()}.damaged-1`), damaged);
  // The process that writes to the run goes on.
  await client.logParam(runId, "e", 5);
  await client.endRun(runId);
  assert.deepEqual(await params(), { a: "1", b: "2", d: "x", e: "5" });
  assert.ok(!(await readdir(join(root, "0", runId))).includes("run.journal"));
});

test("a value that could not be read again is an error of the call, and is not written", async () => {
  const before = await readFile(journal());
  const { store } = client;
  for (const [call, field] of [
    [() => store.updateRun(runId, { endTime: 1e300 }), "end_time"],
    [() => store.updateRun(runId, { status: "finished" as never }), "status"],
    [() => store.updateRun(runId, { runName: 5 as never }), "run_name"],
    [async () => store.logBatch(runId, { params: [{ key: "c", value: 0.5 as never }] }), "params[0][1]"],
    [async () => store.logBatch(runId, { tags: { c: null as never } }), "tags.c"],
    [
      () => store.createRun({ experimentId: "0", runName: "n", startTime: Number.NaN, userId: "u", tags: {} }),
      "info.start_time",
    ],
  ] as const) {
    await assert.rejects(call, (error: Error & { code?: string }) => {
      assert.deepEqual(
        [error.code, error.message.includes(`${field}: expected`)],
        ["INVALID_PARAMETER_VALUE", true],
        error.message,
      );
      return true;
    });
  }
  assert.deepEqual(await readFile(journal()), before);
  assert.deepEqual(
    (await client.searchRuns({ experimentIds: ["0"] })).map(({ info }) => info.runId),
    [runId],
  );
});

test("reading a journal of any bytes gives lines and problems, and never another error", async () => {
  const line = fc.oneof(
    fc.constantFrom(lineOf("a"), '{"owner":{}}', '{"metric":"m"}', "!", "", '{"change":{"par!', '{"metric":"\\ud800"}'),
    fc.json(),
    fc.string(),
  );
  const path = join(folder, "any");
  const property = fc.asyncProperty(fc.array(line), fc.uint8Array(), async (lines, bytes) => {
    await writeFile(path, Buffer.concat([Buffer.from(`${lines.join("\n")}\n`), bytes]));
    const { problems = [] } = salvageJournal(path, nodeDisk()) ?? {};
    if (problems.length === 0) assert.ok(readJournal(path, nodeDisk()));
    else assert.throws(() => readJournal(path, nodeDisk()), isError("DATA_LOSS", /line \d+: /));
  });
  await fc.assert(property, { seed: 16 });
});

import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import fc from "fast-check";
import { checkStore } from "../../../src/stores/file/check/check-store.js";
import { fixStore } from "../../../src/stores/file/check/fix-store.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";

let folder: string;
let template: string;
let root: string;
let runId: string;
let warnings: string[] = [];
const onWarning = (warning: Error) => warnings.push(warning.message);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-checksums-"));
  template = join(folder, "template");
  root = join(folder, "runlab");
  const client = new TrackingClient(new FileStore(template));
  runId = (await client.createRun("0", { runName: "a" })).info.runId;
  await client.logParam(runId, "lr", 0.125);
  for (let step = 0; step < 9; step++) await client.logMetric(runId, "loss", 1 / (step + 3), { step });
  await client.logMetrics(runId, { "val/loss": 7, inf: Number.POSITIVE_INFINITY });
  await client.createRegisteredModel("Bikes", { tags: { team: "t1" } });
  await client.endRun(runId);
  await client.store.close();
  process.on("warning", onWarning);
});

after(async () => {
  process.off("warning", onWarning);
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  cpSync(template, root, { recursive: true });
  warnings = [];
});

afterEach(() => rm(root, { recursive: true, force: true }));

const documentPath = () => join(root, "0", runId, "run.json");
const metricPath = (name = "loss") => join(root, "0", runId, "metrics", name);
const problemPaths = () => checkStore(root).problems.map(({ path }) => path);

function rewrite(path: string, change: (text: string) => string): void {
  const text = readFileSync(path, "utf8");
  const changed = change(text);
  assert.notEqual(changed, text);
  writeFileSync(path, changed);
}

async function within<T>(work: (client: TrackingClient) => Promise<T>): Promise<T> {
  const client = new TrackingClient(new FileStore(root));
  try {
    return await work(client);
  } finally {
    await client.store.close();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("any digit that changes in a metric file or a document is found", () => {
  const files = [documentPath(), join(root, "experiments.json"), join(root, "models.json")].concat(
    readdirSync(join(root, "0", runId, "metrics")).map((name) => metricPath(name)),
  );
  const places = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/(?<!crc|crc\d)\d/g)].map(({ index }) => ({ file, index })),
  );
  const property = fc.property(
    fc.constantFrom(...places),
    fc.integer({ min: 1, max: 9 }),
    ({ file, index }, distance) => {
      const text = readFileSync(file, "utf8");
      const digit = (Number(text[index]) + distance) % 10;
      writeFileSync(file, `${text.slice(0, index)}${digit}${text.slice(index + 1)}`);
      const found = checkStore(root).problems.filter(({ status }) => status === "problem");
      writeFileSync(file, text);
      const names = [relative(root, file), relative(root, documentPath())];
      assert.ok(
        found.some(({ path }) => names.includes(path)),
        JSON.stringify(found),
      );
    },
  );
  fc.assert(property, { seed: 12, numRuns: 150 });
  assert.deepEqual(problemPaths(), []);
});

test("a changed point that no summary tells is found, the run is read, and a fix takes the file as it is", async () => {
  rewrite(metricPath(), (text) => text.replace("0.25 1", "0.26 1"));
  assert.deepEqual(problemPaths(), [relative(root, metricPath())]);
  const history = await within((client) => client.getMetricHistory(runId, "loss"));
  assert.equal(history[1]?.value, 0.26);
  assert.deepEqual(
    (await fixStore(root)).problems.map(({ outcome }) => outcome),
    ["fixed"],
  );
  assert.deepEqual(problemPaths(), []);
});

test("a changed run.json is warned of when it is read, and restored from the index", async () => {
  rewrite(documentPath(), (text) => text.replace("0.125", "0.124"));
  const damaged = readFileSync(documentPath(), "utf8");
  const run = await within((client) => client.getRun(runId));
  assert.equal(run.data.params.lr, "0.124");
  assert.ok(warnings.some((warning) => warning.includes(documentPath())));
  await within((client) => client.searchRuns({ experimentIds: ["0"] }));
  assert.equal(readFileSync(documentPath(), "utf8"), damaged, "reading changes nothing");
  assert.deepEqual(problemPaths(), [relative(root, documentPath())]);
  assert.deepEqual(
    (await fixStore(root)).problems.map(({ outcome }) => outcome),
    ["fixed"],
  );
  assert.equal((await within((client) => client.getRun(runId))).data.params.lr, "0.125");
  assert.equal(readFileSync(`${documentPath()}.damaged-1`, "utf8"), damaged);
  assert.deepEqual(problemPaths(), []);
});

test("without an index a changed run.json is taken as it is", async () => {
  rewrite(documentPath(), (text) => text.replace("0.125", "0.124"));
  rmSync(join(root, "0", ".index"));
  assert.deepEqual(
    (await fixStore(root)).problems.map(({ outcome }) => outcome),
    ["fixed"],
  );
  assert.equal((await within((client) => client.getRun(runId))).data.params.lr, "0.124");
  assert.deepEqual([problemPaths(), warnings], [[], []]);
});

test("experiments.json and models.json come back from their copies, and the changed ones are kept", async () => {
  for (const [name, from, to] of [
    ["experiments.json", "Default", "Defauld"],
    ["models.json", "t1", "t2"],
  ] as const) {
    const path = join(root, name);
    const written = readFileSync(path, "utf8");
    rewrite(path, (text) => text.replace(from, to));
    assert.deepEqual(problemPaths(), [name]);
    assert.deepEqual(
      (await fixStore(root)).problems.map(({ outcome }) => outcome),
      ["fixed"],
    );
    assert.equal(readFileSync(path, "utf8"), written);
    assert.ok(readFileSync(`${path}.damaged-1`, "utf8").includes(to));
    assert.deepEqual(problemPaths(), []);
  }
});

test("checksums stay true when an ended run is changed later, and a point that changed before is still found", async () => {
  const changes: ReadonlyArray<(client: TrackingClient) => unknown> = [
    (client) => client.setTag(runId, "late", "x"),
    (client) => client.logMetric(runId, "loss", 3, { step: 99 }),
    (client) => client.logMetric(runId, "new", 3),
    (client) => client.logMetrics(runId, { loss: 1, other: 2 }, { step: 100 }),
    (client) => client.updateRun(runId, "RUNNING"),
    (client) => client.updateRun(runId, "FINISHED"),
    (client) => client.deleteRun(runId),
    (client) => client.restoreRun(runId),
  ];
  for (const change of changes) {
    await within(async (client) => change(client));
    assert.deepEqual(problemPaths(), []);
  }
  for (const { count, bytes, crc32 } of Object.values<Record<string, number>>(
    JSON.parse(readFileSync(documentPath(), "utf8")).metrics,
  )) {
    assert.ok(Number(count) > 0 && Number(bytes) > 0 && Number.isSafeInteger(crc32));
  }
  rewrite(metricPath(), (text) => text.replace("0.25 1", "0.26 1"));
  await within(async (client) => client.setTag(runId, "later", "x"));
  await within(async (client) => client.logMetric(runId, "loss", 3, { step: 101 }));
  assert.deepEqual(problemPaths(), [relative(root, metricPath())]);
});

test("a run that two processes have written to has checksums", async () => {
  const first = new TrackingClient(new FileStore(root));
  const second = new TrackingClient(new FileStore(root));
  const id = (await first.createRun("0")).info.runId;
  for (let step = 0; step < 3; step++) {
    await first.logMetric(id, "m", step, { step });
    await second.logMetric(id, "m", step, { step: step + 10 });
  }
  await first.endRun(id);
  await second.store.close();
  await first.store.close();
  const path = join(root, "0", id, "metrics", "m");
  assert.deepEqual(problemPaths(), []);
  rewrite(path, (text) => text.replace(" 1 1\n", " 1 2\n"));
  assert.deepEqual(problemPaths(), [relative(root, path)]);
});

test("a store of an earlier version, without checksums or with an index of its own form, is sound", async () => {
  for (const path of [documentPath(), join(root, "experiments.json"), join(root, "models.json")]) {
    const { crc32, ...document } = JSON.parse(readFileSync(path, "utf8"));
    assert.ok(crc32);
    for (const metric of Object.values<Record<string, unknown>>(document.metrics ?? {})) delete metric.crc32;
    writeFileSync(path, `${JSON.stringify(document, null, 1)}\n`);
  }
  rewrite(join(root, "0", ".index"), (text) => text.replace(/^(\w+) [0-9a-f]{8} /gm, "$1 "));
  assert.deepEqual(problemPaths(), []);
  rewrite(metricPath(), (text) => text.replace("0.25 1", "0.26 1"));
  assert.deepEqual(problemPaths(), [], "nobody can tell");
  await within((client) => client.searchRuns({ experimentIds: ["0"] }));
  assert.deepEqual(warnings, []);
});

test("a document that Git or a formatter has laid out anew says what it said", async () => {
  for (const layOut of [
    (text: string) => text.replaceAll("\n", "\r\n"),
    (text: string) => JSON.stringify(JSON.parse(text)),
    (text: string) => JSON.stringify(JSON.parse(text), null, 4),
  ]) {
    rewrite(documentPath(), layOut);
    await within((client) => client.getRun(runId));
    assert.deepEqual([problemPaths(), warnings], [[], []]);
  }
});

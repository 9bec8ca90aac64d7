import assert from "node:assert/strict";
import { appendFile, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import fc from "fast-check";
import { checkStore } from "../../../src/stores/file/check/check-store.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { metricLine, readPoints } from "../../../src/stores/file/metric-lines.js";
import { nodeDisk } from "../../../src/stores/file/node-disk.js";
import { TrackingClient } from "../../../src/tracking/client.js";

let folder: string;
let path: string;
const warnings: string[] = [];
const onWarning = (warning: Error) => warnings.push(warning.message);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-lines-"));
  path = join(folder, "metric");
  warnings.length = 0;
  process.on("warning", onWarning);
});

afterEach(async () => {
  process.off("warning", onWarning);
  await rm(folder, { recursive: true });
});

const point = fc.record({
  timestamp: fc.oneof(fc.maxSafeNat(), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
  value: fc.double(),
  step: fc.maxSafeInteger(),
});
const lineOf = ({ timestamp, value, step }: { timestamp: number; value: number; step: number }) =>
  metricLine(timestamp, value, step);

test("any points are read back as they were written, from any place on, also with the line ends of Windows", async () => {
  const property = fc.asyncProperty(fc.array(point), fc.nat(), fc.boolean(), async (points, at, windows) => {
    const lines = points.map(lineOf).map((line) => (windows ? line.replace("\n", "\r\n") : line));
    await writeFile(path, lines.join(""));
    const skipped = points.length === 0 ? 0 : at % points.length;
    const from = lines.slice(0, skipped).join("").length;
    const read = readPoints(path, nodeDisk(), from);
    assert.deepEqual(read, {
      points: points.slice(skipped).map(({ timestamp, value, step }) => ({ step, value, timestamp })),
      end: lines.join("").length,
      problem: undefined,
    });
  });
  await fc.assert(property, { seed: 12 });
});

test("a time is written as JavaScript writes the number, whatever its size", () => {
  const times = [
    0,
    7,
    999_999,
    1e6,
    1_000_001,
    1e9,
    1_700_000_000_007,
    999_999_999_999_999,
    1e15,
    8.64e15,
    1.5e12 + 0.25,
  ];
  const property = fc.property(
    fc.oneof(point, fc.record({ timestamp: fc.constantFrom(...times) })),
    ({ timestamp }) => {
      assert.equal(metricLine(timestamp, 0.5, 3), `${timestamp} 0.5 3\n`);
    },
  );
  fc.assert(property, { seed: 13, numRuns: 1000 });
});

const wrong = [
  "1002 x 2",
  "1002 2",
  "1002",
  "1002 1 2 3",
  "1002 1 2 data",
  "1002 1 2 data digest more",
  "1002 1 1.5",
  "1002 1 1e300",
  "1002 1 9007199254740993",
  "x 1 2",
  "Infinity 1 2",
  "1002 0x10 2",
  "1002 1_0 2",
  "1002  1 2",
  " 1002 1 2",
  "1002 1 2 ",
  "1002\t1\t2",
  "1002 1.2.3 2",
  "1002 1 \u00a02",
  "\0\0\0\0",
  "\0\0\0\0 !",
  "10\u00002 1 2",
  "<<<<<<< HEAD",
  "\ufeff1002 1 2",
  "garbage",
];

for (const line of wrong) {
  test(`${JSON.stringify(line)} in a metric file is named with its file and line; the other points are read`, async () => {
    await writeFile(path, `1001 1 0\n\n1001 2 !\n${line}\n1003 3 2\n${line}\n`);
    const { points, problem } = readPoints(path, nodeDisk());
    assert.deepEqual(points, [
      { step: 0, value: 1, timestamp: 1001 },
      { step: 2, value: 3, timestamp: 1003 },
    ]);
    assert.equal(problem?.code, "DATA_LOSS");
    assert.match(problem?.message ?? "", /metric' is damaged: line 4 is not a point .*, and 1 more are not either/);
    // Counted from the beginning, wherever reading begins.
    assert.match(readPoints(path, nodeDisk(), 9).problem?.message ?? "", /line 4 /);
  });
}

test("whatever stands in a metric file, reading it gives points and at most a problem", async () => {
  const line = fc.oneof(point.map(lineOf), fc.constantFrom(...wrong.map((text) => `${text}\n`)), fc.string());
  const property = fc.asyncProperty(fc.array(line), fc.uint8Array(), async (lines, bytes) => {
    await writeFile(path, Buffer.concat([Buffer.from(lines.join("")), bytes]));
    const { points, problem } = readPoints(path, nodeDisk());
    for (const { step, value, timestamp } of points) {
      assert.ok(Number.isSafeInteger(step) && Number.isFinite(timestamp) && typeof value === "number");
    }
    if (problem !== undefined) assert.match(problem.message, /line \d+ is not a point/);
  });
  await fc.assert(property, { seed: 12 });
});

test("a point of MLflow's with a dataset is read; a torn end and a line marked as torn were never acknowledged", async () => {
  await writeFile(path, "1001 1 0 data digest\n17 0.5 1 !\n!\n17 0.5 1");
  assert.deepEqual(readPoints(path, nodeDisk()), {
    points: [{ step: 0, value: 1, timestamp: 1001 }],
    end: 34,
    problem: undefined,
  });
});

async function storeWithRun(): Promise<{ root: string; runId: string }> {
  const root = join(folder, "runlab");
  const client = new TrackingClient(new FileStore(root));
  const { runId } = (await client.createRun("0", { runName: "r" })).info;
  await client.logMetric(runId, "m", [3, 1, 2]);
  await client.logParam(runId, "p", "x");
  await client.endRun(runId);
  await client.store.close();
  return { root, runId };
}

const told = async () => {
  await new Promise((resolve) => setImmediate(resolve));
  return warnings;
};

test("a wrong line is reported with the history and by the doctor, which leaves it to the person", async () => {
  const { root, runId } = await storeWithRun();
  const file = join(root, "0", runId, "metrics", "m");
  await writeFile(file, (await readFile(file, "utf8")).replace(/ 1 1\n/, " x 1\n"));
  const client = new TrackingClient(new FileStore(root));
  assert.deepEqual(
    (await client.getMetricHistory(runId, "m")).map(({ value }) => value),
    [3, 2],
  );
  await client.getMetricHistory(runId, "m");
  assert.equal((await told()).filter((text) => text.includes(`'${file}' is damaged: line 2 is not a point`)).length, 1);
  const [line, ...more] = checkStore(root).problems;
  assert.deepEqual([line?.path, line?.fix], [`0/${runId}/metrics/m`, undefined]);
  assert.match(line?.what ?? "", /line 2 /);
  assert.ok(line?.hint);
  assert.equal(more.length, 1);
  await client.store.close();
});

test("a wrong line in a run that goes on is reported with a search, and the rest of the run is shown", async () => {
  const root = join(folder, "runlab");
  const client = new TrackingClient(new FileStore(root));
  const { runId } = (await client.createRun("0", { runName: "r" })).info;
  await client.logMetric(runId, "m", 3);
  await appendFile(join(root, "0", runId, "metrics", "m"), "1002 x 2\n");
  await client.logMetric(runId, "m", 4, { step: 3 });
  const reader = new TrackingClient(new FileStore(root));
  const [run] = await reader.searchRuns({ experimentIds: ["0"] });
  assert.deepEqual([run?.data.metrics.m, run?.metricSummaries.m?.count], [4, 2]);
  assert.ok((await told()).some((text) => /metrics\/m' is damaged: line 2 /.test(text)));
  assert.ok(checkStore(root).problems.some(({ what }) => /line 2 /.test(what)));
  await reader.store.close();
  await client.store.close();
});

test("the doctor reads metric files whose length has not changed", async () => {
  const { root, runId } = await storeWithRun();
  const file = join(root, "0", runId, "metrics", "m");
  assert.deepEqual(checkStore(root).problems, []);
  await writeFile(file, (await readFile(file, "utf8")).replace(/ 3 0\n/, " 8 0\n"));
  assert.ok(checkStore(root).problems.some(({ status, path: place }) => status === "problem" && place.includes(runId)));
});

test("any changed byte of .index costs no more than a look at the document: numbers are never wrong, and the doctor says so", async () => {
  const { root, runId } = await storeWithRun();
  const run = join(root, "0", runId);
  // Old enough for the index.
  const then = new Date("2020-01-01");
  for (const place of [join(run, "run.json"), run]) await utimes(place, then, then);
  const index = join(root, "0", ".index");
  await rm(index, { force: true });
  await new TrackingClient(new FileStore(root)).searchRuns({ experimentIds: ["0"] });
  const whole = await readFile(index);
  assert.deepEqual(checkStore(root).problems, []);
  const property = fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, change) => {
    const damagedBytes = Buffer.from(whole);
    const place = at % whole.length;
    damagedBytes[place] = (damagedBytes[place] ?? 0) ^ change;
    await writeFile(index, damagedBytes);
    const problems = checkStore(root).problems;
    const client = new TrackingClient(new FileStore(root));
    const [found] = await client.searchRuns({ experimentIds: ["0"] });
    assert.deepEqual([found?.info.runName, found?.data.metrics.m, found?.data.params], ["r", 2, { p: "x" }]);
    await client.store.close();
    // Without its end a line is one that is being written.
    if (damagedBytes.includes(0x0a))
      assert.deepEqual(
        problems.map(({ path: name }) => name),
        ["0/.index"],
      );
  });
  await fc.assert(property, { seed: 12, numRuns: 200 });
  for (const { fix } of checkStore(root).problems) await fix?.work();
  assert.deepEqual(checkStore(root).problems, []);
  await assert.rejects(stat(join(root, "0", ".index.damaged-1")));
});

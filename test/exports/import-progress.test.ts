import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { exportRuns, type TransferContext } from "../../src/exports/export-runs.js";
import { importRuns } from "../../src/exports/import-runs.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";
import { event, field, head, record, simpleValue } from "./tensorboard/event-writer.js";

interface Shown {
  label: string | undefined;
  total: number | undefined;
  unit: string | undefined;
  steps: number[];
  ends: number;
}

/** What an import shows of its progress. */
async function shown(from: string): Promise<Shown[]> {
  const store = new MemoryStore();
  const session = new TrackingSession({ resolveUri: () => store.uri, openStore: () => store });
  const all: Shown[] = [];
  const startProgress: TransferContext["startProgress"] = ({ label, total, unit }) => {
    const one: Shown = { label, total, unit, steps: [], ends: 0 };
    all.push(one);
    return { advance: (count = 1) => void one.steps.push(count), end: () => void one.ends++ };
  };
  await importRuns(session, { from }, { startProgress });
  return all;
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-progress-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("reading one long log of TensorBoard shows its bytes, and adding the run its points", async (t) => {
  const logs = join(await folderOf(t), "logs");
  await mkdir(logs);
  const picture = Buffer.alloc(2 ** 20, 7);
  const events = Array.from({ length: 20 }, (_, step) => [
    event(1_700_000_000 + step, step, simpleValue("loss", 1 / (step + 1))),
    event(1_700_000_000 + step, step, Buffer.concat([field(1, "sample"), field(4, field(4, picture))])),
  ]).flat();
  const bytes = Buffer.concat([head, ...events].map(record));
  await writeFile(join(logs, "events.out.tfevents.1700000000.host.1.0"), bytes);
  const [read, add, ...others] = await shown(logs);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [read?.label, read?.unit, read?.total, sum(read?.steps ?? []), read?.ends],
    ["read logs", "bytes", bytes.length, bytes.length, 1],
  );
  assert.ok((read?.steps.filter((step) => step > 0).length ?? 0) >= 2, String(read?.steps));
  // A run and its points.
  assert.deepEqual([add?.label, add?.total, sum(add?.steps ?? []), add?.ends], ["import 1 run", 21, 21, 1]);
});

test("of a long file the bytes that have been read are shown; a short one has nothing to show but its runs", async (t) => {
  const path = join(await folderOf(t), "cars.json");
  const store = new MemoryStore();
  const session = new TrackingSession({ resolveUri: () => store.uri, openStore: () => store });
  const { runId } = (await session.startRun({ runName: "elastic" })).info;
  await session.client.logBatch(runId, { params: [{ key: "alpha", value: "0.1" }] });
  await session.endRun();
  await exportRuns(session, { to: path });
  const short = await shown(path);
  assert.deepEqual(
    short.map(({ label, total, ends }) => [label, total, ends]),
    [["import 1 run", 1, 1]],
  );
  const json = await readFile(path, "utf8");
  const length = 20 * 2 ** 20;
  await writeFile(path, " ".repeat(length) + json);
  const [read, ...added] = await shown(path);
  assert.deepEqual([read?.label, read?.unit, read?.total], ["read cars.json", "bytes", length + json.length]);
  assert.equal(sum(read?.steps ?? []), length + json.length);
  assert.deepEqual(added, short);
});

test("a file that cannot be imported ends what it has shown", async (t) => {
  const path = join(await folderOf(t), "long.json");
  await writeFile(path, " ".repeat(20 * 2 ** 20));
  const all: Array<{ ends: number }> = [];
  const store = new MemoryStore();
  const session = new TrackingSession({ resolveUri: () => store.uri, openStore: () => store });
  const startProgress: TransferContext["startProgress"] = () => {
    const one = { ends: 0 };
    all.push(one);
    return { advance: () => undefined, end: () => void one.ends++ };
  };
  await assert.rejects(importRuns(session, { from: path }, { startProgress }), { code: "INVALID_PARAMETER_VALUE" });
  assert.deepEqual(all, [{ ends: 1 }]);
});

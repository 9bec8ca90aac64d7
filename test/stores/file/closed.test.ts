import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { thisProcess } from "../../../src/stores/file/owner.js";

const wanted = { experimentId: "0", runName: "", userId: "", startTime: 1, tags: {} };
const everything = { experimentIds: ["0"] };

test("a store that was closed is read without writing into it, until it is written to again", async (t) => {
  const folder = await newFolder(t);
  const store = new FileStore(folder);
  const { runId } = (await store.createRun(wanted)).info;
  await store.updateRun(runId, { status: "FINISHED" });
  await store.close();
  const index = join(folder, "0", ".index");
  await rm(index, { force: true });
  // What has just been changed is not noted in any case.
  for (const path of [join(folder, "0", runId, "run.json"), join(folder, "0", runId)]) await utimes(path, 1, 1);
  const closed = new FileStore(folder);
  const [reading] = await Promise.all([closed.searchRuns(everything), closed.close()]);
  assert.equal(reading.length, 1);
  await rm(index, { force: true });
  const later = new FileStore(folder);
  await later.close();
  assert.equal((await later.searchRuns(everything)).length, 1);
  assert.ok(!existsSync(index));
  await later.createRun(wanted);
  await later.close();
  const open = new FileStore(folder);
  assert.equal((await open.searchRuns(everything)).length, 2);
  assert.ok(existsSync(index), "one that is open notes what it has read");
  await open.close();
});

test("a search that writes down which runs were killed has done so when the store is closed, and does it no more afterwards", async (t) => {
  const folder = await newFolder(t);
  // No process has that number: pid_max is at most 2^22.
  const dead = () => new FileStore(folder, { self: { ...thisProcess(), pid: 2 ** 22 + 1 } });
  const abandoned = async () => (await dead().createRun(wanted)).info.runId;
  const statusOf = (runId: string) =>
    JSON.parse(readFileSync(join(folder, "0", runId, "run.json"), "utf8")).info.status as string;
  const first = await abandoned();
  const store = new FileStore(folder);
  await store.createRun(wanted);
  const searching = store.searchRuns(everything);
  await store.close();
  assert.equal(statusOf(first), "KILLED");
  await searching;
  const second = await abandoned();
  const before = await readdir(join(folder, "0", second));
  const found = await store.searchRuns(everything);
  assert.equal(found.find(({ info }) => info.runId === second)?.info.status, "KILLED");
  assert.deepEqual(await readdir(join(folder, "0", second)), before);
  assert.equal(statusOf(second), "RUNNING");
});

async function newFolder(t: { after(work: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-closed-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "store");
}

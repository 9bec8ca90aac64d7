import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findExperiment } from "../../src/queries/find-experiment.js";
import { findAllRuns, findRun, findRuns, type QueryHints } from "../../src/queries/find-run.js";
import { newSession } from "../tracking/new-session.js";
import { addRun } from "./many-runs.js";

const hints: QueryHints = { listRuns: (view) => `list ${view}`, restoreRun: (run) => `restore ${run}` };

test("a run of any name is found by it, and by no other", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, unit: fc.constantFrom(..."a'\"`\\%_b ") }), async (name) => {
      const session = newSession();
      const { experimentId } = await session.setExperiment("e");
      if (name.trim() === "") return;
      const id = await addRun(session, experimentId, { runName: name, startTime: 1 });
      await addRun(session, experimentId, { runName: `${name}x`, startTime: 2 });
      await addRun(session, experimentId, { runName: "other", startTime: 3 });
      const found = await findRun(session, name, { several: "error", hints });
      assert.equal(found.info.runId, id);
      const experiment = await session.currentExperiment();
      assert.deepEqual(
        (await findAllRuns(session, [name, name], { experiment })).map(({ info }) => info.runId),
        [id],
      );
    }),
  );
});

test("hints are worded by the caller", async () => {
  const session = newSession();
  const { experimentId } = await session.setExperiment("e");
  const id = await addRun(session, experimentId, { runName: "linear", startTime: 1 });
  const find = (word: string, viewType?: "DELETED_ONLY") =>
    findRun(session, word, { several: "error", viewType, hints });
  await assert.rejects(find("nothing near"), { code: "RESOURCE_DOES_NOT_EXIST", hint: "list active" });
  await assert.rejects(find("nothing near", "DELETED_ONLY"), { code: "RESOURCE_DOES_NOT_EXIST", hint: "list deleted" });
  await assert.rejects(find("linaer"), { hint: /'linear'/ });
  await session.deleteRun(id);
  await assert.rejects(find("linear"), { code: "INVALID_STATE", hint: "restore linear" });
  await assert.rejects(find(id), { code: "INVALID_STATE", hint: `restore ${id}` });
  assert.equal((await find("linear", "DELETED_ONLY")).info.runId, id);
});

test("names of the current experiment come before those of others, an id before a name", async () => {
  const session = newSession();
  const other = await session.setExperiment("other");
  await addRun(session, other.experimentId, { runName: "a", startTime: 9 });
  await addRun(session, other.experimentId, { runName: "far", startTime: 9 });
  const { experimentId } = await session.setExperiment("mine");
  const id = await addRun(session, experimentId, { runName: "a", startTime: 1 });
  const named = await addRun(session, experimentId, { runName: "f".repeat(32), startTime: 1 });
  const find = async (word: string) => (await findRun(session, word, { several: "error", hints })).info;
  assert.equal((await find("a")).runId, id);
  assert.equal((await find("far")).experimentId, other.experimentId);
  assert.equal((await find("f".repeat(32))).runId, named, "a name that looks like an id");
  await assert.rejects(findRun(session, "far", { several: "error", hints, experimentIds: [experimentId] }), {
    code: "RESOURCE_DOES_NOT_EXIST",
  });
});

test("of several runs of one name the newest is taken and said, or none where one is to be changed", async () => {
  const session = newSession();
  const { experimentId } = await session.setExperiment("e");
  await addRun(session, experimentId, { runName: "a", startTime: 1 });
  const newest = await addRun(session, experimentId, { runName: "a", startTime: 2 });
  const said: string[] = [];
  const [found] = await findRuns(session, ["a", newest], { hints, say: (line) => said.push(line) });
  assert.equal(found?.info.runId, newest);
  assert.deepEqual([said.length, said[0]?.includes(newest.slice(0, 8))], [1, true]);
  await assert.rejects(findRun(session, "a", { several: "error", hints }), { code: "RESOURCE_CONFLICT" });
});

test("the beginning of several ids is no choice of any", async () => {
  const session = newSession();
  const { experimentId } = await session.setExperiment("e");
  for (const end of ["0", "1"]) {
    await session.client.createRun(experimentId, { runId: `abcd${"0".repeat(27)}${end}`, runName: `r${end}` });
  }
  const conflict = { code: "RESOURCE_CONFLICT", message: /r0[\s\S]*r1|r1[\s\S]*r0/ };
  await assert.rejects(findRun(session, "abcd", { several: "newest", hints }), conflict);
  await assert.rejects(findAllRuns(session, ["abcd"], { experiment: await session.currentExperiment() }), conflict);
  await assert.rejects(findRun(session, "abc", { several: "newest", hints }), { code: "RESOURCE_DOES_NOT_EXIST" });
});

test("an experiment is found by its name before its id, also a deleted one", async () => {
  const session = newSession();
  const cars = await session.setExperiment("cars");
  const confusing = await session.setExperiment(cars.experimentId);
  assert.equal((await findExperiment(session, cars.experimentId)).experimentId, confusing.experimentId);
  assert.equal((await findExperiment(session, confusing.experimentId)).name, confusing.name);
  await session.deleteExperiment(cars.experimentId);
  assert.equal((await findExperiment(session, "cars")).lifecycleStage, "deleted");
  await assert.rejects(findExperiment(session, "crs"), { code: "RESOURCE_DOES_NOT_EXIST", hint: /'cars'|Default/ });
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { beforeEach, test } from "node:test";
import type { TrackingSession } from "../../src/tracking/session.js";
import { isError } from "../is-error.js";
import { newSession } from "./new-session.js";

let session: TrackingSession;
let said: string[];

beforeEach(() => {
  said = [];
  session = newSession(said);
});

test("a run with a callback is active inside it, ends FINISHED, and gives the callback's value", async () => {
  const value = await session.startRun({ runName: "a" }, async (run) => {
    assert.equal(session.activeRun(), run);
    await session.logMetric("m", 1);
    return 7;
  });
  assert.equal(value, 7);
  assert.equal(session.activeRun(), undefined);
  const last = await session.lastActiveRun();
  assert.equal(last?.info.status, "FINISHED");
  assert.equal(last?.data.metrics.m, 1);
  assert.equal(last?.data.tags["mlflow.source.type"], "LOCAL");
  assert.deepEqual(said, ["runlab: runs are stored in memory:"]);
  await session.close();
});

test("parallel runs with callbacks do not mix", async () => {
  const work = (name: string) =>
    session.startRun({ runName: name }, async () => {
      for (let step = 0; step < 20; step++) {
        await session.logMetric(`of-${name}`, step, { step });
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
  await Promise.all(["a", "b", "c"].map(work));
  for (const run of await session.searchRuns()) assert.deepEqual(run.data.metrics, { [`of-${run.info.runName}`]: 19 });
  await session.close();
});

test("parallel runs without callbacks do not mix", async () => {
  const work = async (name: string) => {
    await using run = await session.startRun({ runName: name });
    for (let step = 0; step < 20; step++) {
      await session.logMetric(`of-${name}`, step, { step });
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(session.activeRun(), run);
  };
  await Promise.all(["a", "b", "c"].map(work));
  const runs = await session.searchRuns();
  assert.equal(runs.length, 3);
  for (const run of runs) {
    assert.deepEqual(run.data.metrics, { [`of-${run.info.runName}`]: 19 });
    assert.equal(run.info.status, "FINISHED");
  }
  await session.close();
});

test("a run started without a callback stays active for code that comes later", async () => {
  const started = await new Promise<string>((resolve) => {
    setImmediate(async () => resolve((await session.startRun({ runName: "open" })).runId));
  });
  await session.logParam("k", 1);
  assert.equal(session.activeRun()?.runId, started);
  await session.endRun();
  assert.deepEqual((await session.getRun(started)).data.params, { k: "1" });
  await session.close();
});

test("a second run needs nested; a nested one knows its parent", async () => {
  await session.startRun({ runName: "parent" }, async (parent) => {
    await assert.rejects(
      session.startRun({}, () => 0),
      isError("INVALID_STATE", /already active.*nested: true/),
    );
    const child = await session.startRun({ nested: true }, async (run) => {
      await session.logMetric("inner", 1);
      return run.runId;
    });
    assert.equal(session.activeRun(), parent);
    const { data } = await session.getRun(child);
    assert.equal(data.tags["mlflow.parentRunId"], parent.runId);
    assert.equal(data.metrics.inner, 1);
  });
  await session.close();
});

test("a log call without a run starts one, and only one", async () => {
  session.logParam("a", 1);
  session.logMetric("m", 2);
  session.setTag("t", 3);
  await session.settle();
  const run = session.activeRun();
  assert.ok(run !== undefined);
  const { data } = await run.read();
  assert.deepEqual([data.params.a, data.metrics.m, data.tags.t], ["1", 2, "3"]);
  assert.equal((await session.searchRuns()).length, 1);
  await session.close();
});

test("a value that a late timer logs goes to the run it was started in", async () => {
  let late: Promise<void> | undefined;
  const timer = new EventTarget();
  const runId = await session.startRun({}, (run) => {
    setTimeout(() => {
      late = session.logMetric("late", 1);
      timer.dispatchEvent(new Event("fired"));
    }, 5);
    return run.runId;
  });
  await once(timer, "fired");
  await late;
  assert.equal((await session.getRun(runId)).data.metrics.late, 1);
  assert.equal((await session.searchRuns()).length, 1);
  await session.close();
});

test("a run can be taken up again by its id", async () => {
  const runId = await session.startRun({ runName: "first" }, (run) => run.runId);
  await session.startRun({ runId, runName: "again" }, async (run) => {
    assert.equal(run.info.status, "RUNNING");
    await run.logMetric("m", 1);
  });
  const { info, data } = await session.getRun(runId);
  assert.deepEqual([info.runName, info.status, data.metrics.m], ["again", "FINISHED", 1]);
  await session.close();
});

test("setExperiment creates, selects, and refuses a deleted one", async () => {
  const { experimentId } = await session.setExperiment("cars");
  await session.startRun({ runName: "in cars" }, () => 0);
  assert.equal((await session.searchRuns({ experimentNames: ["cars"] })).length, 1);
  await session.deleteExperiment(experimentId);
  await assert.rejects(session.setExperiment("cars"), isError("INVALID_PARAMETER_VALUE", /deleted/));
  await assert.rejects(session.searchRuns({ experimentNames: ["card"] }), isError("RESOURCE_DOES_NOT_EXIST", /'card'/));
  await session.close();
});

test("two stores in one session: an open run stays in its own", async () => {
  const run = await session.startRun({});
  session.setTrackingUri("memory:other");
  await session.logMetric("m", 1);
  await session.endRun();
  assert.equal((await session.searchRuns()).length, 0);
  session.setTrackingUri("memory:");
  assert.equal((await session.getRun(run.runId)).data.metrics.m, 1);
  await session.close();
});

test("close ends open runs with the status given", async () => {
  const outer = await session.startRun({});
  const inner = await session.startRun({ nested: true });
  await session.close("KILLED", { reason: "interrupted" });
  for (const { runId } of [outer, inner]) {
    const { info, data } = await session.getRun(runId);
    assert.deepEqual([info.status, data.tags["runlab.end_reason"]], ["KILLED", "interrupted"]);
  }
});

test("what is said to a script speaks of no magics", async () => {
  await session.logMetric("m", 1);
  assert.match(said.join("\n"), /started run .* active until endRun\(\)$/m);
  assert.doesNotMatch(said.join("\n"), /%/);
  await session.close();
});

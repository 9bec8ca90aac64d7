import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { TrackingError } from "../../src/errors.js";
import type { TrackingSession } from "../../src/tracking/session.js";
import { isError } from "../is-error.js";
import { newSession } from "./new-session.js";

let session: TrackingSession;

beforeEach(() => {
  session = newSession();
});

test("a throw ends the run FAILED, keeps the reason, and comes through", async () => {
  await assert.rejects(
    session.startRun({}, () => Promise.reject(new RangeError("too far"))),
    /too far/,
  );
  const last = await session.lastActiveRun();
  assert.equal(last?.info.status, "FAILED");
  assert.equal(last?.data.tags["runlab.end_reason"], "RangeError: too far");
  await session.close();
});

test("a failure that nobody awaited is thrown by settle, once, and rejects nothing unhandled", async () => {
  await session.startRun();
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  session.logParam("k", 1);
  session.logParam("k", 2);
  await new Promise((resolve) => setImmediate(resolve));
  await assert.rejects(session.settle(), isError("INVALID_PARAMETER_VALUE", /Changing param values/));
  await session.settle();
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled, []);
  await session.close();
});

test("a failure that was caught is not thrown again", async () => {
  await session.startRun({}, async () => {
    await session.logParam("k", 1);
    await assert.rejects(session.logParam("k", 2), TrackingError);
  });
  assert.equal((await session.lastActiveRun())?.info.status, "FINISHED");
  await session.settle();
  await session.close();
});

test("an unseen failure makes the run FAILED and comes out of startRun", async () => {
  const running = session.startRun({}, () => {
    session.logArtifact("/nowhere/at/all");
  });
  await assert.rejects(running, isError("RESOURCE_DOES_NOT_EXIST", /nowhere/));
  assert.equal((await session.lastActiveRun())?.info.status, "FAILED");
  await session.close();
});

test("the current experiment is looked for again after a moment in which its store could not be read", async (t) => {
  process.env.MLFLOW_EXPERIMENT_NAME = "cars";
  t.after(() => delete process.env.MLFLOW_EXPERIMENT_NAME);
  const unreadable = t.mock.method(session.store, "getExperimentByName", () =>
    Promise.reject(new TrackingError("INTERNAL_ERROR", "The disk reports an I/O error.")),
  );
  await assert.rejects(session.currentExperiment(), isError("INTERNAL_ERROR"));
  unreadable.mock.restore();
  assert.equal((await session.currentExperiment()).name, "cars");
  await session.close();
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { StoreNames } from "../../src/main/store-names.js";
import { openStore } from "../../src/stores/open.js";
import { TrackingSession } from "../../src/tracking/session.js";
import { newSession } from "../tracking/new-session.js";

/** Names read in a process of the engine's kind, and the notebook's session on the same file store, which logs. */
function fileStore(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "runlab-names-"));
  const uri = join(folder, "runlab");
  const [notebook, engine] = [1, 2].map(() => new TrackingSession({ resolveUri: () => uri, openStore }));
  if (!notebook || !engine) throw new Error("two sessions");
  const asked = { count: 0 };
  const { searchRuns } = engine;
  engine.searchRuns = (options) => {
    asked.count++;
    return searchRuns.call(engine, options);
  };
  const names = new StoreNames(async () => engine);
  t.after(async () => {
    names.close();
    await notebook.close();
    await engine.close();
    rmSync(folder, { recursive: true });
  });
  return { notebook, names, asked };
}

test("a store that is watched is not asked again for each key press, only when something has changed", async (t) => {
  const { notebook, names, asked } = fileStore(t);
  await notebook.startRun({ runName: "one" }, (run) => run.logMetric("rmse", 1));
  for (let press = 0; press < 20; press++) assert.deepEqual(await names.names("metric"), ["rmse"]);
  assert.equal(asked.count, 1);
  await notebook.startRun({ runName: "two" }, (run) => run.logMetric("r2", 1));
  // It is looked at four times a second.
  for (let waited = 0; (await names.names("metric")).length < 2; waited += 50) {
    assert.ok(waited < 5000, "the change is never seen");
    await sleep(50);
  }
  assert.deepEqual(new Set(await names.names("metric")), new Set(["rmse", "r2"]));
  assert.ok(asked.count <= 4, `asked ${asked.count} times`);
});

test("what a cell has just logged is proposed right after it", async (t) => {
  const { notebook, names } = fileStore(t);
  for (const key of ["a", "b", "c", "d"]) {
    names.cellRuns();
    await notebook.startRun({ runName: key }, (run) => run.logMetric(key, 1));
    assert.ok((await names.names("metric")).includes(key));
    assert.ok((await names.names("run")).includes(key));
  }
});

test("known names are given within 50 ms, or so, by a store that was fast and has become slow", async () => {
  const session = newSession();
  await session.startRun({ runName: "one" }, () => session.logMetric("rmse", 1));
  let slow = false;
  let asked = 0;
  const names = new StoreNames(async () => {
    asked++;
    if (slow) await sleep(2000, undefined, { ref: false });
    return session;
  });
  assert.deepEqual(await names.names("metric"), ["rmse"]);
  slow = true;
  const before = performance.now();
  assert.deepEqual(await names.names("metric"), ["rmse"]);
  const took = performance.now() - before;
  assert.ok(took < 300, `${took} ms`);
  for (let press = 0; press < 5; press++) await names.names("metric");
  assert.equal(asked, 2, "it is asked once at a time");
});

test("registered models are proposed however many there are", async (t) => {
  const { notebook, names } = fileStore(t);
  for (let at = 0; at < 120; at++) await notebook.client.createRegisteredModel(`m${String(at).padStart(3, "0")}`);
  assert.equal((await names.names("registered_model")).length, 120);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";

function memorySession(): TrackingSession {
  return new TrackingSession({ resolveUri: (uri) => uri ?? "memory:", openStore: () => new MemoryStore() });
}

test("a log call that fails later tells the line that made it, awaited or not", async () => {
  const session = memorySession();
  const callsAndAwaits = async (): Promise<void> => session.logArtifact("/no/such/file");
  const onlyCalls = (): void => void session.logArtifact("/no/such/file");

  const tellsCaller = (name: string) => (error: unknown) => {
    assert.ok(error instanceof Error);
    const frames = (error.stack ?? "").split("\n").filter((line) => line.includes(name));
    assert.equal(frames.length, 1, error.stack);
    return true;
  };
  await assert.rejects(session.startRun({}, callsAndAwaits), tellsCaller("callsAndAwaits"));
  await assert.rejects(session.startRun({}, onlyCalls), tellsCaller("onlyCalls"));
  await session.close();
});

test("so does a log call that has to start its run first", async () => {
  const session = memorySession();
  const startsRun = (): Promise<void> => session.logParam("no/../name", 1);
  await assert.rejects(startsRun(), (error) => error instanceof Error && /at startsRun /.test(error.stack ?? ""));
  await session.close();
});

test("a promise of a log call prints as a plain promise", async () => {
  const session = memorySession();
  const pending = session.logParam("a", 1);
  const text = inspect(pending);
  assert.match(text, /^Promise \{\s+<pending>/);
  assert.doesNotMatch(text, /LogPromise|observed/);
  await pending;
  await session.close();
});

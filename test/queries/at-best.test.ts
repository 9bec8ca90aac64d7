import assert from "node:assert/strict";
import { test } from "node:test";
import { valuesAtBest } from "../../src/queries/at-best.js";
import { addRun, sessionOn, storeKinds } from "./many-runs.js";

for (const kind of storeKinds) {
  test(`other metrics are those of the best step, or of the last step before it (${kind} store)`, async (t) => {
    const { session } = sessionOn(t, kind);
    const { experimentId } = await session.setExperiment("curves");
    // loss is best at step 1; acc has a value there, f1 only before, late only after; once was logged a single time.
    const metrics = { loss: [3, 1, 2], acc: [0.1, 0.9, 0.5], once: 7 };
    const runId = await addRun(session, experimentId, { runName: "a", startTime: 1, metrics });
    await session.client.logBatch(runId, {
      metrics: [
        { key: "f1", value: 0.3, step: 0, timestamp: 1 },
        { key: "f1", value: 0.4, step: 2, timestamp: 2 },
        { key: "late", value: 1, step: 2, timestamp: 3 },
        { key: "late", value: 2, step: 3, timestamp: 4 },
      ],
    });
    const runs = [await session.getRun(runId)];
    const found = await valuesAtBest(session, runs, "loss", "min");
    assert.deepEqual(Object.fromEntries(found.map(({ key, values }) => [key, values])), { acc: [0.9], f1: [0.3] });
    assert.deepEqual(await valuesAtBest(session, runs, "once", "max"), []);
  });
}

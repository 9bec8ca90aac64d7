import assert from "node:assert/strict";
import { test } from "node:test";
import { experimentsAnswer } from "../../../src/server/page/overview.js";
import { MemoryStore } from "../../../src/stores/memory.js";
import { TrackingClient } from "../../../src/tracking/client.js";

test("experiments say how many runs they have and how many go on, whether the store counts them or not", async () => {
  const store = new MemoryStore();
  const client = new TrackingClient(store);
  const cars = await client.createExperiment("cars");
  const first = await client.createRun(cars, { startTime: 5000 });
  await client.createRun(cars, { startTime: 9_000_000_000_000 });
  await client.endRun(first.info.runId);
  const counted = await experimentsAnswer(client, undefined);
  assert.deepEqual(
    counted.experiments.map(({ name, runs, running, newest }) => ({ name, runs, running, newest })),
    [
      { name: "cars", runs: 2, running: 1, newest: 9_000_000_000_000 },
      { name: "Default", runs: 0, running: 0, newest: undefined },
    ],
  );
  const searched = new Proxy(store, {
    get: (target, name) => (name === "countRuns" ? undefined : Reflect.get(target, name, target)?.bind?.(target)),
  });
  assert.deepEqual(await experimentsAnswer(new TrackingClient(searched), undefined), counted);
  const uncopied = Object.assign(store, { searchRuns: () => assert.fail("no run is read to be counted") });
  assert.deepEqual(await experimentsAnswer(new TrackingClient(uncopied), undefined), counted);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { pruners } from "../../src/sweeps/pruners.js";
import { InProcessQueue, type Trial } from "../../src/sweeps/trial-queue.js";

const trials: Trial[] = Array.from({ length: 8 }, (_, number) => ({ number, params: {} }));

/** Trials whose values at steps 0 to 2 are their numbers, ended as `how`. */
async function fill(queue: InProcessQueue, count: number, how: "finished" | "failed" = "finished"): Promise<void> {
  await queue.enqueue(trials.slice(0, count));
  for (let taken = await queue.take(); taken !== undefined; taken = await queue.take()) {
    for (const step of [0, 1, 2]) assert.equal(queue.report(taken, step, taken.number), false);
    await queue.end(taken, how);
  }
}

test("each trial is taken once, in the order in which it came", async () => {
  const queue = new InProcessQueue();
  await queue.enqueue(trials.slice(0, 2));
  await queue.enqueue(trials.slice(2, 3));
  const taken = await Promise.all([queue.take(), queue.take(), queue.take(), queue.take()]);
  assert.deepEqual(
    taken.map((trial) => trial?.number),
    [0, 1, 2, undefined],
  );
  assert.equal(queue.report(trials[0] as Trial, 0, Number.NaN), false, "without a pruner all go on");
});

test("a trial worse than the median of five finished ones at its step stops, but not at its first report", async () => {
  const queue = new InProcessQueue(pruners.median("min"));
  await fill(queue, 5);
  const bad = trials[6] as Trial;
  assert.equal(queue.report(bad, 0, 100), false);
  assert.equal(queue.report(bad, 1, 2.5), true, "the median is 2");
  const good = trials[7] as Trial;
  assert.equal(queue.report(good, 0, 2), false);
  assert.equal(queue.report(good, 1, 100), false, "its best so far counts");
  assert.equal(queue.report(good, 9, 100), false, "no other has been at this step");
});

test("NaN is worse than any number, a higher metric may be the better one, and fewer than five stop nothing", async () => {
  const few = new InProcessQueue(pruners.median("min"));
  await fill(few, 4);
  await fill(few, 8, "failed");
  const trial: Trial = { number: 20, params: {} };
  assert.deepEqual([few.report(trial, 0, 1e9), few.report(trial, 1, 1e9)], [false, false]);
  const queue = new InProcessQueue(pruners.median("max"));
  await fill(queue, 5);
  const lost: Trial = { number: 21, params: {} };
  assert.deepEqual([queue.report(lost, 0, Number.NaN), queue.report(lost, 1, Number.NaN)], [false, true]);
  const high: Trial = { number: 22, params: {} };
  assert.deepEqual([queue.report(high, 0, 3), queue.report(high, 1, 3)], [false, false]);
});

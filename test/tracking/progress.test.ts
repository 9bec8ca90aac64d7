import assert from "node:assert/strict";
import { test } from "node:test";
import { Progress, type ProgressState } from "../../src/tracking/progress.js";

test("a burst of items is shown at its start and at its end, not once per item", () => {
  const states: ProgressState[] = [];
  const progress = new Progress(1, (state) => states.push(state), { label: "fit", total: 1000 });
  for (let item = 0; item < 1000; item++) progress.advance();
  progress.end();
  progress.end();
  const ends = states.filter(({ ended }) => ended);
  assert.equal(ends.length, 1);
  const last = ends[0];
  assert.equal(last?.done, 1000);
  assert.equal(last?.total, 1000);
  assert.equal(states[0]?.done, 0);
  const most = 2 + Math.floor((last?.elapsed ?? 0) / 250);
  assert.ok(states.length <= most, `${states.length} states in ${last?.elapsed} ms`);
});

test("work that goes on where earlier work ended begins with what that has done", () => {
  const states: ProgressState[] = [];
  const progress = new Progress(1, (state) => states.push(state), { total: 10, before: 7 });
  progress.advance();
  progress.end();
  assert.deepEqual(
    [states[0], states.at(-1)].map((state) => [state?.done, state?.before]),
    [
      [7, 7],
      [8, 7],
    ],
  );
});

test("work that takes less time than it waits shows nothing, and a display that throws does not end the work", () => {
  const states: ProgressState[] = [];
  const quiet = new Progress(1, (state) => states.push(state), { after: 60_000 });
  quiet.advance(5);
  quiet.end();
  assert.deepEqual(states, []);
  const failing = new Progress(2, () => {
    throw new Error("no display");
  });
  failing.advance();
  failing.end();
});

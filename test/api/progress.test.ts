import assert from "node:assert/strict";
import { test } from "node:test";
import { session } from "../../src/api/session.js";
import { progress } from "../../src/index.js";
import type { ProgressState } from "../../src/tracking/progress.js";

const states: ProgressState[] = [];
session.configure({ showProgress: (state) => states.push(state) });

function last(): ProgressState | undefined {
  return states.at(-1);
}

test("progress gives the same items and knows the size of arrays, sets and maps", () => {
  assert.deepEqual([...progress(["a", "b"], { label: "letters" })], ["a", "b"]);
  assert.deepEqual([last()?.label, last()?.done, last()?.total, last()?.ended], ["letters", 2, 2, true]);
  for (const items of [new Set([1, 2, 3]), new Map([[1, 2]])]) {
    assert.deepEqual([...progress<unknown>(items)], [...items]);
    assert.equal(last()?.total, items.size);
  }
  function* endless() {
    for (let n = 0; ; n++) yield n;
  }
  for (const n of progress(endless(), { total: 10 })) if (n === 4) break;
  assert.deepEqual([last()?.done, last()?.total, last()?.ended], [4, 10, true], "a break ends the display");
});

test("progress follows asynchronous items, and ends when the loop throws", async () => {
  async function* slow() {
    for (const n of [1, 2, 3]) yield await Promise.resolve(n);
  }
  const taken: number[] = [];
  for await (const n of progress(slow())) taken.push(n);
  assert.deepEqual([taken, last()?.done, last()?.total], [[1, 2, 3], 3, undefined]);
  assert.throws(() => {
    for (const n of progress([1, 2])) if (n === 2) throw new Error("diverged");
  }, /diverged/);
  assert.deepEqual([last()?.done, last()?.ended], [1, true]);
});

test("progress says at the call what it cannot take", () => {
  assert.throws(() => progress(5 as never), /needs an iterable; got .*5/);
  assert.throws(() => progress(undefined as never), /needs an iterable/);
  assert.throws(() => progress([], { total: -1 }), /total must be a whole number/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { TrackingError } from "../../../src/errors.js";
import { UnwrittenPoints } from "../../../src/stores/file/unwritten-points.js";
import type { Metric } from "../../../src/tracking/types.js";

const full = new TrackingError("RESOURCE_EXHAUSTED", "Cannot append to 'm': the disk is full.");
const points = (from: number, count: number): Metric[] =>
  Array.from({ length: count }, (_, index) => ({ key: "m", value: index, timestamp: 0, step: from + index }));

test("refused points are kept up to a bound that all runs share, the earliest first, and the error says how many", () => {
  const total = { points: 0 };
  const one = new UnwrittenPoints(total, 10);
  const other = new UnwrittenPoints(total, 10);
  assert.match(one.keep(points(0, 6), full).message, /the disk is full\. 6 points kept in memory and not written yet/);
  const error = other.keep(points(0, 7), full);
  assert.match(error.message, /10 points kept in memory, which is the limit; 3 lost/);
  assert.match(error.hint ?? "", /log the lost points again/);
  assert.deepEqual([error.code, error.cause], ["RESOURCE_EXHAUSTED", full]);
  assert.deepEqual(
    other.take().map(({ step }) => step),
    [0, 1, 2, 3],
  );
  assert.deepEqual([one.size, other.size, total.points], [6, 0, 6]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { sampledIndices } from "../../../src/server/tracking/thinned-history.js";

test("a short history is given whole", () => {
  assert.deepEqual(sampledIndices(0, 3), []);
  assert.deepEqual(sampledIndices(3, 3), [0, 1, 2]);
});

test("a long one is given as its first and last point and as many between them as were asked for", () => {
  assert.deepEqual(sampledIndices(10, 4), [0, 3, 6, 9]);
  assert.deepEqual(sampledIndices(100, 1), [99]);
  const places = sampledIndices(1_000_003, 320);
  assert.equal(new Set(places).size, 320);
  assert.deepEqual([places[0], places.at(-1)], [0, 1_000_002]);
});

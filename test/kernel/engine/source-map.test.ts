import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decodeMappings,
  encodeMappings,
  findSegment,
  type Mappings,
} from "../../../src/kernel/engine/hub/source-map.js";
import { toLowered, toSource } from "../../../src/kernel/engine/position-map.js";

test("mappings are read as they were written, large and falling numbers too", () => {
  const mappings: Mappings = [
    [
      [0, 5, 3],
      [17, 0, 40_000],
    ],
    [],
    [[2, 9, 0]],
  ];
  assert.deepEqual(decodeMappings(encodeMappings(mappings)), mappings);
});

test("the nearest segment before a column is found, and none before the first", () => {
  const mappings: Mappings = [
    [
      [4, 0, 0],
      [10, 1, 2],
    ],
  ];
  assert.deepEqual(findSegment(mappings, 0, 12), [10, 1, 2]);
  assert.deepEqual(findSegment(mappings, 0, 9), [4, 0, 0]);
  assert.equal(findSegment(mappings, 0, 3), undefined);
  assert.equal(findSegment(mappings, 7, 3), undefined);
});

test("offsets in generated text go to the end of the user's text before them", () => {
  const map = [{ lowered: 10, source: 3, length: 4 }];
  assert.deepEqual(
    [9, 10, 13, 20].map((at) => toSource(map, at)),
    [3, 3, 6, 7],
  );
  assert.deepEqual(
    [2, 3, 7, 8].map((at) => toLowered(map, at)),
    [undefined, 10, 14, undefined],
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { samplers, type TrialParams } from "../../src/sweeps/samplers.js";
import { int, logUniform, type Space, uniform } from "../../src/sweeps/space.js";

function sample(mode: string, spaces: Record<string, Space>, count?: number, seed = 0): TrialParams[] {
  const sampler = samplers.find(({ name }) => name === mode);
  assert.ok(sampler);
  return sampler.sample(spaces, { count, seed });
}

test("a grid is every combination once, the last param going fastest, and its beginning when that is enough", () => {
  const spaces = { a: [1, 2], b: int(5, 7) };
  assert.deepEqual(
    sample("grid", spaces).map(({ a, b }) => [a, b]),
    [
      [1, 5],
      [1, 6],
      [1, 7],
      [2, 5],
      [2, 6],
      [2, 7],
    ],
  );
  assert.equal(sample("grid", spaces, 4).length, 4);
  assert.throws(() => sample("grid", { lr: uniform(0, 1) }), /cannot try every value of the range of 'lr'/);
  assert.throws(() => sample("grid", { a: int(1, 1e6), b: int(1, 1e6) }), /more than 10,000/);
});

test("random trials are the same for the same seed, others for another, and inside of their ranges", () => {
  const spaces = { lr: logUniform(1e-4, 1), x: uniform(-2, 3), n: int(1, 3), s: ["a", "b"] };
  const trials = sample("random", spaces, 200);
  assert.deepEqual(trials, sample("random", spaces, 200));
  assert.notDeepEqual(trials, sample("random", spaces, 200, 1));
  const column = (name: string) => trials.map((params) => Number(params[name]));
  assert.ok(column("lr").every((lr) => lr >= 1e-4 && lr <= 1));
  assert.ok(column("x").every((x) => x >= -2 && x < 3));
  assert.deepEqual([...new Set(column("n"))].sort(), [1, 2, 3]);
  // A quarter of the decades is below 1e-3; drawn evenly, a thousandth of the numbers would be.
  const small = column("lr").filter((lr) => lr < 1e-3).length;
  assert.ok(small > 30 && small < 70, `${small} of 200`);
});

test("few combinations come once each, however many random trials are asked for", () => {
  const trials = sample("random", { a: [1, 2, 3], b: [true, false] }, 100);
  assert.equal(trials.length, 6);
  assert.equal(new Set(trials.map((params) => JSON.stringify(params))).size, 6);
});

test("a latin hypercube uses each slice of each range once", () => {
  const trials = sample("latin", { x: uniform(0, 10), c: ["a", "b"] }, 10);
  assert.deepEqual(
    trials.map(({ x }) => Math.floor(Number(x))).sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.equal(trials.filter(({ c }) => c === "a").length, 5);
});

test("ranges say at once what is wrong with their ends, and a param may be called constructor or __proto__", () => {
  assert.throws(() => uniform(1, 1), /lower one first/);
  assert.throws(() => uniform(0, Number.POSITIVE_INFINITY), /finite/);
  assert.throws(() => logUniform(0, 1), /must begin above 0/);
  assert.throws(() => int(0.5, 3), /whole numbers/);
  const spaces = JSON.parse('{"constructor": [1, 2], "__proto__": [3]}') as Record<string, Space>;
  assert.deepEqual(
    sample("grid", spaces).map((params) => JSON.stringify(params)),
    ['{"constructor":1,"__proto__":3}', '{"constructor":2,"__proto__":3}'],
  );
});

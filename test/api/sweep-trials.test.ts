import assert from "node:assert/strict";
import { test } from "node:test";
import { sweepTrials } from "../../src/index.js";
import { isError } from "../is-error.js";

test("sweepTrials gives the combinations of lists, typed: numbers are numbers, texts the ones listed", () => {
  const trials = sweepTrials({ alpha: [0.2, 0.8], solver: ["adam", "sgd"] });
  const first: { alpha: number; solver: "adam" | "sgd" } | undefined = trials[0];
  assert.deepEqual(first, { alpha: 0.2, solver: "adam" });
  assert.deepEqual(
    trials.map(({ alpha, solver }) => `${alpha} ${solver}`),
    ["0.2 adam", "0.2 sgd", "0.8 adam", "0.8 sgd"],
  );
  assert.equal(sweepTrials({ alpha: [1, 2, 3] }, { max: 2 }).length, 2);
});

test("ranges come from the function's argument, and the same seed gives the same trials", () => {
  const draw = (seed?: number) =>
    sweepTrials(
      ({ logUniform, int }) => ({ lr: logUniform(1e-4, 1), layers: int(1, 3) }),
      seed === undefined ? { max: 8 } : { max: 8, seed },
    );
  assert.equal(draw().length, 8);
  assert.deepEqual(draw(), draw(0));
  assert.notDeepEqual(draw(1), draw(2));
  for (const { lr, layers } of draw()) {
    assert.ok(lr >= 1e-4 && lr <= 1, `${lr}`);
    assert.ok([1, 2, 3].includes(layers), `${layers}`);
  }
});

test("what makes no trials is an error with the way out", () => {
  const invalid = (message: RegExp) => isError("INVALID_PARAMETER_VALUE", message);
  assert.throws(() => sweepTrials({}), invalid(/needs at least one param/));
  assert.throws(() => sweepTrials({ alpha: [] }), invalid(/'alpha' is no list of choices/));
  assert.throws(() => sweepTrials({ alpha: 0.2 as never }), invalid(/'alpha' is no list of choices/));
  assert.throws(() => sweepTrials({ alpha: [1] }, { mode: "gird" as never }), invalid(/no mode 'gird'/));
  assert.throws(() => sweepTrials({ alpha: [1] }, { max: 0 }), invalid(/max must be a whole number/));
  assert.throws(
    () => sweepTrials(({ uniform }) => ({ alpha: uniform(0, 1) }), { mode: "grid" }),
    invalid(/A grid cannot try/),
  );
});

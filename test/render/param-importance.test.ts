import assert from "node:assert/strict";
import { test } from "node:test";
import { paramImportance } from "../../src/render/param-importance.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";
import type { Run } from "../../src/tracking/types.js";

/** Runs with these params and a metric `loss`; undefined leaves it out. */
async function runsOf(
  rows: ReadonlyArray<[params: Record<string, unknown>, loss: number | undefined]>,
): Promise<Run[]> {
  const store = new MemoryStore();
  const session = new TrackingSession({ resolveUri: (uri) => uri ?? "memory:", openStore: () => store });
  for (const [params, loss] of rows) {
    await session.startRun(async (run) => {
      await run.logParams(params);
      if (loss !== undefined) await run.logMetric("loss", loss);
    });
  }
  const runs = await session.searchRuns();
  await session.close();
  return [...runs];
}

function grid(loss: (a: number, b: number) => number): Array<[Record<string, unknown>, number]> {
  return [0, 1, 2].flatMap((a) =>
    [0, 1, 2].map((b): [Record<string, unknown>, number] => [{ a, b, same: 1 }, loss(a, b)]),
  );
}

test("the param that decides the metric comes first, with the share of ε² that is worked out by hand", async () => {
  const found = paramImportance(await runsOf(grid((a, b) => 10 * a + b)), "loss");
  assert.deepEqual(
    found.map(({ param }) => param),
    ["a", "b"],
  );
  // Ranks 1 to 9: the variance is 60, of which 6 is within the groups of a, and 54 within those of b.
  assert.ok(Math.abs((found[0]?.importance ?? 0) - (1 - 6 / 6 / (60 / 8))) < 1e-12);
  assert.equal(found[1]?.importance, 0, "1 - (54 / 6) / (60 / 8) is below 0: chance");
  assert.ok((found[0]?.direction ?? 0) > 0.9);
});

test("a param whose best value lies in the middle counts, and so does a word", async () => {
  const middle = paramImportance(await runsOf(grid((a, b) => (a - 1) ** 2 * 10 + b / 10)), "loss");
  assert.equal(middle[0]?.param, "a");
  assert.ok((middle[0]?.importance ?? 0) > 0.4);
  const words = await runsOf(
    ["adam", "adam", "adam", "sgd", "sgd", "sgd"].map((solver, at) => [{ solver }, solver === "sgd" ? 10 + at : at]),
  );
  assert.deepEqual(
    paramImportance(words, "loss").map(({ importance, direction }) => [(importance ?? 0) > 0.6, direction]),
    [[true, undefined]],
  );
});

test("numbers of many values are grouped, one diverged run decides nothing, and the answer is always the same", async () => {
  const rows = Array.from({ length: 40 }, (_, at): [Record<string, unknown>, number] => [
    { lr: at / 40, noise: (at * 17) % 40 },
    at === 7 ? 1e300 : at,
  ]);
  const runs = await runsOf(rows);
  const found = paramImportance(runs, "loss");
  assert.equal(found[0]?.param, "lr");
  assert.ok((found[0]?.importance ?? 0) > 0.7);
  assert.deepEqual(found, paramImportance(runs, "loss"));
});

test("too few runs, one value, NaN, a missing metric and strange names give no answer rather than a wrong one", async () => {
  assert.deepEqual(paramImportance([], "loss"), []);
  const few = await runsOf([
    [{ a: 1 }, 1],
    [{ a: 2 }, 2],
  ]);
  assert.deepEqual(paramImportance(few, "loss"), [{ param: "a", importance: undefined, direction: 1, runs: 2 }]);
  const same = await runsOf([1, 1, 2, 2].map((a) => [{ a, constructor: a }, 5]));
  assert.deepEqual(
    paramImportance(same, "loss").map(({ param, importance }) => [param, importance]),
    [
      ["a", undefined],
      ["constructor", undefined],
    ],
  );
  const gaps = await runsOf([1, 1, 2, 2, 2].map((a, at) => [{ a }, at === 4 ? Number.NaN : a]));
  assert.equal(paramImportance(gaps, "loss")[0]?.runs, 4);
  assert.deepEqual(paramImportance(gaps, "toString"), []);
});

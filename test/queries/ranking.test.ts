import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { magics } from "../../src/magics/registry.js";
import { bestFirst, bestValue, type MetricGoal } from "../../src/metric-goal.js";
import { bestRun, rankRuns, searchBest } from "../../src/queries/best-run.js";
import { chooseRuns } from "../../src/queries/choose-runs.js";
import { compareRuns } from "../../src/render/compare.js";
import { runsTable } from "../../src/render/runs-table.js";
import { tableText } from "../../src/render/table.js";
import type { TrackingSession } from "../../src/tracking/session.js";
import type { Run } from "../../src/tracking/types.js";
import { TestNotebook } from "../magics/tracking/notebook.js";
import { addRun, sessionOn, storeKinds } from "./many-runs.js";

const infinity = Number.POSITIVE_INFINITY;

/** The plain reference: -Infinity to Infinity for "min", the other way for "max"; then NaN; then what is missing. */
function reference(values: ReadonlyArray<number | undefined>, goal: MetricGoal): Array<number | undefined> {
  const numbers = values.filter((value) => value !== undefined && !Number.isNaN(value));
  const ascending: Array<number | undefined> = [...new Float64Array(numbers as number[])].sort((a, b) =>
    a < b ? -1 : a > b ? 1 : 0,
  );
  const nans = values.filter((value) => Number.isNaN(value));
  const missing = values.filter((value) => value === undefined);
  return [...(goal === "min" ? ascending : ascending.reverse()), ...nans, ...missing];
}

const value = fc.oneof(
  fc.constantFrom(infinity, -infinity, Number.NaN, undefined, 0, 1, Number.MAX_VALUE),
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
);
const values = fc.array(value, { maxLength: 12 });
const goals = ["min", "max"] as const;
const zero = (found: number | undefined) => (found === 0 ? 0 : found);

test("values are ranked as the plain reference ranks them, whatever they are", () => {
  fc.assert(
    fc.property(values, fc.constantFrom(...goals), (given, goal) => {
      const expected = reference(given, goal).map(zero);
      assert.deepEqual([...given].sort(bestFirst(goal)).map(zero), expected);
      const [first] = expected;
      assert.equal(zero(bestValue(given, goal)), Number.isNaN(first) ? undefined : first);
    }),
  );
});

test("the order of values is a total one: never a circle, whichever two are asked", () => {
  fc.assert(
    fc.property(value, value, value, fc.constantFrom(...goals), (a, b, c, goal) => {
      const order = bestFirst(goal);
      assert.equal(Math.sign(order(a, b)), -Math.sign(order(b, a)) + 0);
      if (order(a, b) <= 0 && order(b, c) <= 0) assert.ok(order(a, c) <= 0);
    }),
  );
});

/** Runs of a new experiment, one for each value of `score`, each started a second after the one before. */
async function runsOf(session: TrackingSession, given: ReadonlyArray<number | undefined>, experiment: string) {
  const { experimentId } = await session.setExperiment(experiment);
  for (const [at, score] of given.entries()) {
    const metrics = { ...(score === undefined ? {} : { score }), other: at };
    await addRun(session, experimentId, { runName: `r${at}`, startTime: 1000 * (at + 1), metrics });
  }
  return experimentId;
}

const names = (runs: readonly Run[]) => runs.map(({ info }) => info.runName);

/** Names in the order of the reference; of equal values the newest first, as every search has it. */
function expectedOrder(given: ReadonlyArray<number | undefined>, goal: MetricGoal): string[] {
  const order = reference(given, goal).map(zero);
  const place = (score: number | undefined) => order.findIndex((known) => Object.is(known, zero(score)));
  return given
    .map((score, at) => ({ name: `r${at}`, at, place: place(score) }))
    .sort((a, b) => a.place - b.place || b.at - a.at)
    .map(({ name }) => name);
}

for (const kind of storeKinds) {
  test(`everyone who ranks runs agrees with the reference (${kind} store)`, async (t) => {
    const { session } = sessionOn(t, kind);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(values, fc.constantFrom(...goals), async (given, goal) => {
        const experiment = `e${++count}`;
        const experimentId = await runsOf(session, given, experiment);
        const expected = expectedOrder(given, goal);
        const scope = { experimentIds: [experimentId] };
        const { runs } = await searchBest(session, scope, "score", goal, 100);
        assert.deepEqual(names(runs), expected, "the store's order");
        assert.deepEqual(names(rankRuns([...runs].reverse(), "score", goal)), expected, "rankRuns");

        const numbers = given.filter((score) => score !== undefined && !Number.isNaN(score));
        const best = bestRun(session, "score", { goal, experimentName: experiment });
        if (numbers.length === 0) await assert.rejects(best, { code: "RESOURCE_DOES_NOT_EXIST" });
        else assert.equal((await best).info.runName, expected[0], "bestRun");

        const having = expected.filter((name) => given[Number(name.slice(1))] !== undefined);
        const choice = { names: [], metrics: ["score"], goal, limit: 3 };
        const chosen = await chooseRuns(session, choice, { hints: { listRuns: () => "", restoreRun: () => "" } });
        assert.deepEqual(names(chosen.runs), having.slice(0, 3), "a choice with a limit");
        assert.equal(chosen.total, having.length);

        const top = bestValue(given, goal);
        const starred =
          new Set(numbers.map(zero)).size < 2 ? [] : expected.filter((name) => given[Number(name.slice(1))] === top);
        const marked = (text: string) => [...text.matchAll(/^\s*(r\d+)\s.*\*/gm)].map(([, name = ""]) => name).sort();
        const table = runsTable(runs, { metrics: ["score"], params: [], goals: { score: goal } });
        assert.deepEqual(marked(tableText(table)), [...starred].sort(), "the star in a table of runs");
        const compared = compareRuns(runs, { metrics: ["score"], goals: { score: goal } });
        assert.deepEqual(marked(tableText(compared.table)), [...starred].sort(), "the star in a comparison");
        const drawn = starred.filter((name) => Number.isFinite(given[Number(name.slice(1))]));
        if (compared.chart) assert.deepEqual(marked(compared.chart.text), drawn.sort(), "the star beside a chart");
      }),
      { numRuns: kind === "file" ? 20 : 60 },
    );
  });
}

describe("magics on values that are no plain numbers", () => {
  const scores = { good: 3, worse: 2, endless: infinity, bottomless: -infinity, broken: Number.NaN, none: undefined };

  async function notebookOf(t: Parameters<typeof sessionOn>[0]): Promise<TestNotebook> {
    const notebook = new TestNotebook(t);
    const { experimentId } = await notebook.session.setExperiment("odd");
    for (const [at, [runName, score]] of Object.entries(scores).entries()) {
      const metrics: Record<string, number> = score === undefined ? {} : { score };
      await addRun(notebook.session, experimentId, { runName, startTime: at + 1, metrics });
    }
    return notebook;
  }

  const orders = {
    max: ["endless", "good", "worse", "bottomless", "broken"],
    min: ["bottomless", "worse", "good", "endless", "broken"],
  };

  for (const goal of goals) {
    test(`%best, %compare, %plot and %runs have ${orders[goal][0]} as the best for ${goal}`, async (t) => {
      const notebook = await notebookOf(t);
      const ask = async (name: string, args: object) =>
        (await notebook.magic(name, { ...args }, undefined, true)) as Run[];
      const best = (await notebook.magic("best", { metric: "score", goal }, undefined, true)) as Run;
      assert.equal(best.info.runName, orders[goal][0]);
      assert.deepEqual(names(await ask("compare", { metric: ["score"], goal })), orders[goal]);
      assert.deepEqual(
        names(await ask("compare", { metric: ["score"], goal, limit: 2 })),
        orders[goal].slice(0, 2),
        "limit= keeps the best",
      );
      const named = await ask("compare", { metric: ["score"], goal, runs: [...orders[goal]].sort() });
      assert.deepEqual(names(named), orders[goal], "runs that are named");
      const plotted = (await notebook.magic("plot", { metric: "score", goal, limit: 2 }, undefined, true)) as Array<{
        runName: string;
      }>;
      assert.deepEqual(plotted.map(({ runName }) => runName).sort(), orders[goal].slice(0, 2).sort());
      const order = [`metrics.score ${goal === "min" ? "ASC" : "DESC"}`];
      assert.deepEqual(names(await ask("runs", { order })), [...orders[goal], "none"]);
    });
  }

  test("every magic that ranks by a metric lets the user say which way is better", () => {
    const ranking = magics.filter(
      ({ args }) => args.some(({ name }) => name === "metric") && args.some(({ name }) => name === "experiment"),
    );
    assert.ok(ranking.length >= 3, `only ${ranking.length}`);
    for (const { name, args } of ranking)
      assert.ok(
        args.some((arg) => arg.name === "goal"),
        name,
      );
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type ListOptions, type ListRunsOptions, listRuns } from "../../src/queries/list-runs.js";
import { tableHtml, tableText } from "../../src/render/table.js";
import { newSession } from "../tracking/new-session.js";

/** Six runs of the first experiment: two of each lr, the second of a pair better by 1. */
async function filled() {
  const session = newSession();
  for (const [at, lr] of [0.1, 0.1, 0.01, 0.01, 1, 1].entries()) {
    // Runs that start in the same millisecond come in the order of their ids.
    await setTimeout(2);
    await session.startRun({ runName: `run-${at}`, tags: { family: at % 2 ? "odd" : "even" } }, async (run) => {
      await run.logParam("lr", lr);
      await run.logMetrics({ rmse: 10 * lr - (at % 2), acc: at });
      for (let step = 0; step < 5; step++) await run.logMetric("loss", 5 - step, { step });
    });
  }
  const experiment = await session.currentExperiment();
  const list = (options: Partial<ListRunsOptions> = {}) => listRuns(session, { experiment, ...options });
  const table = async (options: Partial<ListRunsOptions>, shown: Partial<ListOptions> = {}) =>
    (await list(options)).table({ more: "more", ...shown });
  return { session, list, table };
}

describe("listRuns", () => {
  test("pages go on where the one before ended, and a page behind the last is an error that says so", async () => {
    const { list, table } = await filled();
    const names = async (page: number) => (await list({ limit: 4, page })).runs.map(({ info }) => info.runName);
    assert.deepEqual(await names(1), ["run-5", "run-4", "run-3", "run-2"]);
    assert.deepEqual(await names(2), ["run-1", "run-0"]);
    assert.match(tableText(await table({ limit: 4 })), /\nmore$/);
    assert.match(tableText(await table({ limit: 4, page: 2 })), /^Runs of Default, page 2\n[\s\S]*run-0[^\n]*$/);
    await assert.rejects(names(3), { code: "RESOURCE_DOES_NOT_EXIST", hint: "The last one is page 2." });
    await assert.rejects(names(0), { code: "INVALID_PARAMETER_VALUE" });
    await assert.rejects(names(1.5), { code: "INVALID_PARAMETER_VALUE" });
  });

  test("the best value is marked on the page that has it alone", async () => {
    const { table } = await filled();
    const columns = { columns: ["rmse"] };
    assert.match(tableText(await table({ limit: 4 }, columns)), /run-3 +-0\.9 \*/);
    assert.doesNotMatch(tableText(await table({ limit: 4, page: 2 }, columns)), /\*/);
  });

  test("columns are metrics, params, tags and facts in the order asked for; an unknown one is an error that names some", async () => {
    const { table } = await filled();
    const shown = async (...columns: string[]) => (await table({}, { columns })).columns.map(({ label }) => label);
    assert.deepEqual(await shown("rmse", "lr", "family", "started"), ["run", "rmse", "lr", "family", "started"]);
    assert.deepEqual(await shown("params.lr", "metrics.acc", "tags.family"), ["run", "lr", "acc", "family"]);
    await assert.rejects(shown("rmsee"), { code: "INVALID_PARAMETER_VALUE", message: /'rmsee'/, hint: /rmse, acc/ });
  });

  test("what the order sorts by and no run has is said, with the key that was meant", async () => {
    const { table } = await filled();
    const notes = async (...order: string[]) =>
      tableText(await table({ order }))
        .split("\n")
        .slice(-1)[0];
    assert.equal(
      await notes("metrics.rmze ASC"),
      "None of these runs has a metric 'rmze' to sort by. Did you mean metrics.rmse?",
    );
    assert.equal(
      await notes("metrics.rmse", "params.zebra DESC"),
      "None of these runs has a param 'zebra' to sort by.",
    );
    assert.doesNotMatch((await notes("metrics.rmse.min DESC", "tags.family", "start_time")) ?? "", /None of these/);
    // The page need not have it: another of the runs that match does.
    assert.doesNotMatch(tableText(await table({ order: ["metrics.acc"], limit: 1, page: 2 })), /None of these/);
  });

  test("a bare metric in an order or a filter is told how to write it", async () => {
    const { list } = await filled();
    await assert.rejects(list({ order: ["loss"] }), {
      hint: "For a metric, write metrics.loss; for a param, params.loss.",
    });
    await assert.rejects(list({ where: "`val loss` < 3" }), { hint: /metrics\.`val loss`/ });
    await assert.rejects(list({ order: ["metrics.loss SIDEWAYS"] }), { hint: "For example: metrics.rmse ASC." });
  });

  test("a metric with a history has its curve beside the value, as an image and as block characters", async () => {
    const { table } = await filled();
    const drawn = await table({}, { curves: true });
    assert.match(tableText(drawn), /loss curve/);
    assert.match(tableText(drawn), /█▆▅▃▁|█▆▅▂▁/);
    assert.equal(tableHtml(drawn).match(/<img /g)?.length, 6);
    assert.doesNotMatch(tableText(await table({})), /curve/);
  });

  test("groups are a row per value in the order of the numbers, with mean, deviation and best", async () => {
    const { list } = await filled();
    const listed = await list({ limit: 2 });
    const text = tableText(await listed.groups(["lr"], { columns: ["rmse"] }));
    const rows = text.split("\n").slice(3);
    assert.match(text, /^Runs of Default by lr\n *lr +runs +rmse \(mean\) +± std +rmse \(min\)\n/);
    assert.match(rows[0] ?? "", /^ *0\.01 +2 +-0\.4 \* +0\.70711 +-0\.9 \*$/);
    assert.match(rows[1] ?? "", /^ *0\.1 +2 +0\.5 +0\.70711 +0\.0/);
    assert.match(rows[2] ?? "", /^ *1 +2 +9\.5 +0\.70711 +9\.0/);
    assert.match(tableText(await listed.groups(["family", "lr"], {})), /\neven +0\.01 +1 /);
    await assert.rejects(listed.groups(["depth"], {}), { code: "RESOURCE_DOES_NOT_EXIST", hint: /lr/ });
  });
});

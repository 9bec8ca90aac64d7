import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type LeaderboardRequest, leaderboard } from "../../src/queries/leaderboard.js";
import { tableHtml, tableText } from "../../src/render/table.js";
import type { TrackingSession } from "../../src/tracking/session.js";
import { newSession } from "../tracking/new-session.js";

/** Runs of two experiments, by name and rmse. */
async function filled(): Promise<TrackingSession> {
  const session = newSession();
  const add = async (experimentName: string, runName: string, metrics: Record<string, number>) => {
    // Equal runs that start in the same millisecond come in the order of their ids.
    await setTimeout(2);
    await session.startRun({ experimentName, runName }, (run) => run.logMetrics(metrics));
  };
  await add("cars", "linear", { rmse: 3.5 });
  await add("cars", "forest", { rmse: 2.5, acc: 0.5 });
  await add("trucks", "twin", { rmse: 2.5 });
  await add("trucks", "broken", { rmse: Number.NaN });
  await add("trucks", "other", { acc: 0.9 });
  return session;
}

async function shown(request: LeaderboardRequest = {}): Promise<string> {
  return tableText(await (await leaderboard(await filled(), request)).table("more"));
}

describe("leaderboard", () => {
  test("ranks the runs of all experiments by the metric that most have; equal runs share a place, NaN has none", async () => {
    const text = await shown();
    assert.match(text, /^Leaderboard: rmse, lower is better\n/);
    const places = text
      .split("\n")
      .flatMap((line) => /^ *([\d–]+) +(\w+) +(cars|trucks)/.exec(line)?.slice(1, 3) ?? []);
    assert.deepEqual(places, ["1", "twin", "1", "forest", "3", "linear", "–", "broken"]);
    assert.match(text, /2\.5\d* \*/);
    assert.match(text, /linear .*\+1/, "how far it is from the best");
    assert.match(text, /Not in the list: 1 run without rmse\.$/);
  });

  test("the metric, the goal, the experiments, a filter and the limit can be given", async () => {
    assert.match(await shown({ metric: "acc" }), /acc, higher is better\n[\s\S]*1 +other[\s\S]*2 +forest/);
    assert.match(await shown({ metric: "rmse", goal: "max" }), /higher is better\n[\s\S]*1 +linear/);
    assert.match(await shown({ experiments: ["cars"] }), /^Leaderboard of cars: [\s\S]*1 +forest[\s\S]*2 +linear/);
    assert.doesNotMatch(await shown({ where: "metrics.rmse < 3" }), /linear/);
    const one = await leaderboard(await filled(), { limit: 1 });
    assert.match(tableText(await one.table("raise it")), /1 +twin[\s\S]*\nraise it\n/);
  });

  test("a bar stands behind each value, none where one is negative", async () => {
    const session = await filled();
    const html = async () => tableHtml(await (await leaderboard(session, { metric: "rmse" })).table(""));
    assert.match(await html(), /linear-gradient\(90deg, rgba\(59,130,196,0\.25\) 100%/);
    await session.startRun({ runName: "odd" }, (run) => run.logMetric("rmse", -1));
    assert.doesNotMatch(await html(), /gradient/);
  });

  test("no such metric, no metric at all and a limit that is none are errors that say what there is", async () => {
    await assert.rejects(shown({ metric: "auc" }), /No run has a metric 'auc'/);
    await assert.rejects(shown({ metric: "rmze" }), { hint: "Did you mean 'rmse'? There are: rmse, acc." });
    await assert.rejects(leaderboard(newSession(), {}), {
      code: "RESOURCE_DOES_NOT_EXIST",
      message: /There are no runs yet/,
    });
    await assert.rejects(shown({ limit: 0 }), { code: "INVALID_PARAMETER_VALUE" });
  });
});

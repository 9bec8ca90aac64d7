import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { leaderboard } from "../../src/queries/leaderboard.js";
import { wholeSummaries } from "../../src/queries/whole-summaries.js";
import { gatherReport } from "../../src/reports/report.js";
import { runAnswer } from "../../src/server/page/run-answer.js";
import { RestStore } from "../../src/stores/rest/rest-store.js";
import { serverSettings } from "../../src/stores/rest/server-settings.js";
import { TrackingClient } from "../../src/tracking/client.js";
import type { TrackingSession } from "../../src/tracking/session.js";
import type { Run } from "../../src/tracking/types.js";
import { RunningCell } from "../magics/test-cell.js";
import { serverThatLeaves } from "../stores/spool/server-that-leaves.js";
import { sessionOn } from "./many-runs.js";

/** Three runs whose loss and error were better before their end, in a store whose runs tell the latest point only. */
async function onServer(t: TestContext): Promise<TrackingSession> {
  const server = await serverThatLeaves(t);
  const session = server.session();
  t.after(() => session.close());
  return withRuns(session);
}

async function withRuns(session: TrackingSession): Promise<TrackingSession> {
  await session.setExperiment("cars");
  for (const [at, runName] of ["first", "second", "third"].entries()) {
    const run = await session.startRun({ runName });
    for (let step = 0; step < 5; step++) {
      void run.logMetric("loss", (step - 2) ** 2 + at, { step });
      void run.logMetric("error", (step - 3) ** 2 + at, { step });
    }
    void run.logMetric("final", at);
    void run.logParam("depth", at);
    await run.end();
  }
  await session.client.settle();
  return session;
}

/** What `%compare` shows, as text. */
async function compared(session: TrackingSession, args: Parameters<RunningCell["line"]>[1]): Promise<string> {
  const cell = new RunningCell();
  const uri = session.getTrackingUri();
  cell.session.configure({ resolveUri: () => uri, openStore: () => session.client.store });
  await cell.session.setExperiment("cars");
  await cell.line("compare", args);
  return cell.shown.map(({ data }) => data["text/plain"]).join("\n");
}

test("%compare tells the best values, their steps and the other metrics there as of a store of files", async (t) => {
  const there = await onServer(t);
  const here = await withRuns(sessionOn(t, "file").session);
  for (const args of [{ metric: ["loss"] }, { metric: ["loss"], as: "curves" }, {}]) {
    assert.equal(await compared(there, args), await compared(here, args));
  }
  assert.match(await compared(there, { metric: ["loss"] }), /loss \(min\) +at step +loss \(last\) +error at best loss/);
});

test("a leaderboard, a report and a run's page have its curves", async (t) => {
  const session = await onServer(t);
  const board = await leaderboard(session, { metric: "loss" });
  assert.ok((await board.table("")).columns.some(({ type }) => type === "sparkline"));
  const report = await gatherReport(session, {});
  const curves = report.sections.find(({ heading }) => heading === "Curves");
  assert.equal(curves?.parts.length, 2);
  const [run] = await session.searchRuns();
  const { metrics } = await runAnswer(session.client, undefined, run?.info.runId ?? "");
  assert.deepEqual(
    metrics.map(({ key, count, min }) => [key, count, min?.step]),
    [
      ["loss", 5, 2],
      ["error", 5, 3],
      ["final", 1, 0],
    ],
  );
});

test("a history is read once, and of many runs only those of the first metrics", async (t) => {
  const session = await onServer(t);
  const asked: string[] = [];
  class CountingStore extends RestStore {
    override getMetricHistory(...[runId, key, page]: Parameters<RestStore["getMetricHistory"]>) {
      asked.push(key);
      return super.getMetricHistory(runId, key, page);
    }
  }
  const client = new TrackingClient(new CountingStore(session.getTrackingUri(), serverSettings({})));
  const runs = await client.searchRuns({ experimentIds: [(await session.currentExperiment()).experimentId] });
  await wholeSummaries({ client }, runs, ["loss"]);
  await wholeSummaries({ client }, runs, ["loss"]);
  assert.deepEqual(asked, ["loss", "loss", "loss"]);
  // Searched for anew, as a page does while it is open: these runs have ended.
  const again = await client.searchRuns({ experimentIds: [(await session.currentExperiment()).experimentId] });
  await wholeSummaries({ client }, again, ["loss"]);
  assert.equal(asked.length, 3);
  assert.deepEqual(
    again.map(({ metricSummaries: { loss } }) => loss),
    runs.map(({ metricSummaries: { loss } }) => loss),
  );
  const many = Array.from({ length: 100 }, (): Run => structuredClone(runs[0] as Run));
  asked.length = 0;
  await wholeSummaries({ client }, many, ["error", "final", "none", "loss"]);
  assert.deepEqual([...new Set(asked)], ["error", "final"]);
});

test("of a run that is removed meanwhile stays what is known", async (t) => {
  const session = await onServer(t);
  const [run] = await session.searchRuns();
  assert.ok(run);
  const before = structuredClone(run.metricSummaries);
  run.info.runId = "0".repeat(32);
  await wholeSummaries(session, [run], ["loss"]);
  assert.deepEqual(run.metricSummaries, before);
});

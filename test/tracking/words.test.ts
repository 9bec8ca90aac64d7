import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { bestRun } from "../../src/queries/best-run.js";
import type { TrackingSession } from "../../src/tracking/session.js";
import { isError } from "../is-error.js";
import { newSession } from "./new-session.js";

// Arguments that take one of a few words, given other words: JavaScript and values of type any get here.

let session: TrackingSession;

beforeEach(() => {
  session = newSession();
});

const statuses = /FINISHED, FAILED, KILLED/;

for (const word of [
  "failed",
  "Finished",
  "DONE",
  "",
  "RUNNING",
  "SCHEDULED",
  1,
  null,
  Promise.resolve("FAILED"),
] as never[]) {
  test(`a run cannot end as ${JSON.stringify(word)}; it goes on`, async () => {
    const run = await session.startRun();
    const client = session.client;
    await assert.rejects(session.endRun(word), isError("INVALID_PARAMETER_VALUE", statuses));
    await assert.rejects(run.end(word), isError("INVALID_PARAMETER_VALUE", statuses));
    await assert.rejects(client.endRun(run.runId, word), isError("INVALID_PARAMETER_VALUE", statuses));
    assert.equal((await session.getRun(run.runId)).info.status, "RUNNING");
    await session.logMetric("m", 1);
    await session.endRun("FAILED");
    assert.equal((await session.getRun(run.runId)).info.status, "FAILED");
  });
}

test("a word in another case is told as it is written", async () => {
  await assert.rejects(session.endRun("failed" as never), isError("INVALID_PARAMETER_VALUE", /Write FAILED/));
});

test("an unknown status of a run is refused with all that there are, and the run stays as it is", async () => {
  const { runId } = (await session.client.createRun("0")).info;
  for (const word of ["finished", "OPEN", undefined, {}] as never[]) {
    await assert.rejects(
      session.client.updateRun(runId, word),
      isError("INVALID_PARAMETER_VALUE", /RUNNING, SCHEDULED, FINISHED, FAILED, KILLED/),
    );
  }
  const time = [Number.NaN, -1, 1e300, new Date(0), "1"] as never[];
  for (const endTime of time) {
    await assert.rejects(
      session.client.updateRun(runId, "FINISHED", endTime),
      isError("INVALID_PARAMETER_VALUE", /end time/),
    );
  }
  assert.equal((await session.getRun(runId)).info.status, "RUNNING");
  for (const open of ["SCHEDULED", "RUNNING"] as const) {
    await session.client.updateRun(runId, "FINISHED");
    await session.client.updateRun(runId, open);
    const { status, endTime } = (await session.getRun(runId)).info;
    assert.deepEqual([status, endTime], [open, undefined]);
  }
});

test("an unknown view, goal, stage or alias is refused with those that there are", async () => {
  const { client } = session;
  const views = isError("INVALID_PARAMETER_VALUE", /ACTIVE_ONLY, DELETED_ONLY, ALL/);
  await assert.rejects(session.searchRuns({ viewType: "all" as never }), views);
  await assert.rejects(session.searchExperiments({ viewType: "deleted" as never }), views);
  await assert.rejects(client.searchRuns({ experimentIds: ["0"], viewType: 2 as never }), views);
  await assert.rejects(
    bestRun(session, "m", { goal: "lowest" as never }),
    isError("INVALID_PARAMETER_VALUE", /min, max/),
  );
  await client.createRegisteredModel("cars");
  await assert.rejects(
    client.getLatestVersions("cars", ["Prod" as never]),
    isError("INVALID_PARAMETER_VALUE", /None, Staging, Production, Archived/),
  );
  for (const stage of ["prod", 3, undefined] as never[]) {
    await assert.rejects(
      client.transitionModelVersionStage("cars", "1", stage),
      isError("INVALID_PARAMETER_VALUE", /stage/i),
    );
  }
});

test("a stage is found in any case of letters, as MLflow has it, in every call", async () => {
  const { client } = session;
  await client.createRegisteredModel("cars");
  await client.createModelVersion("cars", "runs:/x/m");
  await client.transitionModelVersionStage("cars", "1", "production");
  assert.equal((await client.getLatestVersions("cars", ["production" as never])).length, 1);
});

test("a list of a query that is a text is refused: its letters would be looked for", async () => {
  await assert.rejects(
    session.searchRuns({ experimentIds: "12" as never }),
    isError("INVALID_PARAMETER_VALUE", /experimentIds must be an array/),
  );
  await assert.rejects(
    session.searchRuns({ experimentIds: [0] as never }),
    isError("INVALID_PARAMETER_VALUE", /experimentIds\[0\].*the number 0/),
  );
  await assert.rejects(
    session.searchRuns({ experimentNames: "cars" as never }),
    isError("INVALID_PARAMETER_VALUE", /experimentNames/),
  );
  await assert.rejects(
    session.searchRuns({ orderBy: "metrics.a" as never }),
    isError("INVALID_PARAMETER_VALUE", /orderBy/),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { countRunsIn } from "../../../src/tracking/filter/search.js";
import { isError } from "../../is-error.js";
import type { StorePlace } from "./store-place.js";

/** What every store promises of its runs: params, tags, their end, deletion. */
export function runsConformance(place: StorePlace): void {
  test("unknown experiments and runs are RESOURCE_DOES_NOT_EXIST", async () => {
    await assert.rejects(place.client.getExperiment("77"), isError("RESOURCE_DOES_NOT_EXIST", /id=77/));
    await assert.rejects(place.client.getRun("f".repeat(32)), isError("RESOURCE_DOES_NOT_EXIST", /not found/));
    await assert.rejects(
      place.client.logMetric("f".repeat(32), "a", 1),
      isError("RESOURCE_DOES_NOT_EXIST", /not found/),
    );
    await assert.rejects(place.client.createRun("77"), isError("RESOURCE_DOES_NOT_EXIST", /id=77/));
  });

  test("a run keeps its name, user, tags, params and latest metrics", async () => {
    const { info } = await place.startRun({
      runName: "first",
      userId: "ann",
      startTime: 1000,
      tags: { family: "linear" },
    });
    await place.client.logParams(info.runId, { alpha: 0.5, on: true, none: null, list: [1, 2], big: 12n, zero: -0 });
    await place.client.logMetric(info.runId, "rmse", 0.7, { step: 1, timestamp: 5 });
    await place.client.logMetric(info.runId, "rmse", 0.9, { step: 0, timestamp: 9 });
    await place.client.endRun(info.runId);
    const run = await place.client.getRun(info.runId);
    assert.equal(run.info.runName, "first");
    assert.equal(run.info.userId, "ann");
    assert.equal(run.info.status, "FINISHED");
    assert.ok((run.info.endTime ?? 0) > 1000);
    assert.deepEqual(run.data.params, {
      alpha: "0.5",
      on: "true",
      none: "null",
      list: "[1,2]",
      big: "12",
      zero: "-0",
    });
    assert.deepEqual(run.data.tags, { family: "linear", "mlflow.runName": "first" });
    assert.deepEqual(run.data.metrics, { rmse: 0.7 });
    const last = { key: "rmse", value: 0.7, step: 1, timestamp: 5 };
    const first = { key: "rmse", value: 0.9, step: 0, timestamp: 9 };
    const summary = place.differs("summaries")
      ? { last, min: last, max: last, count: 1 }
      : { last, min: last, max: first, count: 2 };
    assert.deepEqual(run.metricSummaries, { rmse: summary });
  });

  test("a param is written once; the same value again is fine", async () => {
    const { info } = await place.startRun();
    await place.client.logParam(info.runId, "lr", 0.1);
    await place.client.logParam(info.runId, "lr", "0.1");
    const changing = () => place.client.logParams(info.runId, { other: 1, lr: 0.01 });
    await assert.rejects(
      changing,
      isError("INVALID_PARAMETER_VALUE", /Changing param values is not allowed.*'0\.1'.*'0\.01'/),
    );
    assert.deepEqual((await place.client.getRun(info.runId)).data.params, { lr: "0.1" });
  });

  test("tags are replaced and deleted; deleting an unknown one says so", async () => {
    const { info } = await place.startRun();
    await place.client.setTags(info.runId, { a: 1, b: 2 });
    await place.client.setTag(info.runId, "a", 3);
    await place.client.deleteTag(info.runId, "b");
    await assert.rejects(
      place.client.deleteTag(info.runId, "b"),
      isError("RESOURCE_DOES_NOT_EXIST", /No tag with name: b/),
    );
    const { tags } = (await place.client.getRun(info.runId)).data;
    assert.equal(tags.a, "3");
    assert.equal(tags.b, undefined);
  });

  test("the name tag and the name are one", async () => {
    const { info } = await place.startRun({ runName: "before" });
    await place.client.setTag(info.runId, "mlflow.runName", "by tag");
    assert.equal((await place.client.getRun(info.runId)).info.runName, "by tag");
    await place.client.renameRun(info.runId, "by name");
    assert.equal((await place.client.getRun(info.runId)).data.tags["mlflow.runName"], "by name");
  });

  test("a deleted run takes no values, is hidden, and comes back whole", async () => {
    const { runId } = (await place.startRun({ runName: "gone" })).info;
    await place.client.logMetric(runId, "a", 1);
    await place.client.deleteRun(runId);
    await assert.rejects(
      place.client.logMetric(runId, "a", 2),
      isError("INVALID_PARAMETER_VALUE", /must be in the 'active' state/),
    );
    await assert.rejects(
      place.client.logParam(runId, "a", 2),
      isError("INVALID_PARAMETER_VALUE", /must be in the 'active' state/),
    );
    const search = (viewType: "ACTIVE_ONLY" | "DELETED_ONLY" | "ALL") =>
      place.client.searchRuns({ experimentIds: ["0"], filterString: "run_name = 'gone'", viewType });
    assert.equal((await search("ACTIVE_ONLY")).length, 0);
    assert.equal((await search("DELETED_ONLY")).length, 1);
    await place.client.restoreRun(runId);
    assert.equal((await search("ACTIVE_ONLY"))[0]?.data.metrics.a, 1);
  });

  test("runs are counted by experiment as a search finds them", async () => {
    const { client } = place;
    // A store that does not count is searched.
    const count = async (ids: readonly string[]) =>
      (await client.store.countRuns?.(ids)) ??
      countRunsIn(ids.length === 0 ? [] : await client.searchRuns({ experimentIds: [...ids] }));
    const [some, none] = await Promise.all(["counted", "empty"].map((name) => client.createExperiment(name)));
    const [first, second] = await Promise.all(
      [5000, 9000].map((startTime) => client.createRun(some ?? "", { startTime })),
    );
    const doomed = await client.createRun(some ?? "", { startTime: 9999 });
    await client.endRun(first?.info.runId ?? "");
    await client.deleteRun(doomed.info.runId);
    const counts = await count([some ?? "", none ?? "", "77"]);
    assert.deepEqual([...counts], [[some, { runs: 2, running: 1, newest: 9000 }]]);
    await client.deleteRun(second?.info.runId ?? "");
    assert.deepEqual([...(await count([some ?? ""]))], [[some, { runs: 1, running: 0, newest: 5000 }]]);
    assert.equal((await count([])).size, 0);
  });

  test("a finished run takes values, and can go on", async () => {
    const { runId } = (await place.startRun()).info;
    await place.client.endRun(runId, "FAILED", "Error: no");
    await place.client.logMetric(runId, "late", 1);
    assert.equal((await place.client.getRun(runId)).data.tags["runlab.end_reason"], "Error: no");
    await place.client.updateRun(runId, "RUNNING");
    const run = await place.client.getRun(runId);
    assert.equal(run.info.status, "RUNNING");
    assert.equal(run.info.endTime, undefined);
    assert.equal(run.data.metrics.late, 1);
    await place.client.endRun(runId);
  });
}

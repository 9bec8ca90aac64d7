import assert from "node:assert/strict";
import { test } from "node:test";
import { isError } from "../../is-error.js";
import type { StorePlace } from "./store-place.js";

/** What every store promises of metrics, and of the limits of what is logged. */
export function metricsConformance(place: StorePlace): void {
  test("odd metric values and keys come back as they were", async () => {
    const { info } = await place.startRun();
    const values = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -0,
      1e-300,
      0.1 + 0.2,
      5e-324,
      1.7976931348623157e308,
    ];
    const keys = [
      "a/b.c",
      "précision",
      "RMSE",
      "rmse",
      "with blank",
      "con",
      "__proto__",
      "x".repeat(250),
      `${"Y".repeat(249)}z`,
    ];
    for (const key of keys) {
      for (const [step, value] of values.entries())
        await place.client.logMetric(info.runId, key, value, { step: step - 4, timestamp: 7 });
    }
    await place.client.endRun(info.runId);
    const run = await place.client.getRun(info.runId);
    assert.deepEqual(Object.keys(run.data.metrics).sort(), [...keys].sort());
    for (const key of keys) {
      const history = await place.client.getMetricHistory(info.runId, key);
      assert.deepEqual(
        history,
        values.map((value, step) => ({ value: place.kept(value), step: step - 4, timestamp: 7 })),
      );
      const summary = run.metricSummaries[key];
      if (place.differs("summaries")) {
        assert.deepEqual(summary?.last, { key, value: Number.MAX_VALUE, step: 3, timestamp: 7 });
        continue;
      }
      assert.equal(summary?.count, values.length);
      assert.equal(summary?.min?.value, -0);
      assert.equal(summary?.max?.value, 1.7976931348623157e308);
    }
  });

  test("arrays, objects, BigInts and series are logged in one call", async () => {
    const { info } = await place.startRun();
    await place.client.logMetric(info.runId, "loss", new Float32Array([3, 2, 1]), { step: 10 });
    await place.client.logMetrics(info.runId, { count: 7n, score: { train: 1, test: 0.5 } }, { step: 2 });
    await place.client.logMetrics(info.runId, [{ key: "late", value: 1, step: 5, timestamp: 1 }]);
    const { metrics } = (await place.client.getRun(info.runId)).data;
    assert.deepEqual(metrics, { loss: 1, count: 7, "score/train": 1, "score/test": 0.5, late: 1 });
    const history = await place.client.getMetricHistory(info.runId, "loss");
    assert.deepEqual(
      history.map(({ step, value }) => [step, value]),
      [
        [10, 3],
        [11, 2],
        [12, 1],
      ],
    );
  });

  test("a history has every point, in the order of the calls", async () => {
    const { runId } = (await place.startRun()).info;
    const points = [
      { step: 2, value: 5, timestamp: 30 },
      { step: 1, value: 6, timestamp: 10 },
      { step: 1, value: 6, timestamp: 10 },
      { step: 0, value: 7, timestamp: 20 },
    ];
    for (const { value, ...at } of points) await place.client.logMetric(runId, "m", value, at);
    let expected = points;
    if (place.differs("duplicatePoints")) expected = expected.filter((_, at) => at !== 2);
    if (place.differs("historyOrder")) expected = [...expected].sort((a, b) => a.timestamp - b.timestamp);
    assert.deepEqual(await place.client.getMetricHistory(runId, "m"), expected);
  });

  test("a batch is stored whole or not at all", async () => {
    const { runId } = (await place.startRun()).info;
    await place.store.logBatch(runId, { params: [{ key: "lr", value: "1" }] });
    const metrics = [{ key: "m", value: 1, step: 0, timestamp: 1 }];
    const tags = { a: "b" };
    const changed = [
      { key: "other", value: "1" },
      { key: "lr", value: "2" },
    ];
    const twice = [
      { key: "new", value: "1" },
      { key: "new", value: "2" },
    ];
    for (const params of [changed, twice]) {
      await assert.rejects(
        place.store.logBatch(runId, { metrics, params, tags }),
        isError("INVALID_PARAMETER_VALUE", /param/i),
      );
    }
    const { data } = await place.client.getRun(runId);
    assert.deepEqual([data.params, data.metrics, data.tags.a], [{ lr: "1" }, {}, undefined]);
    await place.store.logBatch(runId, { metrics, params: [{ key: "lr", value: "1" }], tags });
    const after = (await place.client.getRun(runId)).data;
    assert.deepEqual([after.params, after.metrics, after.tags.a], [{ lr: "1" }, { m: 1 }, "b"]);
    assert.deepEqual(await place.client.getMetricHistory(runId, "m"), [{ value: 1, step: 0, timestamp: 1 }]);
  });

  test("what is wrong rejects and is never thrown, so that a call without await can be caught too", async () => {
    const none = "f".repeat(32);
    const { client, store } = place;
    const calls: Array<() => Promise<unknown>> = [
      () => client.logMetric(none, "m", 1),
      () => client.logMetric(none, "m", "1" as never),
      () => client.logMetrics(none, { m: 1 }),
      () => client.logParam(none, "p", 1),
      () => client.logParams(none, null as never),
      () => client.setTag(none, "", 1),
      () => client.setTags(none, { t: 1 }),
      () => client.deleteTag(none, "t"),
      () => store.logMetric(none, { key: "m", value: 1, step: 0, timestamp: 1 }),
      () => store.logBatch(none, { tags: { t: "1" } }),
      () => store.updateRun(none, { status: "FINISHED" }),
      () => store.getMetricHistory(none, "m"),
      () => store.searchExperiments({ pageToken: "?" }),
      () => store.registry.getLoggedModel(none),
    ];
    for (const call of calls) {
      const answer = call();
      assert.ok(answer instanceof Promise);
      await assert.rejects(answer, /./);
    }
  });

  test("a history comes in pages, which together are all of it", async () => {
    const { runId } = (await place.startRun()).info;
    await place.client.logMetric(runId, "m", new Float64Array([5, 4, 3, 2, 1]), { timestamp: 1 });
    const values: number[][] = [];
    let pageToken: string | undefined;
    do {
      const page = await place.client.getMetricHistoryPage(runId, "m", { maxResults: 2, pageToken });
      values.push(page.map(({ value }) => value));
      pageToken = page.nextPageToken;
      // What is logged meanwhile comes last.
      if (values.length === 1) await place.client.logMetric(runId, "m", 0, { step: 9 });
    } while (pageToken !== undefined);
    assert.deepEqual(values, [
      [5, 4],
      [3, 2],
      [1, 0],
    ]);
    assert.deepEqual(await place.client.getMetricHistoryPage(runId, "none", { maxResults: 2 }), []);
    const { nextPageToken } = await place.client.getMetricHistoryPage(runId, "m", { maxResults: 1 });
    for (const [key, token] of [
      ["other", nextPageToken],
      ["m", "%"],
      ["m", Buffer.from('{"offset":-1}').toString("base64url")],
    ] as const) {
      const asked = place.client.getMetricHistoryPage(runId, key, { pageToken: token });
      await assert.rejects(asked, isError("INVALID_PARAMETER_VALUE", /page token/));
    }
    await assert.rejects(
      place.client.getMetricHistoryPage(runId, "m", { maxResults: 0 }),
      isError("INVALID_PARAMETER_VALUE", /max_results/),
    );
  });

  test("MLflow's limits hold", async () => {
    const { runId } = (await place.startRun()).info;
    const bad = (key: string) =>
      assert.rejects(place.client.logMetric(runId, key, 1), isError("INVALID_PARAMETER_VALUE"));
    for (const key of ["", "a//b", "../x", "/x", ".", "a/./b", "a;b", "a\nb", "x".repeat(251)]) await bad(key);
    const notANumber = [true, "0.3", undefined, null] as unknown as number[];
    for (const value of notANumber)
      await assert.rejects(place.client.logMetric(runId, "a", value), isError("INVALID_PARAMETER_VALUE"));
    await assert.rejects(
      place.client.logMetric(runId, "a", 1, { timestamp: -1 }),
      isError("INVALID_PARAMETER_VALUE", /timestamp/),
    );
    await assert.rejects(
      place.client.logMetric(runId, "a", 1, { step: 0.5 }),
      isError("INVALID_PARAMETER_VALUE", /step/),
    );
    await place.client.logParam(runId, "long", "p".repeat(7000));
    assert.equal((await place.client.getRun(runId)).data.params.long?.length, 6000);
    await assert.rejects(place.client.createExperiment("  "), isError("INVALID_PARAMETER_VALUE"));
    await assert.rejects(place.client.createExperiment("n".repeat(501)), isError("INVALID_PARAMETER_VALUE"));
    await assert.rejects(
      place.client.searchRuns({ experimentIds: ["0"], maxResults: 0 }),
      isError("INVALID_PARAMETER_VALUE"),
    );
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { isError } from "../../is-error.js";
import type { StorePlace } from "./store-place.js";

/** What every store promises of searches. */
export function searchConformance(place: StorePlace): void {
  test("search filters, orders and pages; a page is not shifted by new runs", async () => {
    const id = await place.client.createExperiment("search");
    for (let index = 0; index < 25; index++) {
      const { runId } = (await place.client.createRun(id, { runName: `r${index}`, startTime: index })).info;
      await place.client.logParam(runId, "k", index % 5);
      await place.client.logMetric(runId, "m", index);
      await place.client.endRun(runId);
    }
    const query = {
      experimentIds: [id],
      filterString: "params.k > 1 AND metrics.m < 24",
      orderBy: ["metrics.m DESC"],
      maxResults: 4,
    };
    const first = await place.client.searchRuns(query);
    assert.deepEqual(
      first.map((run) => run.data.metrics.m),
      [23, 22, 19, 18],
    );
    const { runId } = (await place.client.createRun(id, { startTime: 100 })).info;
    await place.client.logParam(runId, "k", 4);
    await place.client.logMetric(runId, "m", 23.5);
    const next = await place.client.searchRuns({ ...query, pageToken: first.nextPageToken ?? "" });
    assert.deepEqual(
      next.map((run) => run.data.metrics.m),
      [17, 14, 13, 12],
    );
    const all: number[] = [];
    for (let token: string | undefined = ""; token !== undefined; ) {
      const page: Awaited<ReturnType<typeof place.client.searchRuns>> = await place.client.searchRuns({
        ...query,
        pageToken: token,
      });
      all.push(...page.map((run) => run.data.metrics.m ?? -1));
      token = page.nextPageToken;
    }
    assert.equal(all.length, 15);
    const other = { ...query, orderBy: [], pageToken: first.nextPageToken ?? "" };
    await assert.rejects(place.client.searchRuns(other), isError("INVALID_PARAMETER_VALUE", /another search/));
    await assert.rejects(
      place.client.searchRuns({ ...query, pageToken: "x" }),
      isError("INVALID_PARAMETER_VALUE", /page token/),
    );
  });

  test("the runs inside a run are found by their parent", async () => {
    const parent = (await place.startRun({ runName: "parent" })).info.runId;
    const tags = { "mlflow.parentRunId": parent };
    const children = [await place.startRun({ tags }), await place.startRun({ tags })]
      .map(({ info }) => info.runId)
      .sort();
    const found = await place.client.searchRuns({
      experimentIds: ["0"],
      filterString: `tags.\`mlflow.parentRunId\` = '${parent}'`,
    });
    assert.deepEqual(found.map(({ info }) => info.runId).sort(), children);
    const roots = await place.client.searchRuns({
      experimentIds: ["0"],
      filterString: "tags.`mlflow.parentRunId` IS NULL AND run_name = 'parent'",
    });
    assert.deepEqual(
      roots.map(({ info }) => info.runId),
      [parent],
    );
  });
}

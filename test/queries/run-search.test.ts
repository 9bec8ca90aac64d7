import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { filterText, metricField, type QuerySource, searchPages } from "../../src/queries/run-search.js";
import { newSession } from "../tracking/new-session.js";
import { addRun } from "./many-runs.js";

test("a search goes on over pages, gives no run twice, and says whether there are more", async () => {
  const session = newSession();
  const { experimentId } = await session.setExperiment("e");
  for (let at = 0; at < 20; at++) await addRun(session, experimentId, { runName: `r${at}`, startTime: at });
  // A store that gives three runs at most, however many are asked for.
  const client: QuerySource["client"] = Object.create(session.client);
  client.searchRuns = (query) =>
    session.client.searchRuns({ ...query, maxResults: Math.min(query.maxResults ?? 3, 3) });
  const source: QuerySource = { client, currentExperiment: () => session.currentExperiment() };
  const newest = Array.from({ length: 20 }, (_, at) => `r${19 - at}`);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 25 }), async (count) => {
      const { runs, more } = await searchPages(source, { experimentIds: [experimentId] }, count);
      assert.deepEqual(
        runs.map(({ info }) => info.runName),
        newest.slice(0, count),
      );
      assert.equal(more, count < 20);
    }),
  );
  assert.equal((await searchPages(source, { experimentIds: [experimentId] })).runs.length, 20);
  assert.deepEqual(await searchPages(source, { experimentIds: [] }), { runs: [], more: false });
});

test("texts of any characters reach the store's filter as they are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1 }), async (text) => {
      const session = newSession();
      const { experimentId } = await session.setExperiment("e");
      const { info } = await session.client.createRun(experimentId, { runName: "a" });
      await session.client.setTags(info.runId, { text });
      const { runs } = await searchPages(session, {
        experimentIds: [experimentId],
        filterString: `tags.text = ${filterText(text)}`,
      });
      assert.equal(runs.length, 1);
    }),
  );
});

test("a metric's field is the metric of that name, not the lowest value of another", async () => {
  const session = newSession();
  const { experimentId } = await session.setExperiment("e");
  await addRun(session, experimentId, { runName: "curve", startTime: 1, metrics: { loss: [3, 1, 2] } });
  await addRun(session, experimentId, { runName: "named", startTime: 2, metrics: { "loss.min": 5, "val loss/x": 6 } });
  for (const key of ["loss.min", "val loss/x"]) {
    const filterString = `${metricField(key)} IS NOT NULL`;
    const { runs } = await searchPages(session, { experimentIds: [experimentId], filterString });
    assert.deepEqual(
      runs.map(({ info }) => info.runName),
      ["named"],
    );
  }
});

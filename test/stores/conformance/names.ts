import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { writtenKey } from "../../../src/tracking/filter/print.js";
import { keyName, recordOf } from "../../any-name.js";
import type { StorePlace } from "./store-place.js";

const text = fc.string({ maxLength: 8 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true });

/** What every store promises of names: a param, metric, tag or experiment is called as its user likes. */
export function namesConformance(place: StorePlace): void {
  test("params, tags and metrics of any name are kept, found again, and are no one else's", async () => {
    await fc.assert(
      fc.asyncProperty(
        recordOf(keyName, text),
        recordOf(keyName, text),
        recordOf(keyName, number),
        async (...records) => {
          const [params, tags, metrics] = records;
          const { client } = place;
          const { info } = await place.startRun({ tags });
          await client.logParams(info.runId, params);
          await client.logMetrics(info.runId, metrics, { step: 3, timestamp: 5 });
          const bare = await place.startRun();
          for (const ended of [false, true]) {
            if (ended) await client.endRun(info.runId);
            const run = await client.getRun(info.runId);
            assert.deepEqual(run.data.params, params);
            assert.deepEqual(run.data.metrics, keptValues(place, metrics));
            assert.deepEqual(own(run.data.tags, tags), tags);
            assert.deepEqual(Object.keys(run.metricSummaries).sort(), Object.keys(metrics).sort());
          }
          for (const [key, value] of Object.entries(metrics)) {
            assert.deepEqual(await client.getMetricHistory(info.runId, key), [
              { step: 3, value: place.kept(value), timestamp: 5 },
            ]);
            assert.deepEqual(await client.getMetricHistory(bare.info.runId, key), []);
          }
          for (const key of Object.keys(tags)) {
            await assert.rejects(client.deleteTag(bare.info.runId, key), { code: "RESOURCE_DOES_NOT_EXIST" });
            await client.deleteTag(info.runId, key);
          }
          assert.deepEqual(own((await client.getRun(info.runId)).data.tags, tags), {});
          await client.setTags(bare.info.runId, tags);
          assert.deepEqual(own((await client.getRun(bare.info.runId)).data.tags, tags), tags);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("a param of any name is written once", async () => {
    await fc.assert(
      fc.asyncProperty(keyName, async (key) => {
        const { info } = await place.startRun();
        await place.client.logParam(info.runId, key, "a");
        await place.client.logParam(info.runId, key, "a");
        await assert.rejects(async () => place.client.logParam(info.runId, key, "b"), {
          code: "INVALID_PARAMETER_VALUE",
        });
        assert.deepEqual((await place.client.getRun(info.runId)).data.params, Object.fromEntries([[key, "a"]]));
      }),
      { numRuns: 25 },
    );
  });

  test("runs are found and ordered by a param, tag and metric of any name, and those without it are not", async () => {
    await fc.assert(
      fc.asyncProperty(keyName, async (key) => {
        const { client } = place;
        const experimentId = await client.createExperiment(randomUUID());
        const ids: string[] = [];
        for (const value of [2, 1, undefined]) {
          const { info } = await client.createRun(experimentId);
          ids.push(info.runId);
          if (value === undefined) continue;
          await client.logParam(info.runId, key, `p${value}`);
          await client.setTag(info.runId, key, `t${value}`);
          await client.logMetric(info.runId, key, value);
        }
        const [second, first, bare] = ids;
        const search = async (filterString: string, ...orderBy: string[]) => {
          const found = await client.searchRuns({ experimentIds: [experimentId], filterString, orderBy });
          return found.map(({ info }) => info.runId);
        };
        const name = writtenKey(key);
        assert.deepEqual(await search(`params.${name} = 'p1'`), [first]);
        assert.deepEqual(await search(`tags.${name} = 't2'`), [second]);
        assert.deepEqual(await search(`metrics.${name} > 1`), [second]);
        assert.deepEqual(await search(`params.${name} IS NULL`), [bare]);
        assert.deepEqual(await search("", `metrics.${name} ASC`), [first, second, bare]);
        assert.deepEqual(await search("", `params.${name} DESC`), [second, first, bare]);
        await client.deleteExperiment(experimentId);
      }),
      { numRuns: 25 },
    );
  });

  test("tags of experiments may have any name", async () => {
    await fc.assert(
      fc.asyncProperty(recordOf(keyName, text), async (tags) => {
        const { client } = place;
        const id = await client.createExperiment(randomUUID(), { tags: {} });
        for (const [key, value] of Object.entries(tags)) await client.setExperimentTag(id, key, value);
        assert.deepEqual((await client.getExperiment(id)).tags, tags);
        await client.deleteExperiment(id);
      }),
      { numRuns: 15 },
    );
  });
}

function keptValues(place: StorePlace, metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key, place.kept(value)]));
}

/** The entries of a record whose keys another has. */
function own(record: Readonly<Record<string, string>>, keys: object): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => Object.hasOwn(keys, key)));
}

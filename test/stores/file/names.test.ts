import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { checkStore } from "../../../src/stores/file/check/check-store.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import type { Run } from "../../../src/tracking/types.js";
import { keyName, names, recordOf } from "../../any-name.js";

const text = fc.string({ maxLength: 8 });

test("params, tags and metrics of any name come back from the documents, the journal and the index", async () => {
  await fc.assert(
    fc.asyncProperty(
      recordOf(keyName, text),
      recordOf(keyName, text),
      names(keyName),
      async (params, tags, metrics) => {
        await inFolder(async (folder) => {
          const writer = new TrackingClient(new FileStore(folder));
          const ended = (await writer.createRun("0", { runName: "ended", tags })).info.runId;
          const open = (await writer.createRun("0", { runName: "open", tags })).info.runId;
          for (const id of [ended, open]) {
            await writer.logParams(id, params);
            for (const [at, key] of metrics.entries()) await writer.logMetric(id, key, [at, at + 1, at - 1]);
          }
          await writer.endRun(ended);
          const expected = [await writer.getRun(ended), await writer.getRun(open)].map(contents);
          assert.deepEqual(expected[0]?.params, params);
          // By documents and journals first, which makes the index, then by the index.
          for (const _ of ["documents", "index"]) {
            const reader = new TrackingClient(new FileStore(folder));
            const found = await reader.searchRuns({ experimentIds: ["0"], orderBy: ["run_name"] });
            assert.deepEqual(found.map(contents), expected);
            for (const key of metrics) assert.equal((await reader.getMetricHistory(open, key)).length, 3);
            await reader.store.close();
          }
          await writer.store.close();
          assert.deepEqual(checkStore(folder).problems, []);
        });
      },
    ),
    { numRuns: 20 },
  );
});

test("registered models, aliases and their tags may have any name", async () => {
  const plain = keyName.filter((name) => /^[\w-]{1,200}$/.test(name));
  await fc.assert(
    fc.asyncProperty(names(plain), recordOf(keyName, text), async (words, tags) => {
      await inFolder(async (folder) => {
        const writer = new TrackingClient(new FileStore(folder));
        for (const name of words) {
          await writer.createRegisteredModel(name, { tags });
          await writer.createModelVersion(name, "runs:/r/model", { tags });
          for (const alias of words) await writer.setRegisteredModelAlias(name, alias, "1");
        }
        await writer.store.close();
        const reader = new TrackingClient(new FileStore(folder));
        for (const name of words) {
          const model = await reader.getRegisteredModel(name);
          assert.deepEqual(model.tags, tags);
          assert.deepEqual(model.aliases, Object.fromEntries(words.map((alias) => [alias, "1"])));
          for (const alias of words) {
            assert.equal((await reader.getModelVersionByAlias(name, alias)).version, "1");
          }
          await assert.rejects(reader.getModelVersionByAlias(name, `${words[0]}-2`), {
            code: "RESOURCE_DOES_NOT_EXIST",
          });
          assert.deepEqual((await reader.getModelVersion(name, "1")).tags, tags);
        }
        await reader.store.close();
      });
    }),
    { numRuns: 15 },
  );
});

function contents({ data, metricSummaries }: Run): Run["data"] & Pick<Run, "metricSummaries"> {
  return { ...data, metricSummaries };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-names-"));
  try {
    await work(join(folder, "runlab"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { RunlabError } from "../../src/errors.js";
import type { TrackingSession } from "../../src/tracking/session.js";
import type { Run } from "../../src/tracking/types.js";
import { anyValue, leavesOf } from "./any-value.js";
import { newSession } from "./new-session.js";

let session: TrackingSession;

before(() => {
  session = newSession();
});

after(() => session.close());

interface Way {
  log(value: never): Promise<unknown>;
  /** What the run has of it afterwards. */
  kept(run: Run, result: unknown, value: unknown): Promise<unknown> | unknown;
  /** The leaves that are to be found there, where they are not the value's own. */
  leaves?(value: unknown): string[];
}

const ways: Record<string, Way> = {
  logParam: {
    log: (value) => session.logParam("k", value),
    kept: ({ data }, _, value) => asValue(data.params.k, value),
  },
  logParams: {
    log: (value) => session.logParams({ k: value }),
    kept: ({ data }, _, value) => asValue(data.params.k, value),
  },
  setTag: { log: (value) => session.setTag("k", value), kept: ({ data }, _, value) => asValue(data.tags.k, value) },
  "startRun's tags": {
    log: (value) => session.startRun({ nested: true, tags: { k: value } }, (run) => run.runId),
    kept: async (_run, child, value) => asValue((await session.getRun(String(child))).data.tags.k, value),
  },
  setExperimentTag: {
    log: (value) => session.setExperimentTag("k", value),
    kept: async (_run, _, value) => asValue((await session.currentExperiment()).tags.k, value),
  },
  logDict: {
    log: (value) => session.logDict({ k: value }, "a.json"),
    kept: async (run) => (await json(run, "a.json")).k,
  },
  "a cell of logTable": {
    log: (value) => session.logTable([{ k: value }], "t.json"),
    kept: async (run) => (await json(run, "t.json")).data[0][0],
  },
  "a column of logTable": {
    log: (value) => session.logTable({ k: [value, value] }, "t.json"),
    kept: async (run) => (await json(run, "t.json")).data[1][0],
  },
  "data of logFigure": {
    log: (value) => session.logFigure({ data: { values: [value] }, mark: "point" }, "f.json"),
    kept: async (run) => (await json(run, "f.json")).data.values[0],
    leaves: (value) => leavesOf(value, { omitUndefined: true }),
  },
  "a tag of logInput": {
    log: (value) => session.logInput({ name: "d", digest: "1", tags: { k: value } }),
    kept: (run, _, value) => asValue(run.inputs.datasetInputs[0]?.tags.k, value),
  },
  logMetric: { log: (value) => session.logMetric("k", value), kept: metrics, leaves: numbersOf },
  logText: {
    log: (value) => session.logText(value, "a.txt"),
    kept: async (run) => Buffer.from(await session.client.readArtifact(run.info.runId, "a.txt")).toString(),
  },
};

describe("any value is kept readable and without loss, or refused with its type named", () => {
  for (const [name, way] of Object.entries(ways)) {
    test(`by ${name}`, async () => {
      let kept = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.string(), fc.double(), anyValue()), async (value) => {
          // A run without a callback would stay the parent of the next.
          await session.startRun(async (active) => {
            let result: unknown;
            try {
              result = await way.log(value as never);
            } catch (error) {
              assert.ok(error instanceof RunlabError, String(error));
              assert.equal(error.code, "INVALID_PARAMETER_VALUE");
              return;
            }
            kept++;
            const found = await way.kept(await session.getRun(active.runId), result, value);
            assert.deepEqual(leavesOf(found), way.leaves?.(value) ?? leavesOf(value));
          });
        }),
        { numRuns: 300, examples: [["[]"], ['{"a": 1}']] },
      );
      assert.ok(kept > 10, `${kept} were kept`);
    });
  }
});

/** A param or tag as the value that it is the text of; a text is kept as it is, also one that reads as a list: "[]". */
function asValue(text = "", given: unknown): unknown {
  if (typeof given === "string") return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : text;
  } catch {
    return text;
  }
}

async function json(run: Run, path: string) {
  return JSON.parse(Buffer.from(await session.client.readArtifact(run.info.runId, path)).toString());
}

async function metrics(run: Run): Promise<number[]> {
  const histories = Object.keys(run.data.metrics).map((key) => session.getMetricHistory(run.info.runId, key));
  return (await Promise.all(histories)).flat().map(({ value }) => value);
}

/** Those of a metric, which is a number, a list of numbers, or an object of such. */
function numbersOf(value: unknown): string[] {
  if (typeof value === "number" || typeof value === "bigint") return leavesOf(Number(value));
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return leavesOf(Array.from(value as ArrayLike<number>, Number));
  return Object.values(value as object)
    .flatMap(numbersOf)
    .sort();
}

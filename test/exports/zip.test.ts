import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { crc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { TrackingError } from "../../src/errors.js";
import { exportRuns } from "../../src/exports/export-runs.js";
import { importRuns } from "../../src/exports/import-runs.js";
import { zipPieces } from "../../src/exports/zip-writer.js";
import { FileStore } from "../../src/stores/file/file-store.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";
import type { TrackingStore } from "../../src/tracking/store.js";
import { keyName, recordOf } from "../any-name.js";
import { isError } from "../is-error.js";

const folder = await mkdtemp(join(tmpdir(), "runlab-zip-"));
after(() => rm(folder, { recursive: true, force: true }));

function sessionOn(store: TrackingStore = new MemoryStore()): TrackingSession {
  return new TrackingSession({ resolveUri: () => store.uri, openStore: () => store });
}

/** All that a store has of experiment 'cars', artifacts and logged models included. */
async function everything({ client }: TrackingSession): Promise<unknown> {
  const experiment = await client.getExperimentByName("cars");
  const experimentIds = [experiment?.experimentId ?? ""];
  const runs = await client.searchRuns({ experimentIds, orderBy: ["start_time ASC"] });
  const filesOf = async (runId: string, path?: string): Promise<Array<[string, string]>> => {
    const found = await client.listArtifacts(runId, path);
    const lists = await Promise.all(
      found.map(
        async (info): Promise<Array<[string, string]>> =>
          info.isDir
            ? filesOf(runId, info.path)
            : [[info.path, Buffer.from(await client.readArtifact(runId, info.path)).toString("base64")]],
      ),
    );
    return lists.flat();
  };
  return {
    tags: experiment?.tags,
    runs: await Promise.all(
      runs.map(async ({ info, ...rest }) => {
        const { runId, runName, status, startTime, endTime, userId } = info;
        const keys = Object.keys(rest.data.metrics).sort();
        const histories = await Promise.all(keys.map((key) => client.getMetricHistory(runId, key)));
        const models = (await client.searchLoggedModels({ runId }))
          .map(({ experimentId: _, creationTimestamp: __, lastUpdatedTimestamp: ___, ...model }) => model)
          .sort((a, b) => (a.modelId < b.modelId ? -1 : 1));
        return {
          runId,
          runName,
          status,
          startTime,
          endTime,
          userId,
          ...rest,
          histories,
          files: await filesOf(runId),
          models,
        };
      }),
    ),
  };
}

const modelId = `m-${"c".repeat(32)}`;

/** A parent and a child with something in every field. */
async function filled(): Promise<TrackingSession> {
  const session = sessionOn();
  const { client } = session;
  const experimentId = await client.createExperiment("cars", { tags: { owner: "ann" } });
  const parent = await client.createRun(experimentId, { runName: "sweep", startTime: 1000 });
  await client.updateRun(parent.info.runId, "FINISHED", 9000);
  const tags = { "mlflow.parentRunId": parent.info.runId };
  const child = await client.createRun(experimentId, { runName: "elastic", startTime: 2000, tags });
  const id = child.info.runId;
  await client.logParams(id, { alpha: "0.5" });
  await client.logMetrics(id, [
    { key: "loss", value: Number.NaN, step: 0, timestamp: 2001 },
    { key: "loss", value: 0.1 + 0.2, step: 1, timestamp: 2002 },
  ]);
  const dataset = { name: "cars", digest: "12345678", sourceType: "local", source: "{}", schema: "{}", profile: "{}" };
  await client.logInputs(id, [{ dataset, tags: { "mlflow.data.context": "training" } }]);
  await client.logText(id, "flavors: {}\n", "model/MLmodel");
  await client.writeArtifact(
    id,
    "model/weights, ünï.bin",
    Uint8Array.from({ length: 70_000 }, (_, at) => at * 31),
  );
  await client.writeArtifact(id, "zeros.bin", new Uint8Array(3_000_000));
  await client.writeArtifact(id, "empty.txt", new Uint8Array());
  await client.createLoggedModel({
    modelId,
    name: "model",
    experimentId,
    sourceRunId: id,
    artifactPath: "model",
    modelType: "function",
    signature: { inputs: "[]" },
    digest: "abc",
    tags: { stage: "first" },
  });
  await client.logOutputs(id, [{ modelId, step: 0 }]);
  await client.updateRun(id, "FAILED", 3000);
  return session;
}

async function exported(session: TrackingSession): Promise<string> {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.zip`);
  await exportRuns(session, { experiment: "cars", to: path });
  return path;
}

describe("a zip", () => {
  test("holds all of the runs: histories, datasets, artifacts and logged models come back under the same ids", async () => {
    const session = await filled();
    const from = await exported(session);
    const other = sessionOn();
    const result = await importRuns(other, { from });
    assert.deepEqual([result.runs, result.skipped, result.notes], [2, 0, []]);
    assert.deepEqual(await everything(other), await everything(session));
    assert.deepEqual((await importRuns(other, { from })).skipped, 2);
  });

  test("of a folder of files comes back into another", async (t) => {
    const [a, b] = await Promise.all([0, 1].map(() => mkdtemp(join(folder, "store-"))));
    const [first, second] = [new FileStore(a ?? ""), new FileStore(b ?? "")];
    t.after(() => Promise.all([first.close(), second.close()]));
    await importRuns(sessionOn(first), { from: await exported(await filled()) });
    await importRuns(sessionOn(second), { from: await exported(sessionOn(first)) });
    assert.deepEqual(await everything(sessionOn(second)), await everything(sessionOn(first)));
  });

  test("brings back any names and any bytes", async () => {
    const fileName = fc
      .string({ unit: "binary", minLength: 1, maxLength: 12 })
      .filter(
        (name) => Buffer.from(name).toString() === name && !/[/\\\0]|^\.*$|^[a-z]:/i.test(name) && name.trim() !== "",
      );
    const files = fc.uniqueArray(fc.tuple(fileName, fc.uint8Array({ maxLength: 300 })), {
      maxLength: 4,
      selector: ([name]) => name.normalize(),
    });
    await fc.assert(
      fc.asyncProperty(
        recordOf(keyName, fc.double()),
        recordOf(keyName, fc.string()),
        files,
        async (metrics, tags, list) => {
          const session = sessionOn();
          const { client } = session;
          const experimentId = await client.createExperiment("cars");
          const { info } = await client.createRun(experimentId, { startTime: 1, tags });
          await client.logMetrics(info.runId, metrics, { step: 2, timestamp: 3 });
          for (const [at, [name, bytes]] of list.entries())
            await client.writeArtifact(info.runId, `f${at}/${name}`, bytes);
          await client.updateRun(info.runId, "FINISHED", 4);
          const other = sessionOn();
          await importRuns(other, { from: await exported(session) });
          assert.deepEqual(await everything(other), await everything(session));
        },
      ),
      { numRuns: 40 },
    );
  });

  test("brings back any params, datasets, models and nested runs, into a folder of files too", async (t) => {
    const text = fc.string({ minLength: 1, maxLength: 10 });
    const dataset = fc.record({
      name: keyName,
      digest: fc.stringMatching(/^[0-9a-f]{8}$/),
      context: fc.constantFrom("training", "evaluation"),
    });
    const run = fc.record({
      params: recordOf(keyName, fc.string({ maxLength: 10 })),
      datasets: fc.uniqueArray(dataset, { maxLength: 3, selector: ({ name, digest }) => `${name} ${digest}` }),
      models: fc.array(fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), tags: recordOf(keyName, text) }), {
        maxLength: 2,
      }),
      status: fc.constantFrom("FINISHED" as const, "FAILED" as const, "KILLED" as const),
      nested: fc.boolean(),
    });
    let count = 0;
    const property = fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 3 }), async (runs) => {
      const session = sessionOn();
      const { client } = session;
      const experimentId = await client.createExperiment("cars");
      let parent: string | undefined;
      for (const [at, { params, datasets, models, status, nested }] of runs.entries()) {
        const tags = nested && parent !== undefined ? { "mlflow.parentRunId": parent } : {};
        const { runId } = (await client.createRun(experimentId, { startTime: at + 1, tags })).info;
        parent = runId;
        await client.logParams(runId, params);
        const source = { sourceType: "local", source: "{}", schema: "{}", profile: "{}" };
        await client.logInputs(
          runId,
          datasets.map(({ name, digest, context }) => ({
            dataset: { name, digest, ...source },
            tags: { "mlflow.data.context": context },
          })),
        );
        for (const [number, { name, tags }] of models.entries()) {
          const modelId = `m-${String(++count).padStart(32, "0")}`;
          const place = { experimentId, sourceRunId: runId, artifactPath: `${name}${number}` };
          await client.createLoggedModel({ ...place, modelId, name, tags, modelType: "function" });
          await client.logText(runId, `model_id: ${modelId}\n`, `${name}${number}/MLmodel`);
          await client.logOutputs(runId, [{ modelId, step: number }]);
        }
        await client.updateRun(runId, status, 10);
      }
      const folderStore = new FileStore(await mkdtemp(join(folder, "any-")));
      try {
        await importRuns(sessionOn(folderStore), { from: await exported(session) });
        assert.deepEqual(await everything(sessionOn(folderStore)), await everything(session));
        const again = await importRuns(sessionOn(folderStore), { from: await exported(session) });
        assert.deepEqual([again.runs, again.skipped], [0, runs.length]);
      } finally {
        await folderStore.close();
      }
    });
    await fc.assert(property, { numRuns: 25 });
    t.diagnostic(`${count} models`);
  });

  test("goes into a store that gives ids of its own: children find their parent, and importing twice adds nothing", async () => {
    const from = await exported(await filled());
    const store = new MemoryStore();
    const { createRun } = store;
    store.createRun = async (run) => {
      if (run.runId !== undefined) throw new TrackingError("NOT_IMPLEMENTED", "The server gives runs their ids.");
      return createRun.call(store, run);
    };
    const session = sessionOn(store);
    assert.equal((await importRuns(session, { from })).runs, 2);
    const found = await session.searchRuns({ experimentNames: ["cars"] });
    const [parent, child] = ["sweep", "elastic"].map((name) => found.find(({ info }) => info.runName === name));
    assert.equal(child?.data.tags["mlflow.parentRunId"], parent?.info.runId);
    assert.equal((await session.client.listArtifacts(child?.info.runId ?? "")).length, 3);
    const again = await importRuns(sessionOn(store), { from });
    assert.deepEqual([again.runs, again.skipped], [0, 2]);
  });

  test("whose artifact the store does not take leaves no run and is imported whole the next time", async () => {
    const from = await exported(await filled());
    const store = new MemoryStore();
    const session = sessionOn(store);
    const { artifacts } = store;
    store.artifacts = async (runId) => ({
      ...(await artifacts.call(store, runId)),
      put: () => Promise.reject(new Error("the disk is full")),
    });
    await assert.rejects(importRuns(session, { from }), /the disk is full/);
    store.artifacts = artifacts;
    assert.equal((await importRuns(session, { from })).runs + 1, 2);
    assert.deepEqual((await session.searchRuns({ experimentNames: ["cars"] })).map(({ info }) => info.runName).sort(), [
      "elastic",
      "sweep",
    ]);
  });
});

interface Part {
  path: string;
  bytes?: Uint8Array;
  /** What the directory says of it, when that is not true. */
  size?: number;
  crc?: number;
  /** It has no bytes of its own: those of the part there. */
  offset?: number;
}

/** An archive by the format's own rules, where `zipPieces` would refuse. @see APPNOTE.TXT 6.3 */
function archive(parts: readonly Part[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { path, bytes = new Uint8Array(), size = bytes.length, crc = crc32(bytes), offset } of parts) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc, 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(name.length, 22);
    const body = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, name, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset ?? at, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, place, name]));
    if (offset !== undefined) continue;
    bodies.push(body);
    at += body.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, list, end]);
}

const runId = "a".repeat(32);
const runs: Part = {
  path: "runs.json",
  bytes: Buffer.from(
    JSON.stringify({
      format: "runlab-export",
      version: 1,
      experiment: { name: "cars" },
      runs: [{ runId, runName: "one", startTime: 1, params: {}, tags: {}, metrics: {} }],
    }),
  ),
};

describe("an archive is refused, and nothing of it is added:", () => {
  const cases: Array<[title: string, content: () => Buffer, message: RegExp]> = [
    ["one that leads out of the run", () => archive([runs, { path: "../../evil.txt" }]), /invalid relative path/],
    [
      "one that leads out of the run below its folder",
      () => archive([runs, { path: `artifacts/${runId}/../../../evil.txt` }]),
      /invalid relative path/,
    ],
    ["an absolute path", () => archive([runs, { path: "/etc/passwd" }]), /absolute path/],
    ["a path of Windows", () => archive([runs, { path: `artifacts/${runId}/a\\..\\b` }]), /invalid characters/],
    [
      "a path that is written in another way",
      () => archive([runs, { path: `artifacts/${runId}/a//b` }]),
      /another way/,
    ],
    [
      "a file twice",
      () => archive([runs, { path: `artifacts/${runId}/a` }, { path: `artifacts/${runId}/a` }]),
      /'artifacts\/a+\/a' twice/,
    ],
    ["a bomb", () => archive([runs, { path: `artifacts/${runId}/a`, size: 0xfffffff0 }]), /unpack to 4,294,.*zip bomb/],
    [
      "one whose files overlap",
      () => {
        const bytes = Uint8Array.from({ length: 5000 }, (_, at) => (at * at) >> 3);
        const parts = Array.from({ length: 50 }, (_, at) => ({ path: `artifacts/${runId}/${at}`, bytes, offset: 0 }));
        return archive([runs, ...parts]);
      },
      /overlap/,
    ],
    ["one that unpacks to more than it says", () => archive([{ ...runs, size: 10 }]), /'runs.json' is damaged/],
    ["a wrong checksum", () => archive([{ ...runs, crc: 1 }]), /'runs.json' is damaged: its checksum is wrong/],
    ["one that is cut off", () => archive([runs]).subarray(0, -30), /it is not a zip file, or only a part of one\./],
    ["no archive at all", () => Buffer.from("run_id,run_name\n"), /it is not a zip file, or only a part of one\./],
    ["one of something else", () => archive([{ path: "readme.txt" }]), /no runs\.json/],
    [
      "models with fields of the wrong type",
      () => archive([runs, { path: "models.json", bytes: Buffer.from(`[{"sourceRunId":"${runId}","modelId":7}]`) }]),
      /models\.json, \[0\]\.modelId/,
    ],
    [
      "models that are no JSON",
      () => archive([runs, { path: "models.json", bytes: Buffer.from("[") }]),
      /not valid JSON/,
    ],
  ];
  for (const [at, [title, content, message]] of cases.entries()) {
    test(title, async () => {
      const from = join(folder, `refused-${at}.zip`);
      await writeFile(from, content());
      const session = sessionOn();
      await assert.rejects(importRuns(session, { from }), isError("INVALID_PARAMETER_VALUE", message));
      assert.deepEqual((await session.store.searchExperiments({ viewType: "ALL" })).length, 1);
    });
  }

  test("a damaged artifact, with its name; the run is not there in part", async () => {
    const from = join(folder, "damaged.zip");
    await writeFile(from, archive([runs, { path: `artifacts/${runId}/a`, bytes: Buffer.from("abc"), crc: 1 }]));
    const session = sessionOn();
    await assert.rejects(importRuns(session, { from }), (error: Error) =>
      /artifacts\/a+\/a' is damaged/.test(error.message),
    );
    assert.equal(await session.getExperimentByName("cars"), undefined);
  });
});

test("what cannot be read is told in the message alone: the reader's own error is not shown below it", async () => {
  for (const [file, content] of [
    ["cut.zip", "hi"],
    ["cut.json", '{"a":1'],
  ] as const) {
    const from = join(folder, file);
    await writeFile(from, content);
    await assert.rejects(importRuns(sessionOn(), { from }), (error: Error) => {
      assert.equal(error.cause, undefined);
      assert.match(error.message, /[^.]\.$/);
      return true;
    });
  }
});

test("files of an archive that belong to no run are named, and the rest is imported", async () => {
  const from = join(folder, "more.zip");
  await writeFile(from, archive([{ path: "__MACOSX/._runs.json" }, runs, { path: `artifacts/${"b".repeat(32)}/a` }]));
  const { runs: added, notes } = await importRuns(sessionOn(), { from });
  assert.equal(added, 1);
  assert.match(notes.join(), /__MACOSX\/\._runs\.json, artifacts\/b+\/ \(1\)/);
});

test("what gets much smaller is stored as it is beyond 512 MB, so that no archive of ours looks like a bomb", async () => {
  const zeros = Buffer.alloc(60 * 2 ** 20);
  async function* entries() {
    for (let at = 0; at < 20; at++) yield { path: `${at}`, content: async () => zeros };
  }
  let bytes = 0;
  for await (const piece of zipPieces(entries())) bytes += piece.length;
  assert.ok(bytes > (20 * zeros.length) / 50, String(bytes));
});

test("a failure on the way ends the export with its cause, and leaves no file", async () => {
  const session = await filled();
  const path = join(folder, "failed.zip");
  session.client.readArtifact = () => Promise.reject(new TrackingError("INTERNAL_ERROR", "The network is gone."));
  await assert.rejects(exportRuns(session, { experiment: "cars", to: path }), /The network is gone/);
  await assert.rejects(readFile(path), { code: "ENOENT" });
});

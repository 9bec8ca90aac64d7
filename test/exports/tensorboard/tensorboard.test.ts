import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import fc from "fast-check";
import type { TrackingError } from "../../../src/errors.js";
import { importedText, importRuns } from "../../../src/exports/import-runs.js";
import { newPoints } from "../../../src/exports/new-points.js";
import { crc32c } from "../../../src/exports/tensorboard/crc32c.js";
import { MemoryStore } from "../../../src/stores/memory.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import { runCli } from "../../cli/run-cli.js";
import { isError } from "../../is-error.js";
import {
  double,
  event,
  field,
  float,
  head,
  integer,
  record,
  simpleValue,
  tensorValue,
  varint,
} from "./event-writer.js";

const name = "events.out.tfevents.1700000000.host.1.0";

async function logs(t: TestContext, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-events-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, "logs", path)), { recursive: true });
    await writeFile(join(folder, "logs", path), bytes);
  }
  return join(folder, "logs");
}

const file = (...events: Uint8Array[]) => Buffer.concat([head, ...events].map(record));

interface Imported {
  notes: string[];
  runs: Record<string, Record<string, Array<[step: number, value: number, timestamp: number]>>>;
}

async function imported(from: string): Promise<Imported> {
  const store = new MemoryStore();
  const session = new TrackingSession({ resolveUri: () => store.uri, openStore: () => store });
  const { notes, experiment } = await importRuns(session, { from });
  const runs: Imported["runs"] = {};
  for (const { info, data } of await session.searchRuns({ experimentNames: [experiment] })) {
    const histories = await Promise.all(
      Object.keys(data.metrics).map(async (key) => {
        const points = await session.client.getMetricHistory(info.runId, key);
        return [key, points.map(({ step, value, timestamp }) => [step, value, timestamp])];
      }),
    );
    runs[info.runName] = Object.fromEntries(histories);
  }
  return { notes, runs };
}

test("the checksum is CRC-32C", () => {
  // RFC 3720, appendix B.4.
  const bytes = Buffer.alloc(32, 0xff);
  assert.equal(crc32c(Buffer.alloc(32), 0, 32), 0x8a9136aa);
  assert.equal(crc32c(bytes, 0, 32), 0x62a8ab43);
  assert.equal(crc32c(Buffer.from("..123456789.."), 2, 11), 0xe3069283);
});

describe("%import_runs of TensorBoard's logs", () => {
  test("makes a run of each folder, with the scalars that PyTorch and TensorFlow write", async (t) => {
    const folder = await logs(t, {
      [name]: file(event(1_700_000_001.5, 1, simpleValue("loss", 0.5))),
      [`train/${name}`]: file(
        event(1_700_000_001, 1, simpleValue("loss", 0.5), simpleValue("acc", 0.25)),
        event(1_700_000_002, 2, simpleValue("loss", Number.NaN)),
        event(1_700_000_003, -1, simpleValue("loss", Number.NEGATIVE_INFINITY)),
      ),
      [`train/validation/${name}`]: file(
        event(
          1_700_000_004,
          3,
          tensorValue("epoch_loss", Buffer.concat([integer(1, 1), field(2, ""), float(5, 1.5)]), "scalars"),
        ),
        event(
          1_700_000_005,
          4,
          tensorValue("epoch_loss", Buffer.concat([integer(1, 1), field(4, Buffer.from([0, 0, 0, 64]))])),
        ),
      ),
      "notes.txt": Buffer.from("not an event file"),
    });
    const { runs, notes } = await imported(folder);
    assert.deepEqual(notes, []);
    assert.deepEqual(runs, {
      logs: { loss: [[1, 0.5, 1_700_000_001_500]] },
      train: {
        loss: [
          [1, 0.5, 1_700_000_001_000],
          [2, Number.NaN, 1_700_000_002_000],
          [-1, Number.NEGATIVE_INFINITY, 1_700_000_003_000],
        ],
        acc: [[1, 0.25, 1_700_000_001_000]],
      },
      "train/validation": {
        epoch_loss: [
          [3, 1.5, 1_700_000_004_000],
          [4, 2, 1_700_000_005_000],
        ],
      },
    });
  });

  test("reads a scalar of every type that a tensor has", async (t) => {
    const bytes = (size: number, write: (buffer: Buffer) => void) => {
      const buffer = Buffer.alloc(size);
      write(buffer);
      return buffer;
    };
    const tensors: Record<string, Buffer> = {
      double: Buffer.concat([
        integer(1, 2),
        field(
          6,
          bytes(8, (b) => b.writeDoubleLE(0.1)),
        ),
      ]),
      "double alone": Buffer.concat([integer(1, 2), double(6, 0.1)]),
      int32: Buffer.concat([integer(1, 3), integer(7, -7)]),
      "int32 packed": Buffer.concat([integer(1, 3), field(7, varint(-7))]),
      int64: Buffer.concat([integer(1, 9), integer(10, 2n ** 53n - 1n)]),
      bool: Buffer.concat([integer(1, 10), integer(11, 1)]),
      half: Buffer.concat([integer(1, 19), integer(13, 0x3e00)]),
      bfloat16: Buffer.concat([integer(1, 14), integer(13, 0x3fc0)]),
      uint32: Buffer.concat([integer(1, 22), integer(16, 2 ** 32 - 1)]),
      "one of a list": Buffer.concat([integer(1, 1), field(2, field(2, integer(1, 1))), float(5, 2.5)]),
      zero: integer(1, 1),
      "int64 as content": Buffer.concat([
        integer(1, 9),
        field(
          4,
          bytes(8, (b) => b.writeBigInt64LE(-5n)),
        ),
      ]),
    };
    const values = Object.entries(tensors).map(([tag, tensor]) => tensorValue(tag, tensor));
    const { runs } = await imported(await logs(t, { [name]: file(event(1, 0, ...values)) }));
    assert.deepEqual(Object.fromEntries(Object.entries(runs.logs ?? {}).map(([tag, [point]]) => [tag, point?.[1]])), {
      double: 0.1,
      "double alone": 0.1,
      int32: -7,
      "int32 packed": -7,
      int64: 2 ** 53 - 1,
      bool: 1,
      half: 1.5,
      bfloat16: 1.5,
      uint32: 2 ** 32 - 1,
      "one of a list": 2.5,
      zero: 0,
      "int64 as content": -5,
    });
  });

  test("keeps the points of all files of a folder, in their order, and adds nothing the second time", async (t) => {
    const folder = await logs(t, {
      "events.out.tfevents.2.host": file(event(3, 2, simpleValue("loss", 2))),
      "events.out.tfevents.1.host": file(event(1, 1, simpleValue("loss", 1)), event(2, 2, simpleValue("loss", 1.5))),
    });
    const store = new MemoryStore();
    const session = new TrackingSession({ resolveUri: () => store.uri, openStore: () => store });
    assert.equal((await importRuns(session, { from: folder })).runs, 1);
    const again = await importRuns(session, { from: folder });
    assert.deepEqual([again.experiment, again.runs, again.skipped], ["logs", 0, 1]);
    const { runs } = await imported(folder);
    assert.deepEqual(
      runs.logs?.loss?.map(([, value]) => value),
      [1, 1.5, 2],
    );
  });

  test("says what is not a scalar, and how tags are called that no metric can have as a name", async (t) => {
    const folder = await logs(t, {
      [name]: file(
        event(
          1,
          0,
          Buffer.concat([field(1, "weights"), field(5, "…")]),
          Buffer.concat([field(1, "input"), field(4, "…")]),
        ),
        event(1, 0, tensorValue("text", Buffer.concat([integer(1, 7), field(8, "hello")]), "text")),
        event(1, 0, simpleValue("loss (train)", 1), simpleValue("loss _train_", 2), simpleValue("/a//b/", 3)),
        event(1, 0, simpleValue("x".repeat(300), 4), simpleValue("", 5)),
        Buffer.concat([double(1, 1), field(4, "graph")]),
      ),
      [`empty/${name}`]: file(),
    });
    const { runs, notes } = await imported(folder);
    assert.deepEqual(Object.keys(runs), ["logs"]);
    assert.deepEqual(
      Object.entries(runs.logs ?? {}).map(([key, [point]]) => [key, point?.[1]]),
      [
        ["loss _train_", 2],
        ["loss _train_ 2", 1],
        ["a/b", 3],
        ["x".repeat(230), 4],
        ["scalar", 5],
      ],
    );
    assert.match(notes.join("\n"), /Scalar 'loss \(train\)' of logs is metric 'loss _train_ 2'/);
    assert.match(notes.join("\n"), /empty has no scalars/);
    assert.equal(
      notes.at(-1),
      "Only scalars are imported; left out: 1 histograms, 1 images, 1 text (plugin), 1 graphs.",
    );
  });
});

describe("a damaged event file: all other records are read, and the place is told:", () => {
  const points = [1, 2, 3].map((step) => event(step, step, simpleValue("loss", step)));
  const records = [head, ...points].map(record);
  const whole = Buffer.concat(records);
  const second = (records[0]?.length ?? 0) + (records[1]?.length ?? 0);
  const changed = (at: number) => {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0x55;
    return bytes;
  };
  const cases: Array<[title: string, bytes: Buffer, steps: number[], note: RegExp]> = [
    ["data", changed(second + 14), [1, 3], new RegExp(`${name}, byte ${second}: .* wrong checksum; 4\\d bytes`)],
    ["the checksum of data", changed(second + (records[2]?.length ?? 0) - 1), [1, 3], /wrong checksum/],
    [
      "a length",
      changed(second),
      [1, 3],
      new RegExp(`byte ${second}: the length of a record has the wrong checksum; 4\\d bytes`),
    ],
    [
      "cut off in the data",
      whole.subarray(0, -3),
      [1, 2],
      /cut off, as in a file that is still being written; \d+ bytes/,
    ],
    [
      "cut off in the length",
      Buffer.concat([whole, Buffer.alloc(7)]),
      [1, 2, 3],
      new RegExp(`byte ${whole.length}: .*; 7 bytes`),
    ],
    [
      "zeros at the end",
      Buffer.concat([whole, Buffer.alloc(500)]),
      [1, 2, 3],
      new RegExp(`byte ${whole.length}: .*; 500 bytes`),
    ],
    [
      "no event in a record",
      Buffer.concat([whole, record(Buffer.from([0x2a, 0x7f]))]),
      [1, 2, 3],
      /the record is no event/,
    ],
    [
      "a time that is none",
      Buffer.concat([whole, record(event(Number.NaN, 1, simpleValue("loss", 9)))]),
      [1, 2, 3],
      /its time is NaN/,
    ],
    [
      "a step that is too large",
      Buffer.concat([whole, record(event(1, 2n ** 60n, simpleValue("loss", 9)))]),
      [1, 2, 3],
      /its step is/,
    ],
  ];
  for (const [title, bytes, steps, note] of cases) {
    test(title, async (t) => {
      const { runs, notes } = await imported(await logs(t, { [name]: bytes }));
      assert.deepEqual(
        runs.logs?.loss?.map(([step]) => step),
        steps,
      );
      assert.match(notes.join("\n"), note);
    });
  }

  test("any byte changed anywhere: no other scalar is lost, and none comes without a word", async (t) => {
    const folder = await logs(t, {});
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: whole.length - 1 }), async (at) => {
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, name), changed(at));
        const { runs, notes } = await imported(folder);
        const steps = runs.logs?.loss?.map(([step]) => step) ?? [];
        assert.ok(steps.length >= 2, `${steps}`);
        assert.equal(notes.length > 0, true);
      }),
      { numRuns: 60 },
    );
  });

  test("more places than a person reads are summed up", async (t) => {
    const broken = Array.from({ length: 30 }, () => {
      const bytes = record(event(1, 1, simpleValue("loss", 1)));
      bytes[14] = 0x7f;
      return bytes;
    });
    const { notes } = await imported(await logs(t, { [name]: Buffer.concat([whole, ...broken]) }));
    assert.equal(notes.length, 6);
    assert.match(notes.at(-1) ?? "", /30 places are damaged/);
  });
});

test("imported again, a log that has grown adds only what is new, in whichever of its files that is", async (t) => {
  const later = name.replace("1700000000", "1700000009");
  const losses = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => event(from + at, from + at, simpleValue("loss", 1 / (from + at))));
  const first = { [`a/${name}`]: file(...losses(1, 5)), [`a/${later}`]: file(...losses(20, 23)) };
  const folder = await logs(t, { ...first, [`b/${name}`]: file(event(1, 1, simpleValue("loss", Number.NaN))) });
  const store = new MemoryStore();
  const session = new TrackingSession({ resolveUri: () => store.uri, openStore: () => store });
  await importRuns(session, { from: folder });
  const [grows] = await session.searchRuns({ experimentNames: ["logs"], filterString: "attributes.run_name = 'a'" });
  const runId = grows?.info.runId ?? "";
  await session.client.logMetric(runId, "mine", 7);

  await writeFile(join(folder, "a", later), file(...losses(20, 25), event(25, 25, simpleValue("acc", 0.5))));
  // The record at the end is not whole yet.
  await writeFile(join(folder, "a", name), file(...losses(1, 7)).subarray(0, -3));
  const result = await importRuns(session, { from: folder });
  assert.deepEqual([result.runs, result.skipped, result.grown], [0, 2, { runs: 1, points: 4 }]);
  assert.match(importedText(result), /; 2 already existed; 4 new points in 1 existing run\n/);
  const steps = async (key: string) =>
    (await session.client.getMetricHistory(runId, key)).map(({ step }) => step).sort();
  assert.deepEqual(await steps("loss"), [1, 2, 20, 21, 22, 23, 24, 3, 4, 5]);
  assert.deepEqual(await steps("acc"), [25]);
  assert.deepEqual(await steps("mine"), [0]);
  const { info } = await session.client.getRun(runId);
  assert.deepEqual([info.status, info.endTime], ["FINISHED", 25_000]);

  await writeFile(join(folder, "a", name), file(...losses(1, 7)));
  assert.deepEqual((await importRuns(session, { from: folder })).grown, { runs: 1, points: 1 });
  assert.deepEqual((await importRuns(session, { from: folder })).grown, { runs: 0, points: 0 });
});

test("whatever of a file's points a run has, exactly the others are new", () => {
  const value = fc.oneof(fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 0, 1), fc.float());
  const points = fc.uniqueArray(
    fc.record({ step: fc.integer({ min: -2, max: 3 }), value, timestamp: fc.integer({ min: 0, max: 2 }) }),
    { selector: ({ step, value, timestamp }) => `${step} ${value} ${timestamp}` },
  );
  const property = fc.property(points, fc.func(fc.boolean()), (all, isStored) => {
    const stored = all.filter(isStored).reverse();
    assert.deepEqual(
      newPoints(all, stored),
      all.filter((point) => !stored.includes(point)),
    );
  });
  fc.assert(property, { seed: 14, numRuns: 500 });
});

test("a folder without event files and files without scalars are errors with a way out", async (t) => {
  const none = await logs(t, { "readme.txt": Buffer.from("x") });
  await assert.rejects(imported(none), isError("RESOURCE_DOES_NOT_EXIST", /no TensorBoard event files below/));
  for (const document of ["experiments.json", "1/meta.yaml"]) {
    const folder = await logs(t, { [document]: Buffer.from("{}") });
    await assert.rejects(imported(folder), (error: TrackingError) => {
      assert.match(error.message, /is a store of runs, not a file or a log/);
      assert.match(error.hint ?? "", /runlab copy .* <store>/);
      return true;
    });
  }
  const empty = await logs(t, { [name]: file() });
  await assert.rejects(imported(empty), isError("INVALID_PARAMETER_VALUE", /no scalars in the event files/));
  await assert.rejects(
    imported(join(empty, "missing")),
    isError("RESOURCE_DOES_NOT_EXIST", /cannot be read: there is no such/),
  );
});

test("runlab import reads them, a folder or one file", async (t) => {
  const folder = await logs(t, { [`train/${name}`]: file(event(1, 1, simpleValue("loss", 0.5))) });
  const cwd = dirname(folder);
  const result = await runCli(["import", "logs"], { cwd });
  assert.match(result.out, /Added 1 run to experiment 'logs'/);
  const one = await runCli(["import", join("logs", "train", name), "--experiment", "one"], { cwd });
  assert.match(one.out, /Added 1 run to experiment 'one'/);
  assert.deepEqual([result.code, one.code], [0, 0]);
});

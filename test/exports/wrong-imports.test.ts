import assert from "node:assert/strict";
import { constants } from "node:buffer";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { exportRuns } from "../../src/exports/export-runs.js";
import { importRuns } from "../../src/exports/import-runs.js";
import { FileStore } from "../../src/stores/file/file-store.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";
import type { TrackingStore } from "../../src/tracking/store.js";
import { isError } from "../is-error.js";

const folder = await mkdtemp(join(tmpdir(), "runlab-wrong-imports-"));
after(() => rm(folder, { recursive: true, force: true }));

let files = 0;

async function written(content: string | Uint8Array, extension: "json" | "csv" = "json"): Promise<string> {
  const path = join(folder, `${++files}.${extension}`);
  await writeFile(path, content);
  return path;
}

function sessionOn(store: TrackingStore = new MemoryStore()): TrackingSession {
  return new TrackingSession({ resolveUri: () => store.uri, openStore: () => store });
}

async function contents(session: TrackingSession): Promise<unknown> {
  const experiments = await session.store.searchExperiments({ viewType: "ALL" });
  const experimentIds = experiments.map(({ experimentId }) => experimentId);
  return { experiments, runs: await session.store.searchRuns({ experimentIds, viewType: "ALL" }) };
}

const ids = ["a", "b"].map((digit) => digit.repeat(32));

/** A valid export of two runs with something in every field. */
function example() {
  return {
    format: "runlab-export",
    version: 1,
    experiment: { experimentId: "1", name: "cars", tags: { owner: "ann" } },
    runs: ids.map((runId) => ({
      runId,
      runName: "elastic",
      status: "FINISHED",
      startTime: 1_700_000_000_000,
      endTime: 1_700_000_009_000,
      userId: "ann",
      params: { lr: "0.1" } as Record<string, unknown>,
      tags: { family: "linear", "mlflow.runName": "elastic" },
      metrics: {
        loss: [
          { step: 0, value: 0.5, timestamp: 1_700_000_000_001 },
          { step: 1, value: "NaN", timestamp: 1_700_000_000_002 },
        ],
      },
      datasetInputs: [
        {
          dataset: { name: "cars", digest: "12345678", sourceType: "local", source: "{}", schema: "{}", profile: "{}" },
          tags: { "mlflow.data.context": "training" },
        },
      ],
      modelOutputs: [{ modelId: "m-1", step: 0 }],
    })),
  };
}

/** The example with a value in the place of a field. */
function changed(path: ReadonlyArray<string | number>, value: unknown): unknown {
  const root = example();
  const last = path.at(-1) ?? "";
  const holder = path.slice(0, -1).reduce<unknown>((part, name) => Reflect.get(Object(part), name), root);
  Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true });
  return root;
}

describe("an export with a wrong field is refused by row and field, and nothing of it is added", () => {
  const inSecond = (...path: Array<string | number>) => ["runs", 1, ...path];
  const cases: Array<[title: string, path: Array<string | number>, value: unknown, message: RegExp]> = [
    ["a start that is text", inSecond("startTime"), "NaN", /^runs\[1\]\.startTime/],
    ["a start without a date", inSecond("startTime"), 1e300, /^runs\[1\]\.startTime/],
    ["a start before the epoch", inSecond("startTime"), -1, /^runs\[1\]\.startTime/],
    ["a start of half a ms", inSecond("startTime"), 0.5, /^runs\[1\]\.startTime/],
    ["an end before the start", inSecond("endTime"), 1, /^runs\[1\]\.endTime/],
    ["a param that is a number", inSecond("params", "lr"), 0.1, /^runs\[1\]\.params\.lr is the number 0\.1/],
    ["a param of 6,001 characters", inSecond("params", "lr"), "x".repeat(6001), /^runs\[1\]\.params\.lr: .*6000/],
    ["a param with half a character", inSecond("params", "lr"), "\ud83d", /^runs\[1\]\.params\.lr/],
    ["a key that leads out of a folder", inSecond("params", "../x"), "1", /^runs\[1\]\.params\["\.\.\/x"\]/],
    ["params that are a list", inSecond("params"), ["lr"], /^runs\[1\]\.params is an array/],
    ["an unknown status", inSecond("status"), "finished", /runs\[1\]\.status.*RUNNING, SCHEDULED, FINISHED/],
    ["an id that leads out of a folder", inSecond("runId"), "../../x", /^runs\[1\]\.runId/],
    ["an id that is a number", inSecond("runId"), 7, /^runs\[1\]\.runId/],
    ["an id twice", inSecond("runId"), ids[0], /^runs\[1\]\.runId.*runs\[0\]\.runId/],
    ["an empty name", inSecond("runName"), "  ", /^runs\[1\]\.runName/],
    ["a tag that is null", inSecond("tags", "family"), null, /^runs\[1\]\.tags\.family is null/],
    ["a metric that is a number", inSecond("metrics", "loss"), 1, /^runs\[1\]\.metrics\.loss is the number 1/],
    ["a metric without points", inSecond("metrics", "loss"), [], /^runs\[1\]\.metrics\.loss/],
    ["a point that is text", inSecond("metrics", "loss", 0), "1", /^runs\[1\]\.metrics\.loss\[0\]/],
    ["a value that is text", inSecond("metrics", "loss", 1, "value"), "high", /^runs\[1\]\.metrics\.loss\[1\]\.value/],
    [
      "a value of too many digits",
      inSecond("metrics", "loss", 1, "value"),
      "1e400",
      /^runs\[1\]\.metrics\.loss\[1\]\.value/,
    ],
    ["a step that is not whole", inSecond("metrics", "loss", 1, "step"), 0.5, /^runs\[1\]\.metrics\.loss: .*step/],
    ["a step beyond 2^53", inSecond("metrics", "loss", 1, "step"), 2 ** 60, /^runs\[1\]\.metrics\.loss: .*step/],
    ["a point's time without a date", inSecond("metrics", "loss", 1, "timestamp"), 1e300, /^runs\[1\]\.metrics\.loss/],
    [
      "a dataset without a digest",
      inSecond("datasetInputs", 0, "dataset", "digest"),
      undefined,
      /^runs\[1\]\.datasetInputs\[0\]\.dataset\.digest/,
    ],
    [
      "a dataset's long digest",
      inSecond("datasetInputs", 0, "dataset", "digest"),
      "1".repeat(37),
      /^runs\[1\]\.datasetInputs/,
    ],
    ["a model's step that is text", inSecond("modelOutputs", 0, "step"), "0", /^runs\[1\]\.modelOutputs\[0\]\.step/],
    ["a run that is null", ["runs", 1], null, /^runs\[1\] is null/],
    ["runs that are an object", ["runs"], {}, /^runs is an empty object/],
    ["an experiment that is text", ["experiment"], "cars", /^experiment is the text "cars"/],
    ["an experiment's empty name", ["experiment", "name"], "", /^runs\[0\]\.experimentName/],
    ["an experiment's tag that is a number", ["experiment", "tags", "owner"], 1, /^experiment\.tags\.owner/],
    ["a version that is not there yet", ["version"], 2, /version/],
  ];
  for (const [title, path, value, message] of cases) {
    test(title, async () => {
      const session = sessionOn();
      const before = await contents(session);
      const from = await written(JSON.stringify(changed(path, value)));
      await assert.rejects(importRuns(session, { from }), isError("INVALID_PARAMETER_VALUE", message));
      assert.deepEqual(await contents(session), before);
    });
  }

  test("a param nested 100,000 deep", async () => {
    const session = sessionOn();
    const before = await contents(session);
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const from = await written(JSON.stringify(example()).replace('"0.1"', deep));
    await assert.rejects(importRuns(session, { from }), isError("INVALID_PARAMETER_VALUE", /^runs\[0\]\.params\.lr/));
    assert.deepEqual(await contents(session), before);
  });

  test("a number of too many digits, which JSON reads as an infinity", async () => {
    const session = sessionOn();
    const before = await contents(session);
    const text = JSON.stringify(example());
    for (const [number, message] of [
      ["1700000000000", /runs\[0\]\.startTime/],
      ["0.5", /runs\[0\]\.metrics\.loss\[0\]\.value/],
    ] as const) {
      const from = await written(text.replace(number, "1e400"));
      await assert.rejects(importRuns(session, { from }), isError("INVALID_PARAMETER_VALUE", message));
    }
    assert.deepEqual(await contents(session), before);
  });

  test("a file that was cut off anywhere", async () => {
    const session = sessionOn();
    const before = await contents(session);
    const text = JSON.stringify(example());
    for (const length of [0, 1, 40, text.length >> 1, text.length - 1]) {
      const from = await written(text.slice(0, length));
      await assert.rejects(importRuns(session, { from }), isError("INVALID_PARAMETER_VALUE", /not valid JSON/));
    }
    assert.deepEqual(await contents(session), before);
  });

  test("a name that no file or folder has, with or without an extension", async () => {
    for (const name of ["missing", "missing.csv", "missing.json", "missing.zip", "missing.doc"]) {
      const from = join(folder, name);
      const nothing = isError("RESOURCE_DOES_NOT_EXIST", /missing.*there is no such file or folder/);
      await assert.rejects(importRuns(sessionOn(), { from }), nothing);
    }
  });

  test("a file that is not UTF-8, and one that is longer than a text can be", async () => {
    const session = sessionOn();
    const latin = await written(Buffer.from("run_id,params.a\nr1,caf\u00e9\n", "latin1"), "csv");
    await assert.rejects(importRuns(session, { from: latin }), isError("INVALID_PARAMETER_VALUE", /not UTF-8/));
    const long = await written("{");
    await truncate(long, constants.MAX_STRING_LENGTH + 1);
    await assert.rejects(importRuns(session, { from: long }), isError("INVALID_PARAMETER_VALUE", /bytes/));
  });
});

describe("a CSV with a wrong cell is refused by row and column, and nothing of it is added", () => {
  const header = "run_id,experiment_name,status,start_time,end_time,metrics.loss,params.lr,history.loss";
  const good = `${ids[0]},cars,FINISHED,2026-11-24T06:27:59.781Z,2026-11-24T06:28:00Z,0.5,0.1,`;
  const second = (cells: string) => `${header}\n${good}\n${cells}\n`;
  const id = ids[1];
  const cases: Array<[title: string, text: string, message: RegExp]> = [
    ["an unknown status", second(`${id},cars,DONE,,,,,`), /Row 3 of the CSV, status.*FINISHED/],
    ["a day that does not exist", second(`${id},cars,,2026-02-30,,,,`), /Row 3 of the CSV, start_time/],
    ["an end before the start", second(`${id},cars,,2026-02-02,2026-02-01,,,`), /Row 3 of the CSV, end_time/],
    ["a metric that is text", second(`${id},cars,,,,high,,`), /Row 3 of the CSV, metrics\.loss/],
    ["a metric of too many digits", second(`${id},cars,,,,1e400,,`), /Row 3 of the CSV, metrics\.loss/],
    ["a history that is no list", second(`${id},cars,,,,,,{}`), /Row 3 of the CSV, history\.loss/],
    [
      "a history nested 100,000 deep",
      second(`${id},cars,,,,,,${"[".repeat(1e5)}${"]".repeat(1e5)}`),
      /Row 3 of the CSV, history\.loss, point 0/,
    ],
    ["a point without a time", second(`${id},cars,,,,,,"[[1,2]]"`), /Row 3 of the CSV, history\.loss, point 0/],
    ["an id twice", second(good), /Row 3 of the CSV, run_id.*Row 2 of the CSV, run_id/],
    ["an id that leads out of a folder", second("../x,cars,,,,,,"), /Row 3 of the CSV, run_id/],
    ["another experiment", second(`${id},bikes,,,,,,`), /Row 3 of the CSV, experiment_name.*bikes.*cars/],
    ["a row below an empty line", `${header}\n${good}\n\n${id},cars,DONE,,,,,\n`, /Row 4 of the CSV, status/],
    ["a key of odd characters", `run_id,params.a;b\n${id},1\n`, /Row 2 of the CSV, params\.a;b/],
    ["a column twice", `run_id,params.a,params.a\n${id},1,2\n`, /Row 1 .*params\.a.* twice/],
    ["a row cut off", second(`${id},cars`), /Row 3 of the CSV has 2 cells/],
  ];
  for (const [title, text, message] of cases) {
    test(title, async () => {
      const session = sessionOn();
      const before = await contents(session);
      const from = await written(text, "csv");
      await assert.rejects(importRuns(session, { from }), isError("INVALID_PARAMETER_VALUE", message));
      assert.deepEqual(await contents(session), before);
    });
  }

  test("runs of several experiments come in where the user says", async () => {
    const session = sessionOn();
    const from = await written(second(`${id},bikes,,,,,,`), "csv");
    assert.equal((await importRuns(session, { from, experiment: "all" })).runs, 2);
  });

  test("infinities and NaN of Python, pandas and JavaScript are the numbers that they are", async () => {
    const session = sessionOn();
    const words = ["inf", "-inf", "Infinity", "-Infinity", "nan", "NaN", "Inf", "+inf", "1e-3", ".5", "-0"];
    const from = await written(
      `run_id,${words.map((_, at) => `metrics.m${at}`).join(",")}\n${ids[0]},${words.join(",")}\n`,
      "csv",
    );
    await importRuns(session, { from });
    const { metrics } = (await session.getRun(ids[0] ?? "")).data;
    const inf = Number.POSITIVE_INFINITY;
    assert.deepEqual(Object.values(metrics), [inf, -inf, inf, -inf, Number.NaN, Number.NaN, inf, inf, 0.001, 0.5, -0]);
  });
});

/** Every place of a value in the example. */
function placesOf(value: unknown, path: Array<string | number> = []): Array<Array<string | number>> {
  const below = Array.isArray(value)
    ? value.flatMap((item, at) => placesOf(item, [...path, at]))
    : typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]))
      : [];
  return path.length === 0 ? below : [path, ...below];
}

const oddValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    "",
    "NaN",
    "Infinity",
    "-0",
    "RUNNING",
    "2026-01-01",
    "__proto__",
    "\ud83d",
    1e300,
    -0,
    2 ** 53,
    8.64e15,
  ),
);

const stores: Record<string, () => Promise<TrackingStore>> = {
  memory: async () => new MemoryStore(),
  file: async () => new FileStore(join(await mkdtemp(join(folder, "store-")), "runlab")),
};

for (const [name, open] of Object.entries(stores)) {
  test(`any field replaced by any value: refused with the ${name} store unchanged, or read and exported again`, async () => {
    const store = await open();
    await store.createExperiment({ name: "another" });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...placesOf(example())), oddValue, async (path, value) => {
        const session = sessionOn(store);
        const before = await contents(session);
        const from = await written(JSON.stringify(changed(path, value)));
        let result: Awaited<ReturnType<typeof importRuns>>;
        try {
          result = await importRuns(session, { from });
        } catch (error) {
          const field = path.at(-1);
          isError("INVALID_PARAMETER_VALUE", typeof field === "string" ? undefined : /\[\d\]/)(error);
          assert.deepEqual(await contents(session), before);
          return;
        }
        if (result.runs === 0) return;
        // What came in is whole, and goes out and in again.
        const to = join(folder, `${++files}.json`);
        await exportRuns(session, { experiment: result.experiment, to });
        const again = sessionOn();
        const copied = await importRuns(again, { from: to });
        const others = await again.searchRuns({ experimentNames: [copied.experiment] });
        const runs = await session.searchRuns({ experimentNames: [result.experiment] });
        const data = (list: typeof runs) => list.map(({ data }) => data);
        assert.deepEqual(data(others), data(runs));
        for (const { info } of runs) {
          await session.deleteRun(info.runId);
          await store.purgeRun?.(info.runId);
        }
      }),
      { numRuns: name === "file" ? 300 : 1000 },
    );
    await store.close();
  });
}

test("any cell of a CSV replaced by any text: refused with the store unchanged, or read and exported again", async () => {
  const header = [
    "run_id",
    "run_name",
    "status",
    "start_time",
    "end_time",
    "user_id",
    "metrics.m",
    "params.p",
    "tags.t",
    "history.m",
  ];
  const row = [
    ids[0],
    "a",
    "FINISHED",
    "2026-01-01T00:00:00Z",
    "2026-01-02T00:00:00Z",
    "ann",
    "0.5",
    "1",
    "x",
    "[[0,0.5,1]]",
  ];
  const cell = fc.oneof(
    fc.string(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.constantFrom("inf", "RUNNING", "1e400"),
  );
  const quoted = (text = "") => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(fc.nat(header.length - 1), cell, async (at, text) => {
      const session = sessionOn();
      const before = await contents(session);
      const from = await written(
        `${header}\n${row.map((own, column) => quoted(column === at ? text : own)).join(",")}\n`,
        "csv",
      );
      try {
        await importRuns(session, { from, experiment: "cars" });
      } catch (error) {
        isError("INVALID_PARAMETER_VALUE", /Row 2 of the CSV/)(error);
        assert.deepEqual(await contents(session), before);
        return;
      }
      const to = join(folder, `${++files}.csv`);
      await exportRuns(session, { experiment: "cars", to });
      const again = sessionOn();
      await importRuns(again, { from: to });
      const [run] = await session.searchRuns({ experimentNames: ["cars"] });
      const [copy] = await again.searchRuns({ experimentNames: ["cars"] });
      assert.deepEqual(copy?.data, run?.data);
    }),
    { numRuns: 1000 },
  );
});

describe("an import that stops on its way", () => {
  /** A store whose disk is full from the run with that id on. */
  function failing(runId: string | undefined): MemoryStore {
    const store = new MemoryStore();
    const { updateRun } = store;
    let ended = 0;
    store.updateRun = async (id, changes) => {
      if (runId === undefined ? ++ended === 2 : id === runId) throw new Error("the disk is full");
      await updateRun.call(store, id, changes);
    };
    return store;
  }

  test("leaves whole runs, says how many, and importing again adds the rest", async () => {
    const store = failing(ids[1]);
    const session = sessionOn(store);
    const from = await written(JSON.stringify(example()));
    await assert.rejects(importRuns(session, { from }), isError("INTERNAL_ERROR", /disk is full.*1 of 2 runs/));
    const [run, ...others] = await session.searchRuns({ experimentNames: ["cars"] });
    assert.equal(others.length, 0);
    assert.deepEqual(
      [run?.info.status, run?.data.params, Object.keys(run?.data.tags ?? {})],
      ["FINISHED", { lr: "0.1" }, ["mlflow.runName", "family"]],
    );
    store.updateRun = MemoryStore.prototype.updateRun;
    const result = await importRuns(session, { from });
    assert.deepEqual([result.runs, result.skipped], [1, 1]);
  });

  test("leaves nothing when the first run fails, its experiment neither", async () => {
    const session = sessionOn(failing(ids[0]));
    const before = await contents(session);
    const from = await written(JSON.stringify(example()));
    await assert.rejects(importRuns(session, { from }), isError("INTERNAL_ERROR", /No runs were added/));
    assert.deepEqual(await contents(session), before);
  });

  test("leaves no run that has no id: importing again would add it twice", async () => {
    const session = sessionOn(failing(undefined));
    const from = await written("run_name,params.lr\na,1\nb,2\n", "csv");
    await assert.rejects(
      importRuns(session, { from, experiment: "cars" }),
      isError("INTERNAL_ERROR", /No runs were added/),
    );
    assert.equal(await session.getExperimentByName("cars"), undefined);
  });

  test("by a kill leaves a run that the next import makes whole", async () => {
    const store = new MemoryStore();
    const session = sessionOn(store);
    const from = await written(JSON.stringify(example()));
    // Nothing after this call happens in a process that is killed in it.
    const killed = new Promise<void>((resolve) => {
      store.logInputs = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    void importRuns(session, { from });
    await killed;
    store.logInputs = MemoryStore.prototype.logInputs;
    const next = sessionOn(store);
    const result = await importRuns(next, { from });
    assert.deepEqual([result.runs, result.skipped], [2, 0]);
    const run = await next.getRun(ids[0] ?? "");
    assert.deepEqual(
      [run.info.status, run.inputs.datasetInputs.length, Object.keys(run.data.tags)],
      ["FINISHED", 1, ["mlflow.runName", "family"]],
    );
  });
});

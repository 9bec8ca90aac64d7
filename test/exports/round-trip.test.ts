import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { readFormatOf, readFormats, writtenFormatOf, writtenFormats } from "../../src/exports/export-formats.js";
import { exportRuns, type TransferContext } from "../../src/exports/export-runs.js";
import { importRuns } from "../../src/exports/import-runs.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";
import { keyName, recordOf } from "../any-name.js";

const folder = await mkdtemp(join(tmpdir(), "runlab-exports-"));
after(() => rm(folder, { recursive: true, force: true }));

/** Those that are written and read back. */
const bothWays = writtenFormats.filter(({ name }) => readFormats.some((format) => format.name === name));

function newSession(): TrackingSession {
  const store = new MemoryStore();
  return new TrackingSession({ resolveUri: () => "memory:", openStore: () => store });
}

/** Two runs with everything that a file can get wrong. */
async function filled(): Promise<TrackingSession> {
  const session = newSession();
  const { client } = session;
  const { experimentId } = await session.setExperiment("cars, 1970");
  const first = await client.createRun(experimentId, {
    runName: 'elastic "a", b',
    startTime: 1_700_000_000_000,
    userId: "ann",
  });
  const id = first.info.runId;
  await client.logParams(id, {
    alpha: "0.5",
    formula: "=1+1",
    quote: "'=x",
    empty: "",
    lines: "a\r\nb",
    emoji: "🚗,é",
    minus: "-0.5",
  });
  await client.setTags(id, { family: "linear", "mlflow.note.content": "# Title\n\ntext" });
  await client.logMetrics(id, [
    { key: "loss", value: 0.25, step: 0, timestamp: 1_700_000_000_001 },
    { key: "loss", value: Number.NaN, step: 1, timestamp: 1_700_000_000_002 },
    { key: "loss", value: -0, step: -2, timestamp: 1_700_000_000_003 },
    { key: "loss", value: Number.POSITIVE_INFINITY, step: 5, timestamp: 1_700_000_000_003 },
    { key: "r2", value: 0.1 + 0.2, step: 0, timestamp: 1_700_000_000_009 },
  ]);
  await client.updateRun(id, "FINISHED", 1_700_000_009_000);
  const second = await client.createRun(experimentId, { runName: "bare", startTime: 1_700_000_100_000 });
  await client.updateRun(second.info.runId, "FAILED", 1_700_000_100_500);
  return session;
}

async function contents(session: TrackingSession): Promise<unknown> {
  const { client } = session;
  const experiment = await client.getExperimentByName("cars, 1970");
  const runs = await client.searchRuns({
    experimentIds: [experiment?.experimentId ?? ""],
    orderBy: ["start_time ASC"],
  });
  return Promise.all(
    runs.map(async ({ info, data }) => {
      const { runId, runName, status, startTime, endTime, userId } = info;
      const keys = Object.keys(data.metrics).sort();
      const points = await Promise.all(keys.map((key) => client.getMetricHistory(runId, key)));
      const { params, tags } = data;
      return { runId, runName, status, startTime, endTime, userId, params, tags, keys, points };
    }),
  );
}

for (const { name, extensions } of bothWays) {
  test(`what is exported as ${name} comes back the same, histories and odd values included`, async () => {
    const session = await filled();
    const path = join(folder, `round${extensions[0]}`);
    const result = await exportRuns(session, { to: path });
    assert.deepEqual(result, { path, runs: 2, bytes: (await stat(path)).size });
    const other = newSession();
    assert.deepEqual(await importRuns(other, { from: path }), {
      path,
      experiment: "cars, 1970",
      runs: 2,
      copied: 0,
      grown: { runs: 0, points: 0 },
      skipped: 0,
      notes: [],
    });
    assert.deepEqual(await contents(other), await contents(session));
  });

  test(`importing the same ${name} twice adds nothing`, async () => {
    const session = await filled();
    const path = join(folder, `twice${extensions[0]}`);
    await exportRuns(session, { to: path });
    assert.deepEqual(await importRuns(session, { from: path }), {
      path,
      experiment: "cars, 1970",
      runs: 0,
      copied: 0,
      grown: { runs: 0, points: 0 },
      skipped: 2,
      notes: [],
    });
  });

  test(`a run of ${name} that the store did not take whole comes with the next import`, async () => {
    const session = await filled();
    const path = join(folder, `again${extensions[0]}`);
    await exportRuns(session, { to: path });
    const other = newSession();
    const { updateRun } = other.store;
    other.store.updateRun = async () => {
      throw new Error("the disk is full");
    };
    await assert.rejects(importRuns(other, { from: path }), /the disk is full/);
    other.store.updateRun = updateRun;
    assert.deepEqual(await importRuns(other, { from: path }), {
      path,
      experiment: "cars, 1970",
      runs: 2,
      copied: 0,
      grown: { runs: 0, points: 0 },
      skipped: 0,
      notes: [],
    });
    assert.deepEqual(await contents(other), await contents(session));
  });

  test(`${name} is written only where no file is, unless forced, and leaves no part behind`, async () => {
    const session = await filled();
    const path = join(folder, `kept${extensions[0]}`);
    await writeFile(path, "mine");
    await assert.rejects(exportRuns(session, { to: path }), { code: "RESOURCE_ALREADY_EXISTS", hint: /force/ });
    assert.equal(await readFile(path, "utf8"), "mine");
    await exportRuns(session, { to: path, force: true });
    assert.notEqual(await readFile(path, "utf8"), "mine");
    assert.deepEqual(
      (await readdir(folder)).filter((file) => file.endsWith(".part")),
      [],
    );
  });
}

for (const { name, extensions } of bothWays) {
  test(`params, metrics and tags of any name come back from ${name}`, async () => {
    const path = join(folder, `names${extensions[0]}`);
    const text = fc.string({ maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        recordOf(keyName, text),
        recordOf(keyName, text),
        recordOf(keyName, fc.double()),
        async (params, tags, metrics) => {
          const session = newSession();
          const { client } = session;
          const { experimentId } = await session.setExperiment("cars, 1970");
          const { info } = await client.createRun(experimentId, { startTime: 1, tags });
          await client.logParams(info.runId, params);
          await client.logMetrics(info.runId, metrics, { step: 2, timestamp: 3 });
          await client.updateRun(info.runId, "FINISHED", 4);
          const bare = await client.createRun(experimentId, { startTime: 2 });
          await client.updateRun(bare.info.runId, "FINISHED", 4);
          await exportRuns(session, { to: path, force: true });
          const other = newSession();
          await importRuns(other, { from: path });
          assert.deepEqual(await contents(other), await contents(session));
        },
      ),
      { numRuns: 50 },
    );
  });
}

test("the default file is named for the experiment and the day, with no character that a file system refuses", async () => {
  const session = await filled();
  const { path } = await exportRuns(session, {}, { cwd: folder });
  assert.match(path.slice(folder.length + 1), /^cars-1970-\d{4}-\d\d-\d\d\.json$/);
});

test("runs are chosen by name, by id and by a filter", async () => {
  const session = await filled();
  const path = join(folder, "chosen.json");
  const names = async () =>
    (JSON.parse(await readFile(path, "utf8")) as { runs: Array<{ runName: string }> }).runs.map((run) => run.runName);
  await exportRuns(session, { to: path, runs: ["bare"] });
  assert.deepEqual(await names(), ["bare"]);
  await exportRuns(session, { to: path, where: "params.alpha = '0.5'", force: true });
  assert.deepEqual(await names(), ['elastic "a", b']);
});

test("an unknown run, experiment, format or folder is told with a way out", async () => {
  const session = await filled();
  const to = join(folder, "never.json");
  await assert.rejects(exportRuns(session, { to, runs: ["bear"] }), {
    code: "RESOURCE_DOES_NOT_EXIST",
    hint: /'bare'/,
  });
  await assert.rejects(exportRuns(session, { to, experiment: "carz" }), {
    code: "RESOURCE_DOES_NOT_EXIST",
    message: /'carz'/,
  });
  await assert.rejects(exportRuns(session, { to: join(folder, "x.xlsx") }), {
    hint: "Use a path that ends in .json, .csv, .parquet, .html, .htm or .zip, or set the option format to json, csv, parquet, html, zip or mlruns.",
  });
  await assert.rejects(exportRuns(session, { to: join(folder, "no", "x.json") }), /cannot be written/);
  await assert.rejects(exportRuns(session, { to, where: "metrics.loss < 0" }), /There is no run/);
});

test("a file that is no export is refused and names the place", async () => {
  const session = newSession();
  const bad = async (name: string, text: string, message: RegExp) => {
    const from = join(folder, name);
    await writeFile(from, text);
    await assert.rejects(importRuns(session, { from }), (error: Error) => message.test(error.message));
  };
  await bad("a.json", "{", /not valid JSON/);
  await bad("b.json", `{"runs": []}`, /does not contain exported runs/);
  await bad("c.json", `{"format":"runlab-export","version":99,"runs":[]}`, /version the number 99/);
  await bad(
    "d.json",
    `{"format":"runlab-export","version":1,"runs":[{"metrics":{"m":[{"step":0}]}}]}`,
    /runs\[0\]\.metrics\.m\[0\]/,
  );
  await bad("e.csv", "x,y\n1,2\n", /no run columns/);
  await bad("f.csv", "run_id,params.a\nonly\n", /Row 2 .* 1 cells, but the header has 2/);
  await bad("g.csv", `run_id,params.a\n"abc,1\n`, /row 2 .*never closed/);
  await bad("h.csv", "run_id,metrics.m\nr1,high\n", /Row 2 .*metrics\.m is 'high'/);
});

test("what MLflow's search_runs().to_csv() writes is read", async () => {
  const session = newSession();
  const from = join(folder, "mlflow.csv");
  const id = "0123456789abcdef0123456789abcdef";
  await writeFile(
    from,
    `run_id,experiment_id,status,artifact_uri,start_time,end_time,metrics.rmse,params.alpha,params.l1,tags.mlflow.runName\n${id},1,FINISHED,file:///x,2026-11-24 06:27:59.781000+00:00,2026-11-24 06:28:00+00:00,0.5,0.2,,calm-bee-7\n`,
  );
  await importRuns(session, { from });
  const run = await session.getRun(id);
  assert.equal(run.info.runName, "calm-bee-7");
  assert.equal(run.info.startTime, Date.UTC(2026, 10, 24, 6, 27, 59, 781));
  assert.deepEqual(run.data.params, { alpha: "0.2" });
  assert.deepEqual(run.data.metrics, { rmse: 0.5 });
  assert.equal((await session.getExperimentByName("mlflow"))?.name, "mlflow");
});

test("every format says by itself what it is called, what it holds, and which files are its own", () => {
  assert.deepEqual(
    writtenFormats.map(({ name }) => name),
    ["json", "csv", "parquet", "html", "zip", "mlruns"],
  );
  for (const format of [...writtenFormats, ...readFormats]) assert.match(format.doc, /^[a-z]/);
  for (const format of writtenFormats) {
    for (const extension of format.extensions) assert.equal(writtenFormatOf(`runs${extension.toUpperCase()}`), format);
    assert.equal(writtenFormatOf("runs.unknown", format.name), format);
  }
  for (const format of readFormats) {
    for (const extension of format.extensions)
      assert.equal(readFormatOf(`runs${extension.toUpperCase()}`, false), format);
    assert.equal(readFormatOf("runs.unknown", false, format.name), format);
  }
});

test("a format that is only written is not read, and the other way round; the error says which can", () => {
  const hint = /\.json, \.csv, \.parquet or \.zip/;
  assert.throws(() => readFormatOf("runs.html", false), { message: /can only be exported/, hint });
  assert.throws(() => writtenFormatOf("runs", "tensorboard"), { message: /can only be imported/, hint: /\.html/ });
});

test("html is the report of the runs, and says so in its title", async () => {
  const session = await filled();
  const path = join(folder, "runs.html");
  await exportRuns(session, { to: path });
  const page = await readFile(path, "utf8");
  assert.match(page, /<title>Report: cars, 1970<\/title>/);
  assert.match(page, /bare/);
});

test("an export says how far it is, run by run, and a failing one ends its progress too", async () => {
  const session = await filled();
  for (const { name, extensions, writeFolder } of writtenFormats) {
    const path = join(folder, writeFolder === undefined ? `progress${extensions[0]}` : name);
    let total: number | undefined;
    let done = 0;
    let ended = 0;
    const startProgress: TransferContext["startProgress"] = (options) => {
      total = options.total;
      const advance = (count = 1) => {
        done += count;
      };
      return { advance, end: () => void ended++ };
    };
    await exportRuns(session, { to: path }, { startProgress });
    assert.deepEqual([name, total, done, ended], [name, 2, 2, 1]);
    // To a folder runs are added.
    if (writeFolder !== undefined) await exportRuns(session, { to: path }, { startProgress });
    else
      await assert.rejects(exportRuns(session, { to: path }, { startProgress }), { code: "RESOURCE_ALREADY_EXISTS" });
    assert.equal(ended, 2);
  }
});

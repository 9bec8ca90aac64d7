import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { RunlabError } from "../../src/errors.js";
import type { TrackingSession } from "../../src/tracking/session.js";
import type { Run } from "../../src/tracking/types.js";
import { isError } from "../is-error.js";
import { newSession } from "./new-session.js";

/** As JavaScript calls it, and TypeScript with a value of type any: what a log call is given has no type. */
type Call = (value: never) => Promise<unknown>;

let session: TrackingSession;

beforeEach(() => {
  session = newSession();
});

/** Every log call, with the value in each place that takes one. */
const calls: Record<string, Call> = {
  logMetric: (value) => session.logMetric("m", value),
  "logMetric in an array": (value) => session.logMetric("m", [1, value]),
  "logMetric in an object": (value) => session.logMetric("m", { a: { b: value } }),
  "logMetric's options": (value) => session.logMetric("m", 1, value),
  "logMetric's step": (value) => session.logMetric("m", 1, { step: value }),
  "logMetric's timestamp": (value) => session.logMetric("m", 1, { timestamp: value }),
  logMetrics: (value) => session.logMetrics(value),
  "logMetrics in an object": (value) => session.logMetrics({ m: value }),
  "logMetrics in a series": (value) => session.logMetrics([value]),
  "logMetrics, a point's value": (value) => session.logMetrics([{ key: "m", value }]),
  logParam: (value) => session.logParam("p", value),
  "logParam in an object": (value) => session.logParam("p", { a: [value] }),
  logParams: (value) => session.logParams(value),
  "logParams in an object": (value) => session.logParams({ p: value }),
  setTag: (value) => session.setTag("t", value),
  setTags: (value) => session.setTags(value),
  "setTags in an object": (value) => session.setTags({ t: value }),
  setRunName: (value) => session.setRunName(value),
  logText: (value) => session.logText(value, "a.txt"),
  logDict: (value) => session.logDict(value, "a.json"),
  "logDict in an object": (value) => session.logDict({ a: [value] }, "a.json"),
  logTable: (value) => session.logTable(value, "t.json"),
  "logTable, a row": (value) => session.logTable([value], "t.json"),
  "logTable, a cell": (value) => session.logTable([{ a: value }], "t.json"),
  "logTable, a column": (value) => session.logTable({ a: value }, "t.json"),
  logFigure: (value) => session.logFigure(value, "f.json"),
  "logFigure as SVG": (value) => session.logFigure(value, "f.svg"),
  "logFigure in a spec": (value) => session.logFigure({ mark: value }, "f.json"),
  logImage: (value) => session.logImage(value, "i.png"),
  "logImage's place": (value) => session.logImage(Buffer.from("iVBORw0KGgo=", "base64"), value),
  logInput: (value) => session.logInput(value),
  "logInput's name": (value) => session.logInput({ name: value, digest: "1" }),
  "logInput's data": (value) => session.logInput({ name: "d", data: value }),
  "logInput, a cell": (value) => session.logInput({ name: "d", data: [{ a: value }] }),
  "logInput, a column": (value) => session.logInput({ name: "d", data: { a: value } }),
  "logInput's source": (value) => session.logInput({ name: "d", digest: "1", source: value }),
  "logInput's tag": (value) => session.logInput({ name: "d", digest: "1", tags: { a: value } }),
  logArtifact: (value) => session.logArtifact(value),
  logArtifacts: (value) => session.logArtifacts(value),
  "a key": (value) => session.logParam(value, 1),
  "a metric's key": (value) => session.logMetric(value, 1),
  "a metric's key, of an object": (value) => session.logMetric(value, { a: 1 }),
  "a tag's key": (value) => session.setTag(value, 1),
  "a file's path": (value) => session.logText("a", value),
  "a folder's path": (value) => session.logArtifact("package.json", value),
  startRun: (value) => session.startRun(value, () => 0),
  "startRun's tag": (value) => session.startRun({ nested: true, tags: { a: value } }, () => 0),
  "startRun's tags": (value) => session.startRun({ nested: true, tags: value }, () => 0),
  "startRun's name": (value) => session.startRun({ nested: true, runName: value }, () => 0),
  setExperimentTag: (value) => session.setExperimentTag("t", value),
  setExperiment: (value) => session.setExperiment(value),
  createExperiment: (value) => session.createExperiment(value),
  "an experiment's tags": (value) => session.createExperiment("e", { tags: value }),
  getRun: (value) => session.getRun(value),
  searchRuns: (value) => session.searchRuns(value),
  "searchRuns' filter": (value) => session.searchRuns({ filterString: value }),
  "a model's description": (value) => session.client.createRegisteredModel("m", { description: value }),
  "a model's tag": (value) => session.client.createRegisteredModel("m", { tags: { a: value } }),
  logOutputs: (value) => session.client.logOutputs("0".repeat(32), value),
};

/** Places by what they take. */
const numbers = places(/^logMetric( in|$)|logMetrics in an object|point's value/);
const records = ["logMetrics", "logParams", "setTags"];
const tables = places(/, a row|, a column|in a series/);
const options = ["logMetric's options", "startRun", "searchRuns", "logInput"];
const pictures = ["logFigure", "logFigure as SVG", "logImage", "logImage's place"];
const texts = places(/name$|path$|key|^setRunName|^logText|^logArtifact|^createExp|filter|source|description/);
/** What may be left out, or is one thing with null. */
const optional = places(
  /options$|step$|timestamp$|^startRun|an experiment's tags|a folder's path|^searchRuns|logInput's data|source|description/,
);

function places(like: RegExp): string[] {
  return Object.keys(calls).filter((place) => like.test(place));
}

describe("a promise that nobody awaited", () => {
  for (const [name, call] of Object.entries(calls)) {
    for (const [state, active] of [
      ["with", true],
      ["without", false],
    ] as const) {
      test(`is an error of ${name} that says so, ${state} an active run, and nothing is logged`, async () => {
        if (active) await session.startRun({ runName: "open" });
        const before = await contents();
        await refused(call(Promise.resolve({ lr: 0.1 }) as never), /Promise\b.*await/);
        assert.deepEqual(await contents(), before);
      });
    }
  }
});

const held: Array<[name: string, value: unknown, type: RegExp]> = [
  ["a Map", new Map([["lr", 0.1]]), /a Map/],
  ["a Set", new Set([1]), /a Set/],
  ["a Date", new Date(0), /a Date/],
  ["a boxed number", Object(0.5), /a Number object/],
  ["a RegExp", /a/, /a RegExp/],
  ["an Error", new Error("x"), /an Error/],
  ["a DataView", new DataView(new ArrayBuffer(8)), /a DataView/],
];
const present = Object.keys(calls).filter(
  (place) => !optional.includes(place) && !/in an object|in a spec|cell/.test(place),
);
const wrong: Array<[name: string, value: unknown, type: RegExp, places: readonly string[]]> = [
  ...held.map(([name, value, type]): (typeof wrong)[number] => {
    return [name, value, type, [...numbers, ...records, ...tables, ...options, ...pictures, ...texts]];
  }),
  ["an array", [], /an empty array/, ["logParams", "setTags", ...options, ...pictures, ...texts]],
  ["an empty object", {}, /an empty object/, [...numbers, ...records, ...texts]],
  [
    "a text",
    "lr=0.1",
    /the text "lr=0.1"/,
    [...numbers, ...records, ...tables, ...options, "logFigure", "logTable", "logImage"],
  ],
  ["a number", 5, /the number 5/, [...records, ...tables, ...options, ...pictures, ...texts, "logTable"]],
  [
    "null",
    null,
    /null/,
    [...numbers, ...records, ...tables, ...options, ...pictures, ...texts.filter((place) => !optional.includes(place))],
  ],
  // A function alone is the body of a run without options.
  ["a function", Math.tanh, /the function tanh/, Object.keys(calls).filter((place) => place !== "startRun")],
  ["a symbol", Symbol("s"), /the symbol Symbol\(s\)/, Object.keys(calls)],
  ["undefined", undefined, /undefined/, present],
];

describe("a value of the wrong type", () => {
  for (const [name, value, type, refusing] of wrong) {
    test(`${name} is an error that names the type, in ${refusing.length} places`, async () => {
      await session.startRun({ runName: "open" });
      const before = await contents();
      for (const place of refusing) {
        const call = calls[place];
        assert.ok(call, place);
        await refused(call(value as never), type, place);
      }
      assert.deepEqual(await contents(), before);
    });
  }

  test("a metric that has no digits for a BigInt is refused, one that has them is kept", async () => {
    await session.logMetric("exact", 2n ** 60n);
    await assert.rejects(
      session.logMetric("m", 2n ** 60n + 1n),
      isError("INVALID_PARAMETER_VALUE", /1152921504606846977n/),
    );
    await assert.rejects(session.logMetric("m", 10n ** 400n), isError("INVALID_PARAMETER_VALUE", /BigInt/));
    assert.deepEqual((await session.lastActiveRun())?.data.metrics, { exact: 2 ** 60 });
  });

  test("an empty array of numbers, or a hole in one, is refused", async () => {
    await assert.rejects(session.logMetric("m", []), isError("INVALID_PARAMETER_VALUE", /an empty array/));
    await assert.rejects(session.logMetrics([]), isError("INVALID_PARAMETER_VALUE", /empty/));
    await assert.rejects(
      session.logMetric("m", new Array(2)),
      isError("INVALID_PARAMETER_VALUE", /undefined for metric 'm\[0\]'/),
    );
    assert.equal(session.activeRun(), undefined, "a call that is refused starts no run");
  });

  test("a time that has no date is refused", async () => {
    for (const timestamp of [1e300, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await assert.rejects(session.logMetric("m", 1, { timestamp }), isError("INVALID_PARAMETER_VALUE", /timestamp/));
      await assert.rejects(
        session.client.createRun("0", { startTime: timestamp }),
        isError("INVALID_PARAMETER_VALUE", /start time/),
      );
    }
  });
});

test("a call that starts its run logs the value as it was, whatever becomes of it meanwhile", async () => {
  const config = { lr: 0.1, layers: [1] };
  const rows = [{ a: [1] }];
  const bytes = Buffer.from("iVBORw0KGgo=", "base64");
  const losses = [3, 2];
  session.logParams(config);
  session.logDict(config, "config.json");
  session.logTable(rows, "rows.json");
  session.logInput({ name: "rows", data: rows });
  session.logImage(bytes, "i.png");
  session.logMetric("loss", losses);
  session.logFigure({ data: { values: rows }, mark: "point" }, "f.json");
  config.lr = 0.2;
  config.layers.push(2);
  rows[0]?.a.push(2);
  bytes.fill(0);
  losses.push(1);
  await session.settle();
  const run = await session.lastActiveRun();
  assert.deepEqual(run?.data.params, { lr: "0.1", layers: "[1]" });
  assert.deepEqual(JSON.parse(await file(run, "config.json")), { lr: 0.1, layers: [1] });
  assert.deepEqual(JSON.parse(await file(run, "rows.json")), { columns: ["a"], data: [[[1]]] });
  assert.deepEqual(JSON.parse(await file(run, "f.json")), { data: { values: [{ a: [1] }] }, mark: "point" });
  assert.equal((await session.client.readArtifact(run?.info.runId ?? "", "i.png"))[0], 0x89);
  assert.equal((await session.getMetricHistory(run?.info.runId ?? "", "loss")).length, 2);
  const digest = run?.inputs.datasetInputs[0]?.dataset.digest;
  await session.logInput({ name: "again", data: [{ a: [1] }] });
  assert.equal((await session.lastActiveRun())?.inputs.datasetInputs[1]?.dataset.digest, digest);
});

test("a table on an active run is logged as it was, too", async () => {
  await session.startRun();
  const rows = [{ a: [1] }];
  const logged = session.logTable(rows, "rows.json");
  rows[0]?.a.push(2);
  await logged;
  assert.deepEqual(JSON.parse(await file(await session.lastActiveRun(), "rows.json")), {
    columns: ["a"],
    data: [[[1]]],
  });
});

test("a value beyond MLflow's limit is cut at whole characters, which is said; or refused when the user says so", async (t) => {
  const said: string[] = [];
  session = newSession(said);
  await session.startRun();
  await session.logParam("p", "🚗".repeat(6001));
  await session.setTag("t", "🚗".repeat(8000));
  const { data } = (await session.lastActiveRun()) ?? {};
  assert.equal(data?.params.p, "🚗".repeat(6000));
  assert.equal(data?.tags.t, "🚗".repeat(8000));
  assert.equal(said.filter((line) => /'p'.*\(6001 characters\) is truncated to 6000 characters/.test(line)).length, 1);
  process.env.MLFLOW_TRUNCATE_LONG_VALUES = "false";
  t.after(() => delete process.env.MLFLOW_TRUNCATE_LONG_VALUES);
  await assert.rejects(session.logParam("q", "x".repeat(6001)), isError("INVALID_PARAMETER_VALUE", /6000 characters/));
});

async function refused(call: Promise<unknown>, type: RegExp, place = ""): Promise<void> {
  const error: unknown = await call.then(
    () => assert.fail(`${place} took it`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RunlabError, `${place}: ${String(error)}`);
  assert.equal(error.code, "INVALID_PARAMETER_VALUE", `${place}: ${error.message}`);
  assert.match(error.message, type, `${place}: ${error.message}`);
}

/** All that the store holds of runs and experiments. */
async function contents(): Promise<unknown> {
  const { store } = session;
  const experiments = await store.searchExperiments({ viewType: "ALL" });
  const runs = await store.searchRuns({
    experimentIds: experiments.map(({ experimentId }) => experimentId),
    viewType: "ALL",
  });
  const files = await Promise.all(runs.map(async ({ info }) => (await store.artifacts(info.runId)).list()));
  return { experiments, runs, files, models: await store.registry.searchRegisteredModels({}) };
}

async function file(run: Run | undefined, path: string): Promise<string> {
  return Buffer.from(await session.client.readArtifact(run?.info.runId ?? "", path)).toString();
}

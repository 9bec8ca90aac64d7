import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { checkStore } from "../../../src/stores/file/check/check-store.js";
import { fixStore } from "../../../src/stores/file/check/fix-store.js";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { indexLine } from "../../../src/stores/file/run-index.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { makeSampleStore, type SampleStore } from "./sample-store.js";

let folder: string;
let template: string;
let root: string;
let sample: SampleStore;
let sound: Awaited<ReturnType<typeof look>>;
const warnings: string[] = [];
const onWarning = (warning: Error) => warnings.push(warning.message);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-hostile-"));
  template = join(folder, "template");
  root = join(folder, "runlab");
  sample = await makeSampleStore(template);
  process.on("warning", onWarning);
  reset();
  sound = await look();
  assert.deepEqual([...sound.runs.keys()].sort(), [sample.full, sample.other, sample.deleted, sample.open].sort());
  assert.deepEqual([checkStore(root).problems, warnings], [[], []]);
});

after(async () => {
  process.off("warning", onWarning);
  await sample.client.store.close();
  await rm(folder, { recursive: true });
});

test("any field of any document may hold any value: it is named, the rest works, nothing is overwritten, and it can be fixed", async () => {
  const property = fc.asyncProperty(fc.constantFrom(...places()), replacement, async (place, value) => {
    reset();
    const damage = putIn(place, value);
    await checkDamage(place.file, damage.named ? place.path : undefined);
  });
  await fc.assert(property, { seed: 16, numRuns: 400 });
});

test("a document that is cut off or garbled is named, the rest works, nothing is overwritten, and it can be fixed", async () => {
  const change = fc.record({
    file: fc.constantFrom(...documents()),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    length: fc.constantFrom(0, 1, 7, 1000, Number.POSITIVE_INFINITY),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.constantFrom(Buffer.from("\n"), Buffer.from("\0"), Buffer.from("}{")),
    ),
  });
  const property = fc.asyncProperty(change, async ({ file, at, length, bytes }) => {
    reset();
    const text = readFileSync(join(root, file));
    const start = Math.floor(at * text.length);
    const rest = text.subarray(Math.min(text.length, start + length));
    writeFileSync(join(root, file), Buffer.concat([text.subarray(0, start), bytes, rest]));
    await checkDamage(file, undefined);
  });
  await fc.assert(property, { seed: 16, numRuns: 200 });
});

test("an id that is not a number, or too large to count on from, never yields another id and is repaired", async () => {
  const ids = [["x"], -1, 0.5, 1e23, Number("9".repeat(23)), 2 ** 53, "7", null, true];
  for (const last of ids) {
    reset();
    putIn({ file: "experiments.json", line: 0, path: ["last_experiment_id"] }, last);
    await assertRefused("last_experiment_id");
    await fixStore(root);
    assert.equal(await nextId(), "4");
  }
  for (const id of ["x", "-1", "0.5", "1e3", "007", "9".repeat(23), "9".repeat(300), 7, Number.NaN]) {
    reset();
    putIn({ file: "experiments.json", line: 0, path: ["experiments", "2", "experiment_id"] }, id);
    await assertRefused("experiments[2].experiment_id");
    await fixStore(root);
    assert.equal(await nextId(), "4");
  }
});

test("the highest number that can be counted is the last one that is given", async () => {
  reset();
  putIn({ file: "experiments.json", line: 0, path: ["last_experiment_id"] }, Number.MAX_SAFE_INTEGER - 1);
  assert.equal(await nextId(), String(Number.MAX_SAFE_INTEGER));
  await assert.rejects(nextId("one more"), { code: "RESOURCE_EXHAUSTED" });
  assert.deepEqual(checkStore(root).problems, []);
});

test("a folder of runs whose experiment is not listed is not given to a new experiment", async () => {
  reset();
  cpSync(join(root, "1"), join(root, "8"), { recursive: true });
  assert.equal(await nextId(), "9");
});

test("two experiments of one id, and two of one name, are told apart and repaired", async () => {
  for (const [field, value] of [
    ["experiment_id", "1"],
    ["name", "cars"],
  ] as const) {
    reset();
    putIn({ file: "experiments.json", line: 0, path: ["experiments", "2", field] }, value);
    const names = (await look()).experiments.map(({ name }) => name);
    assert.equal(new Set(names).size, 4, names.join());
    await assertRefused(`experiments[2].${field}`);
    assert.deepEqual(
      (await fixStore(root)).problems.map(({ outcome }) => outcome),
      ["fixed"],
    );
    assert.equal(await nextId(), "4");
  }
});

test("a version without its registered model, and a model that has given a number twice, are repaired", async () => {
  reset();
  const path = join(root, "models.json");
  const document = JSON.parse(readFileSync(path, "utf8"));
  rmSync(join(root, ".models.json.copy"));
  document.registered_models = document.registered_models.filter(({ name }: { name: string }) => name !== "Bikes");
  document.registered_models[0].last_version = 0;
  writeFileSync(path, JSON.stringify(document));
  assert.deepEqual((await look()).models.map(({ name }) => name).sort(), ["Bikes", "Cars"]);
  await fixStore(root);
  const client = new TrackingClient(new FileStore(root));
  const { version } = await client.createModelVersion("Cars", "models:/m-1", { runId: sample.full });
  assert.equal(version, "3");
  await client.store.close();
});

test("the index is derived: whatever a line of it holds, the runs are what their documents say", async () => {
  const store = join(folder, "indexed");
  const { client, full } = await makeSampleStore(store);
  const path = join(store, "1", ".index");
  const lines = readFileSync(path, "utf8").split("\n");
  const at = lines.findLastIndex((line) => line.startsWith(`${full} `) && line.endsWith("}"));
  const [, , stamp = "", ...json] = (lines[at] ?? "").split(" ");
  const document = { whole: JSON.parse(json.join(" ")) };
  const runs = async () => {
    const reader = new TrackingClient(new FileStore(store));
    const found = await reader.searchRuns({ experimentIds: ["1"] });
    await reader.store.close();
    return found.find(({ info }) => info.runId === full);
  };
  const expected = await runs();
  for (const path of pathsIn(document.whole)) {
    for (const value of [null, 0.5, "x", [], { a: 1 }]) {
      const changed = structuredClone(document);
      // A point's value may be a number and the name of one.
      if (!set(changed, ["whole", ...path], value) || path.slice(-2).join() === "last,1") continue;
      // A checksum that fits does not make it true.
      lines[at] = indexLine(full, stamp, JSON.stringify(changed.whole)).trimEnd();
      writeFileSync(join(store, "1", ".index"), lines.join("\n"));
      assert.deepEqual(await runs(), expected, `${path.join(".")} = ${JSON.stringify(value)}`);
    }
  }
  writeFileSync(path, `${full} ${stamp}\n${full}\n\n \0${full} ${stamp} {"__proto__":{}}\n`);
  assert.deepEqual(await runs(), expected);
  await client.store.close();
});

test("the log of changes is derived: a line that names no run makes readers look at everything", async () => {
  reset();
  const [reader, writer] = [new TrackingClient(new FileStore(root)), new TrackingClient(new FileStore(root))];
  const count = async () => (await reader.searchRuns({ experimentIds: ["1"] })).length;
  assert.equal(await count(), 3);
  for (const line of ["../../etc/passwd", "1/../2", "x", "1e300/a", "1/a/b", "\0", "", "__proto__/x"]) {
    const before = await count();
    writeFileSync(join(root, ".changes"), `${line}\n`, { flag: "a" });
    await writer.createRun("1");
    assert.equal(await count(), before + 1, line);
  }
  await reader.store.close();
  await writer.store.close();
});

/** Reads, lists, checks and repairs the store. @param field - damaged for certain: it must be named */
async function checkDamage(file: string, field: readonly string[] | undefined): Promise<void> {
  const damagedBytes = readFileSync(join(root, file));
  warnings.length = 0;
  const seen = await look();
  const { problems } = checkStore(root);
  const named = problems.filter(({ path, what }) => path === file || what.includes(file));
  if (field !== undefined) {
    assert.ok(named.length > 0, "doctor names it");
    assert.ok(warnings.join("\n").includes(file), "a warning names it");
    const key = field.at(-1);
    if (key !== undefined && key !== "schema_version") {
      const shown = /^\d+$/.test(key) ? `[${key}]` : key.slice(0, 60);
      assert.ok(named.some(({ what }) => what.includes(shown)) && warnings.join().includes(shown), `${shown} is named`);
    }
  }
  if (warnings.length > 0) {
    assert.deepEqual(readFileSync(join(root, file)), damagedBytes, "it is left as it is");
    const own = /^1\/(\w+)\//.exec(file)?.[1];
    for (const [runId, run] of sound.runs) if (runId !== own) assert.deepEqual(seen.runs.get(runId), run);
    if (file !== "experiments.json") assert.deepEqual(seen.experiments, sound.experiments);
    if (file !== "models.json") assert.deepEqual([seen.models, seen.logged], [sound.models, sound.logged]);
  }
  const fixed = await fixStore(root);
  const newer = (what: string) => /schema version \d+; /.test(what);
  const failed = fixed.problems.filter(({ problem, outcome }) => outcome !== "fixed" && !newer(problem.what));
  assert.deepEqual(failed, []);
  if (named.some(({ what, status }) => status === "problem" && !newer(what) && what.includes("is damaged"))) {
    assert.ok(
      asideOf(file).some((bytes) => bytes.equals(damagedBytes)),
      "what was damaged is kept",
    );
  }
  if (fixed.problems.some(({ outcome }) => outcome === "left")) return;
  warnings.length = 0;
  const client = new TrackingClient(new FileStore(root));
  const experimentId = await client.createExperiment("new");
  assert.ok(Number.isSafeInteger(Number(experimentId)) && Number(experimentId) > 3, experimentId);
  await client.endRun((await client.createRun(experimentId)).info.runId);
  await client.createRegisteredModel("New");
  await client.store.close();
  await look();
  assert.deepEqual([warnings, checkStore(root).problems], [[], []]);
}

/** Everything that a person can list, search and read. It never throws, whatever is damaged. */
async function look() {
  const client = new TrackingClient(new FileStore(root));
  try {
    const experiments = await client.searchExperiments({ viewType: "ALL" });
    const experimentIds = experiments.map(({ experimentId }) => experimentId);
    const found = await client.searchRuns({ experimentIds, viewType: "ALL" });
    await client.searchRuns({
      experimentIds,
      filterString: "params.lr = '0.2' and metrics.loss > 0 and tags.kind != 'x'",
    });
    const runs = new Map(found.map((run) => [run.info.runId, run]));
    assert.equal(runs.size, found.length, "no run is listed twice");
    for (const runId of runs.keys()) await client.getMetricHistory(runId, "loss");
    const models = await client.searchRegisteredModels();
    for (const { name, version } of await client.searchModelVersions()) await client.getModelVersion(name, version);
    const logged = await client.searchLoggedModels();
    await new Promise((resolve) => setImmediate(resolve));
    return { experiments, runs, models, logged };
  } finally {
    await client.store.close();
  }
}

async function nextId(name = "new"): Promise<string> {
  const client = new TrackingClient(new FileStore(root));
  try {
    return await client.createExperiment(name);
  } finally {
    await client.store.close();
  }
}

/** A change of the experiments is refused with the field, and changes nothing. */
async function assertRefused(field: string): Promise<void> {
  const path = join(root, "experiments.json");
  const bytes = readFileSync(path);
  await assert.rejects(nextId(), (error: Error & { code?: string }) => {
    assert.deepEqual([error.code, error.message.includes(`${field}: expected`)], ["DATA_LOSS", true], error.message);
    return true;
  });
  assert.deepEqual(readFileSync(path), bytes);
}

/** A fresh copy of the sound store. */
function reset(): void {
  rmSync(root, { recursive: true, force: true });
  cpSync(template, root, { recursive: true });
}

function documents(): string[] {
  const runs = [sample.full, sample.other, sample.open].map((runId) => `1/${runId}`);
  const files = runs.flatMap((run) => [`${run}/run.json`, `${run}/run.journal`]);
  return [...files, "experiments.json", "models.json"].filter((file) => existsSync(join(template, file)));
}

interface Place {
  /** Relative to the store. */
  file: string;
  /** Of a journal; else 0. */
  line: number;
  path: readonly string[];
}

/** Every field of every document, at any depth, the document itself too. */
function places(): Place[] {
  return documents().flatMap((file) =>
    linesOf(file).flatMap((json, line) => pathsIn(JSON.parse(json)).map((path) => ({ file, line, path }))),
  );
}

function pathsIn(value: unknown, path: readonly string[] = []): Array<readonly string[]> {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))];
}

function linesOf(file: string): string[] {
  const text = readFileSync(join(template, file), "utf8");
  return file.endsWith("run.journal") ? text.trimEnd().split("\n") : [text];
}

/** Puts `value` in the place of a field. @returns whether no such field can hold it */
function putIn({ file, line, path }: Place, value: unknown): { named: boolean } {
  const lines = linesOf(file);
  const journal = file.endsWith("run.journal");
  const holder = { whole: JSON.parse(lines[line] ?? "") as unknown };
  const differs = set(holder, ["whole", ...path], value);
  lines[line] = (JSON.stringify(holder.whole, null, journal ? 0 : 1) ?? "").replaceAll('"1e400"', "1e400");
  writeFileSync(join(root, file), `${lines.join("\n")}${journal ? "\n" : ""}`);
  const field = path.at(-1) ?? "";
  const nullable = journal && /_time$/.test(field) && (value === null || typeof value === "number");
  // A point's value that JSON lacks is its name.
  const named = value === "NaN" && field === "1" && path.at(-2) === "last";
  return { named: differs && value !== nothing && !nullable && !named };
}

/** @returns whether the new value is of another type */
function set(holder: object, path: readonly string[], value: unknown): boolean {
  const inner = path.slice(0, -1).reduce<object>((object, key) => Reflect.get(object, key), holder);
  const key = path.at(-1) ?? "";
  const differs = kindOf(Reflect.get(inner, key)) !== kindOf(value);
  if (value === nothing) Reflect.deleteProperty(inner, key);
  else Object.defineProperty(inner, key, { value, enumerable: true, configurable: true, writable: true });
  return differs;
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
}

/** What was put aside of a document. */
function asideOf(file: string): Buffer[] {
  const inside = dirname(join(root, file));
  const names = readdirSync(inside).filter((name) => name.includes(".damaged-"));
  return names.map((name) => readFileSync(join(inside, name)));
}

/** The field is left out. */
const nothing = Symbol("nothing");

const hostile: readonly unknown[] = [
  ...[
    nothing,
    null,
    true,
    0,
    -1,
    0.5,
    1e300,
    1e21,
    2 ** 53 - 1,
    2 ** 53,
    "1e400",
    "",
    "x",
    "\ud800",
    "%",
    "..",
    "../../x",
  ],
  ...[
    "0",
    "1",
    "NaN",
    "9".repeat(23),
    "x".repeat(5000),
    [],
    {},
    [null],
    [[]],
    { a: 1 },
    { metric: {} },
    { owner: null },
  ],
  JSON.parse(`${"[".repeat(2000)}${"]".repeat(2000)}`),
  JSON.parse('{"__proto__": {"status": "FINISHED"}}'),
  JSON.parse('{"__proto__": 5, "constructor": null, "toString": []}'),
];

const replacement = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostile) },
  { weight: 1, arbitrary: fc.jsonValue() },
);

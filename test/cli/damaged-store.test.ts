import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { makeSampleStore, type SampleStore } from "../stores/file/sample-store.js";
import { runCli } from "./run-cli.js";

let folder: string;
let store: string;
let sample: SampleStore;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-damaged-"));
  store = join(folder, "runlab");
  sample = await makeSampleStore(join(folder, "sound"));
  await sample.client.endRun(sample.open);
  await sample.client.store.close();
});
beforeEach(async () => {
  await rm(store, { recursive: true, force: true });
  await cp(join(folder, "sound"), store, { recursive: true });
});
after(() => rm(folder, { recursive: true }));

const cli = async (...argv: string[]) => {
  const result = await runCli([...argv, "--tracking-uri", store], { cwd: folder });
  assert.doesNotMatch(result.err, /defect| {4}at /, argv.join(" "));
  return result;
};

function replaceIn(file: string, from: string, to: string): void {
  const path = join(store, file);
  const text = readFileSync(path, "utf8");
  assert.ok(text.includes(from), `${file} has ${from}`);
  writeFileSync(path, text.replace(from, to));
}

/** One wrong value in every document, and a lock's file that nobody has named so. */
function damageAll(): void {
  replaceIn(`1/${sample.full}/run.json`, '"lr": "0.1"', '"lr": 0.5');
  replaceIn("experiments.json", '"team": "a"', '"team": {}');
  replaceIn("models.json", '"last_version": 2', '"last_version": 1e300');
  writeFileSync(join(store, "1", sample.open, "run.journal"), '{"owner":null}\n');
  mkdirSync(join(store, ".lock"));
  writeFileSync(join(store, ".lock", "1@x@%@a"), "");
}

const lists: ReadonlyArray<readonly [string[], RegExp]> = [
  [["runs", "list"], /^other /m],
  [["runs", "list", "cars", "--where", "params.lr = '0.2'"], /^other /m],
  [["runs", "show", "other"], /0\.2/],
  [["experiments", "list"], /^cars +1/m],
  [["experiments", "show", "cars"], /^other /m],
  [["models", "list"], /^Cars /m],
  [["gc"], /^Removed 0 runs$/m],
];

test("with a wrong value in each document, lists and gc work, end with 0, and say in a warning what is damaged", async () => {
  damageAll();
  const warned = new Set<string>();
  for (const [argv, shown] of lists) {
    const { code, out, err } = await cli(...argv);
    assert.equal(code, 0, err);
    assert.match(out, shown, argv.join(" "));
    for (const field of [
      "params.lr",
      "experiments[1].tags.team",
      "registered_models[0].last_version",
      "line 1: owner",
    ]) {
      if (err.includes(`is damaged: ${field}: expected`)) warned.add(field);
    }
    assert.match(err, /is damaged: /, argv.join(" "));
  }
  assert.equal(warned.size, 4);
});

test("what is damaged is an error by its name: the run, and changes of a document that cannot be read whole", async () => {
  damageAll();
  for (const argv of [
    ["runs", "show", sample.full],
    ["runs", "rename", sample.open, "other name"],
    ["experiments", "rename", "elsewhere", "here"],
  ]) {
    const { code, err } = await cli(...argv);
    assert.deepEqual([code, /is damaged: .*expected/.test(err)], [7, true], err);
  }
});

test("doctor names each document and field, --fix repairs them, and says what it cannot repair", async () => {
  damageAll();
  const found = await cli("doctor", "--store", "--json");
  assert.equal(found.code, 7);
  const text = found.out;
  for (const name of [`1/${sample.full}/run.json`, "experiments.json", "models.json", `1/${sample.open}/run.journal`]) {
    assert.ok(text.includes(`"${name}: `), name);
  }
  const fixed = await cli("doctor", "--store", "--mend");
  assert.equal(fixed.code, 0, fixed.out);
  assert.equal((await cli("doctor", "--store")).code, 0);
  const { params } = JSON.parse((await cli("runs", "show", sample.full, "--json")).out).data;
  assert.equal(params.lr, "0.5");

  await rm(join(store, ".models.json.copy"));
  writeFileSync(join(store, "models.json"), "{");
  mkdirSync(join(store, "9".repeat(20), "a".repeat(32)), { recursive: true });
  const left = await cli("doctor", "--store", "--fix");
  assert.equal(left.code, 7);
  assert.match(left.out, /✗ store: models\.json: it is damaged/);
  assert.match(left.out, /✗ store: 9{20}: /);
  assert.equal(readFileSync(join(store, "models.json"), "utf8"), "{");
  assert.equal((await cli("models", "list")).code, 0);
});

test("with documents that are garbled all through, lists still end with 0", async () => {
  for (const name of ["experiments.json", "models.json", `1/${sample.full}/run.json`])
    writeFileSync(join(store, name), "\0{");
  for (const [argv, shown] of lists) {
    const { code, out, err } = await cli(...argv);
    assert.deepEqual([code, shown.test(out)], [0, true], err + out);
  }
});

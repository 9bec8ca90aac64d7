import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { packageInfo } from "../../src/cli/package-info.js";

/** Small test files, one outcome each, and what `npm test` must make of them. */
const files = {
  "good.mjs": `test("adds", () => {}); describe("group", () => { test("inside", () => {}); });`,
  "bad.mjs": `test("breaks", () => { throw new Error("the reason"); });`,
  "skipped.mjs": `test("needs a browser", { skip: "install it" }, () => {});`,
  "crash.mjs": `throw new Error("at the top");`,
  "env.mjs": `test("env", () => { if (process.env.GIVEN !== "yes" || process.env.TAKEN) throw new Error("env"); });`,
};

const context = { folder: "" };
before(async () => {
  context.folder = await mkdtemp(join(tmpdir(), "runlab-node-tests-"));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(context.folder, name), `import { describe, test } from "node:test";\n${text}\n`);
  }
});
after(() => rm(context.folder, { recursive: true }));

interface Result {
  passed: number;
  failed: number;
  skipped: number;
  skips: string[];
}

/** Runs the files named through scripts/node-tests.mjs. */
async function run(...names: Array<keyof typeof files>): Promise<{ result: Result; out: string }> {
  const module = pathToFileURL(join(packageInfo().folder, "scripts", "node-tests.mjs")).href;
  const paths = names.map((name) => join(context.folder, name));
  const code = `import { runNodeTests } from ${JSON.stringify(module)};
    const result = await runNodeTests(${JSON.stringify(paths)}, { GIVEN: "yes", TAKEN: undefined });
    console.log("\\n" + JSON.stringify(result));`;
  const env: NodeJS.ProcessEnv = { ...process.env, TAKEN: "x" };
  // Otherwise the runner takes itself for a test file of the runner that runs this test.
  delete env.NODE_TEST_CONTEXT;
  const script = join(context.folder, "run.mjs");
  await writeFile(script, code);
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env });
  const lines = stdout.trim().split("\n");
  return { result: JSON.parse(lines.at(-1) ?? ""), out: stdout };
}

test("tests that pass are counted, suites are not", async () => {
  const { result, out } = await run("good.mjs");
  assert.deepEqual(result, { passed: 2, failed: 0, skipped: 0, skips: [] });
  assert.match(out, /✓ .*good\.mjs: 2 passed/);
});

test("a failure is counted and shown with its reason", async () => {
  const { result, out } = await run("bad.mjs");
  assert.deepEqual([result.passed, result.failed], [0, 1]);
  assert.match(out, /✗ .*bad\.mjs: 0 passed, 1 failed/);
  assert.match(out, /FAILED .*bad\.mjs: breaks[\s\S]*the reason/);
});

test("a skip is counted and listed with how to enable it", async () => {
  const { result } = await run("skipped.mjs");
  assert.equal(result.skipped, 1);
  assert.match(result.skips[0] ?? "", /skipped\.mjs: needs a browser: install it/);
});

test("a file that crashes is a failure, with what it said, and the others still run", async () => {
  const { result, out } = await run("crash.mjs", "good.mjs");
  assert.deepEqual([result.passed, result.failed], [2, 1]);
  assert.match(out, /FAILED .*crash\.mjs: the file[\s\S]*at the top/);
});

test("the environment of the tests is set, and unset", async () => {
  const { result } = await run("env.mjs");
  assert.deepEqual([result.passed, result.failed], [1, 0]);
});

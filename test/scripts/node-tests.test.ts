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
  "hangs.mjs": `test("ends", () => {}); setInterval(() => {}, 1000);`,
  "left.mjs": `test("meets the other", () => meet("left", "right"));`,
  "right.mjs": `test("meets the other", () => meet("right", "left"));`,
  "first.mjs": `test("is by itself", () => byItself("first"));`,
  "second.mjs": `test("is by itself", () => byItself("second"));`,
  "env.mjs": `test("env", () => { if (process.env.GIVEN !== "yes" || process.env.TAKEN) throw new Error("env"); });`,
};

/** What the files share: each beside the other sees its mark, each by itself sees none. */
const marks = `
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
export { describe, test } from "node:test";
const path = (name) => new URL(name, import.meta.url);
export async function meet(own, other) {
  writeFileSync(path(own), "");
  for (let waited = 0; !existsSync(path(other)); waited += 20) {
    if (waited > 20_000) throw new Error(other + " does not come");
    await delay(20);
  }
}
export async function byItself(own) {
  if (existsSync(path("here"))) throw new Error("another is here");
  writeFileSync(path("here"), own);
  await delay(100);
  rmSync(path("here"));
}
`;

const context = { folder: "" };
before(async () => {
  context.folder = await mkdtemp(join(tmpdir(), "runlab-node-tests-"));
  await writeFile(join(context.folder, "marks.mjs"), marks);
  for (const [name, text] of Object.entries(files)) {
    const imports = `import { byItself, describe, meet, test } from "./marks.mjs";`;
    await writeFile(join(context.folder, name), `${imports}\n${text}\n`);
  }
});
after(() => rm(context.folder, { recursive: true }));

interface Result {
  passed: number;
  failed: number;
  skipped: number;
  skips: string[];
}

type Name = keyof typeof files;

/** Runs the files named through scripts/node-tests.mjs. */
function run(...names: Name[]): Promise<{ result: Result; out: string }> {
  return runWith("{}", ...names);
}

/** @param options the source of the runner's options */
async function runWith(options: string, ...names: Name[]): Promise<{ result: Result; out: string }> {
  const module = pathToFileURL(join(packageInfo().folder, "scripts", "node-tests.mjs")).href;
  const paths = names.map((name) => join(context.folder, name));
  const code = `import { runNodeTests } from ${JSON.stringify(module)};
    const result = await runNodeTests(${JSON.stringify(paths)}, { GIVEN: "yes", TAKEN: undefined }, ${options});
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
  assert.match(out, /✓ .*good\.mjs: 2 passed \(\d+\.\d s, at \d+ s\)/);
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

test("a file that does not end is a failure, and the others still run", async () => {
  const { result, out } = await runWith("{ timeout: 3000 }", "hangs.mjs", "good.mjs");
  assert.deepEqual([result.passed, result.failed], [3, 1]);
  assert.match(out, /FAILED .*hangs\.mjs: the file/);
});

test("files run beside each other, as many as there are lanes", async () => {
  const { result } = await runWith("{ lanes: 2 }", "left.mjs", "right.mjs");
  assert.deepEqual([result.passed, result.failed], [2, 0]);
});

test("files that need the machine run one by one, after the others", async () => {
  const alone = "{ lanes: 3, alone: (file) => /(first|second).mjs$/.test(file) }";
  const { result, out } = await runWith(alone, "first.mjs", "second.mjs", "good.mjs", "skipped.mjs");
  assert.deepEqual([result.passed, result.failed], [4, 0]);
  const order = [...out.matchAll(/✓ \S*?(\w+)\.mjs/g)].map(([, name]) => name);
  assert.deepEqual(
    [order.slice(0, 2).sort(), order.slice(2)],
    [
      ["good", "skipped"],
      ["first", "second"],
    ],
  );
});

test("other work takes a lane from the start", async () => {
  const beside = `beside: [() => import(${JSON.stringify("./marks.mjs")}).then(({ meet }) => meet("right", "left"))]`;
  await rm(join(context.folder, "left"), { force: true });
  const { result } = await runWith(`{ lanes: 2, ${beside} }`, "left.mjs");
  assert.deepEqual([result.passed, result.failed], [1, 0]);
});

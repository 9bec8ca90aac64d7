import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { packageInfo } from "../../src/cli/package-info.js";

const exec = promisify(execFile);
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
/** Longest time for npm to install, ms: a cold cache on a slow line. */
const timeout = 300_000;
const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];

const { folder: root, version } = packageInfo();
const context = { folder: "", project: "" };

/** In a script's folder, with the package and nothing else. */
before(async () => {
  context.folder = await mkdtemp(join(tmpdir(), "runlab-skinny-"));
  context.project = join(context.folder, "project");
  await mkdir(context.project);
  await exec(process.execPath, [join(root, "scripts", "skinny.mjs")], { cwd: root, timeout });
  const made = join(root, "dist", "skinny");
  await exec(npm, ["pack", "--ignore-scripts", "--pack-destination", context.folder, made], { cwd: root, timeout });
  await writeFile(join(context.project, "package.json"), '{ "private": true, "type": "module" }');
  const tarball = join(context.folder, `runlab-skinny-${version}.tgz`);
  await exec(npm, ["install", ...quiet, tarball], { cwd: context.project, timeout });
});
after(() => rm(context.folder, { recursive: true, force: true }));

async function run(name: string, code: string): Promise<string> {
  await writeFile(join(context.project, name), code);
  const env = { ...process.env, RUNLAB_TRACKING_URI: join(context.project, "runlab") };
  return (await exec(process.execPath, [name], { cwd: context.project, env })).stdout;
}

test("a script logs all kinds of things and reads them back with it", async () => {
  const said = await run(
    "train.js",
    `import { getMetricHistory, inferSignature, loadModel, logMetric, logModel, logParams, logTable, logText, searchRuns, setTag, startRun } from "runlab-skinny";
await startRun({ runName: "plain", experimentName: "cars", logSystemMetrics: true }, async () => {
  logParams({ lr: 0.1, big: 2n ** 60n });
  for (let step = 0; step < 3; step++) logMetric("loss", 1 / (1 + step), { step });
  logText("hello", "note.txt");
  logTable([{ a: 1 }], "table.json");
  setTag("stage", "draft");
  await logModel((rows) => rows.map(({ x }) => 2 * x), { name: "double", inputExample: [{ x: 1 }] });
});
const [run] = await searchRuns({ experimentNames: ["cars"] });
const model = await loadModel(\`runs:/\${run.info.runId}/double\`);
console.log(JSON.stringify([run.info.status, run.data.params, run.data.metrics.loss, (await getMetricHistory(run.info.runId, "loss")).length,
  await model.predict([{ x: 21 }]), inferSignature([{ x: 1 }]).toJSON().inputs !== undefined]));
process.exit();
`,
  );
  assert.deepEqual(JSON.parse(said.trim().split("\n").at(-1) ?? ""), [
    "FINISHED",
    { lr: "0.1", big: "1152921504606846976" },
    1 / 3,
    3,
    [42],
    true,
  ]);
});

test("what draws says which packages it needs", async () => {
  const said = await run(
    "draw.js",
    `import { logFigure, startRun } from "runlab-skinny";
const spec = { mark: "bar", data: { values: [{ a: 1 }] }, encoding: { x: { field: "a" } } };
await startRun({}, () => logFigure(spec, "bars.json"));
await startRun({}, () => logFigure(spec, "bars.svg")).catch((error) => console.log(error.message, error.hint));
`,
  );
  assert.match(said, /vega and vega-lite, which are not installed here\. .*npm install vega vega-lite/);
});

test("TypeScript knows its types, under its own name and under that of the whole package", async () => {
  await symlink(
    join(context.project, "node_modules", "runlab-skinny"),
    join(context.project, "node_modules", "runlab"),
  );
  await writeFile(
    join(context.project, "typed.ts"),
    `import { logMetric } from "runlab";
import { type Run, searchRuns, startRun } from "runlab-skinny";
const runs: Run[] = await searchRuns({ filterString: "metrics.loss < 1" });
await startRun({ runName: "typed" }, (run) => run.logParam("of", runs.length));
// @ts-expect-error a key is text
logMetric(1, 2);
`,
  );
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const options = [
    "--strict",
    "--noEmit",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--skipLibCheck",
    "--types",
    "node",
  ];
  const types = ["--typeRoots", join(root, "node_modules", "@types")];
  await exec(process.execPath, [tsc, ...options, ...types, "typed.ts"], { cwd: context.project });
});

test("it is small, and brings no program", () => {
  const modules = join(context.project, "node_modules");
  const bytes = readdirSync(modules, { recursive: true })
    .map((name) => statSync(join(modules, String(name))))
    .reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
  // 2.9 MB when this was written; the whole package brings some 170 MB.
  assert.ok(bytes < 6e6, `${bytes} bytes`);
  for (const name of ["zeromq", "typescript", "tslab", "vega", "hono"])
    assert.ok(!existsSync(join(modules, name)), name);
  const programs = join(modules, ".bin");
  const found = existsSync(programs) ? readdirSync(programs) : [];
  assert.deepEqual(
    found.filter((name) => !/^yaml/.test(name)),
    [],
  );
});

test("its manifest is that of the whole package, but for what it leaves out", async () => {
  const manifest = JSON.parse(await readFile(join(root, "dist", "skinny", "package.json"), "utf8"));
  const whole = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  assert.deepEqual([manifest.version, manifest.license, manifest.engines], [version, whole.license, whole.engines]);
  for (const [name, wanted] of Object.entries(manifest.dependencies))
    assert.equal(whole.dependencies[name], wanted, name);
  assert.ok(manifest.dependencies.lowdb);
  assert.equal(manifest.bin, undefined);
});

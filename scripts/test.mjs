// `npm test [-- word …]`: builds, checks style, runs the suites of dist/test and, beside them, test/python (or only the files whose
// path holds one of the words). The last line is `N passed, N failed, N skipped`; with CI=true a skip counts as a failure.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { chromiumHint, ensureChromium } from "./chromium.mjs";
import { runNodeTests } from "./node-tests.mjs";
import { ensurePostgresql, postgresqlHint } from "./postgresql.mjs";
import { build, ensureNodeModules, ensureVenv, python } from "./setup.mjs";
import { root, run, runHere, runOnce, runScript, StepError, step } from "./steps.mjs";

const ci = process.env.CI === "true";
const words = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
/** What was skipped and how to enable it. */
const skips = [];

function add({ passed, failed, skipped }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

function wanted(file) {
  return words.length === 0 || words.some((word) => file.includes(word));
}

function filesBelow(folder, extension) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => file.endsWith(extension) && wanted(relative(root, file)))
    .sort();
}

/** A step that counts as one test. */
async function check(title, command, args) {
  try {
    await step(title, (progress) => run(command, args, { onLine: progress, log: "check" }));
    add({ passed: 1, failed: 0, skipped: 0 });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    add({ passed: 0, failed: 1, skipped: 0 });
  }
}

/** What the tests use besides the build; one after the other, since only one process may use apt. */
async function ensureTools() {
  const chromium = await ensureChromium();
  const postgresql = await ensurePostgresql();
  return { chromium, postgresql, hasPython: await pythonReady() };
}

/** Runs what needs Python; where there is none, the suite is listed as skipped. */
async function pythonReady() {
  try {
    await ensureVenv("test");
    return true;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    add({ passed: 0, failed: 0, skipped: 1 });
    skips.push(`everything that needs Python: ${error.hint ?? error.message.split("\n")[0]}`);
    return false;
  }
}

/** What makes pytest name the tests that took longest, and for how long, s. */
const slowest = ["--durations=10", "--durations-min=5"];

async function runAside(command, args, options) {
  const started = performance.now();
  const { code, output } = await runOnce(command, args, { ...options, log: "pytest" });
  const took = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `\n${code === 0 ? "✓" : "✗"} test/python (${took} s), in its own words:\n${output.trimEnd().replace(/^/gm, "    ")}\n`,
  );
  return code;
}

/** @param {boolean} aside other suites run at the same time: what pytest says is shown in one piece when it has ended */
async function runPytest(files, env, aside) {
  const report = join(root, "build", "test", "pytest.xml");
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const args = ["-m", "pytest", "-q", "-rfEs", "-p", "no:cacheprovider", `--junitxml=${report}`, ...slowest, ...files];
  const options = { env: { ...env, PYTHONDONTWRITEBYTECODE: "1" } };
  const code = aside ? await runAside(python, args, options) : await runHere(python, args, options);
  if (!existsSync(report)) {
    add({ passed: 0, failed: 1, skipped: 0 });
    return;
  }
  const head = /<testsuite [^>]*>/.exec(readFileSync(report, "utf8"))?.[0] ?? "";
  const count = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  const skipped = count("skipped");
  add({ passed: count("tests") - failed - skipped, failed: failed || (code === 0 ? 0 : 1), skipped });
  if (skipped > 0) skips.push(`${skipped} in test/python: the lines that begin with SKIPPED above say why`);
}

await runScript(async () => {
  const started = performance.now();
  await ensureNodeModules();
  const [{ chromium, postgresql, hasPython }] = await Promise.all([ensureTools(), build()]);
  if (words.length === 0) {
    const biome = join("node_modules", "@biomejs", "biome", "bin", "biome");
    await check("checking style", process.execPath, [biome, "check", "."]);
  }
  const nodeFiles = filesBelow(join(root, "dist", "test"), ".test.js");
  const pythonFiles = filesBelow(join(root, "test", "python"), ".py").filter((file) => /\btest_[^/\\]*$/.test(file));
  if (nodeFiles.length + pythonFiles.length === 0) throw new StepError(`No test file matches ${words.join(", ")}.`);

  const env = {
    ...(chromium ? { RUNLAB_CHROMIUM: chromium } : {}),
    ...(postgresql ? { RUNLAB_POSTGRESQL: postgresql } : {}),
    ...(hasPython ? { RUNLAB_PYTHON: python } : {}),
    // The person's own store is no place for tests.
    RUNLAB_TRACKING_URI: undefined,
    MLFLOW_TRACKING_URI: undefined,
  };
  if (!chromium) skips.push(`what needs a browser: ${chromiumHint}`);
  if (!postgresql) skips.push(`what needs PostgreSQL: ${postgresqlHint}`);
  const aside = nodeFiles.length > 0;
  const beside = hasPython && pythonFiles.length > 0 ? [() => runPytest(pythonFiles, env, aside)] : [];
  const result = await runNodeTests(nodeFiles, env, { beside });
  add(result);
  skips.push(...result.skips);

  for (const skip of skips) console.log(`skipped: ${skip}`);
  if (total.failed > 0 || (ci && total.skipped > 0)) process.exitCode = 1;
  if (ci && total.skipped > 0) console.log("CI=true: a skip is a failure.");
  console.log(`in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
});

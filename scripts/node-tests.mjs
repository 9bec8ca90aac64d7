// Runs node:test files, one process each and as many at a time as there are cores, and says what it sees: a line per file, every
// failure in full at the end.
import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import { needsMachine } from "./alone-tests.mjs";
import { root } from "./steps.mjs";

/** Longest time for one file of `npm test`, ms: a hang must not eat the whole job. */
const fileTimeout = 600_000;

/**
 * @param {readonly string[]} files
 * @param {Record<string, string | undefined>} env set, or removed, for the tests
 * @param {{ timeout?: number, lanes?: number, alone?: (file: string) => boolean, beside?: ReadonlyArray<() => Promise<void>> }} [options]
 *   `timeout`: longest time for one file, ms; `lanes`: how many files run at a time; `alone`: true for a file that gets the machine
 *   to itself, after the others; `beside`: other work, begun before the files, each taking a lane
 * @returns {Promise<{ passed: number, failed: number, skipped: number, skips: string[] }>}
 */
export async function runNodeTests(files, env, options = {}) {
  const { timeout = fileTimeout, lanes = availableParallelism(), alone = needsMachine, beside = [] } = options;
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  const result = { passed: 0, failed: 0, skipped: 0, skips: [] };
  const failures = [];
  const started = performance.now();
  const job = (file) => () => runFile(file, { timeout, started, result, failures });
  await inLanes(lanes, [...beside, ...files.filter((file) => !alone(file)).map(job)]);
  await inLanes(1, files.filter(alone).map(job));
  for (const { title, error, output } of failures) {
    console.log(`\nFAILED ${title}`);
    console.log(indent(inspect(error?.cause ?? error, { depth: 4 })));
    if (output) console.log(indent(output.trimEnd()));
  }
  return result;
}

/** Does the jobs in their order, `lanes` of them at a time. */
async function inLanes(lanes, jobs) {
  const waiting = [...jobs];
  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await job();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Runs one file, says so, and adds what came out to `result` and `failures`. */
async function runFile(path, { timeout, started, result, failures }) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  let output = "";
  const begun = performance.now();
  // Node 24 does not end a file by `timeout` when its tests are done and something keeps it going.
  const signal = AbortSignal.timeout(timeout + 5_000);
  for await (const { type, data } of run({ files: [path], concurrency: 1, timeout, signal })) {
    const isFile = data.name === path;
    if (type === "test:stdout" || type === "test:stderr") output = (output + data.message).slice(-20_000);
    else if (type === "test:pass" || type === "test:fail") {
      const outcome = outcomeOf(type, data);
      if (!outcome) continue;
      result[outcome]++;
      counts[outcome]++;
      const title = `${shown(path)}: ${isFile ? "the file" : data.name}`;
      if (outcome === "failed") {
        failures.push({ title, error: data.details?.error, output: isFile ? output : "" });
      }
      if (outcome === "skipped") result.skips.push(`${title}${typeof data.skip === "string" ? `: ${data.skip}` : ""}`);
    }
  }
  report(path, counts, { begun, started });
}

function report(path, { passed, failed, skipped }, { begun, started }) {
  const counts = [`${passed} passed`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (skipped > 0) counts.push(`${skipped} skipped`);
  const now = performance.now();
  const took = `${((now - begun) / 1000).toFixed(1)} s, at ${((now - started) / 1000).toFixed(0)} s`;
  console.log(`${failed > 0 ? "✗" : "✓"} ${shown(path)}: ${counts.join(", ")} (${took})`);
}

/** Undefined for what is no test by itself: suites, and tests that fail only because a subtest did. */
function outcomeOf(type, data) {
  if (data.details?.type === "suite" && type === "test:pass") return undefined;
  if (type === "test:fail") {
    if (data.todo !== undefined && data.todo !== false) return "skipped";
    return data.details?.error?.failureType === "subtestsFailed" ? undefined : "failed";
  }
  const skipped = (data.skip !== undefined && data.skip !== false) || (data.todo !== undefined && data.todo !== false);
  if (skipped) return "skipped";
  // A file that holds no test is reported as a test that passed.
  return data.name === data.file ? undefined : "passed";
}

function shown(path) {
  return path ? relative(root, path).replace(/^dist[/\\]test[/\\]/, "test/") : "?";
}

function indent(text) {
  return text.replace(/^/gm, "    ");
}

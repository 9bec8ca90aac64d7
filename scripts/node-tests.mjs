// Runs node:test files, one process each, and says what it sees: a line per file, every failure in full at the end.
import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import { root } from "./steps.mjs";

/** Longest time for one file of `npm test`, ms: a hang must not eat the whole job. */
const fileTimeout = 600_000;

/**
 * @param {readonly string[]} files
 * @param {Record<string, string | undefined>} env set, or removed, for the tests
 * @param {number} [timeout] longest time for one file, ms
 * @returns {Promise<{ passed: number, failed: number, skipped: number, skips: string[] }>}
 */
export async function runNodeTests(files, env, timeout = fileTimeout) {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  const result = { passed: 0, failed: 0, skipped: 0, skips: [] };
  const perFile = new Map(files.map((file) => [file, { passed: 0, failed: 0, skipped: 0, output: "" }]));
  const failures = [];
  const started = performance.now();
  const concurrency = Math.max(1, availableParallelism() - 1);
  for await (const { type, data } of run({ files: [...files], concurrency, timeout })) {
    const file = perFile.get(data.file ?? "");
    if (type === "test:stdout" || type === "test:stderr") {
      if (file) file.output = (file.output + data.message).slice(-20_000);
    } else if (type === "test:pass" || type === "test:fail") {
      const outcome = outcomeOf(type, data);
      if (!outcome) continue;
      result[outcome]++;
      if (file) file[outcome]++;
      const title = `${shown(data.file)}: ${data.name === data.file ? "the file" : data.name}`;
      if (outcome === "failed") {
        failures.push({ title, error: data.details?.error, output: data.name === data.file ? file?.output : "" });
      }
      if (outcome === "skipped") result.skips.push(`${title}${typeof data.skip === "string" ? `: ${data.skip}` : ""}`);
    } else if (type === "test:complete" && file && data.name === data.file) {
      report(data, file, started);
    }
  }
  for (const { title, error, output } of failures) {
    console.log(`\nFAILED ${title}`);
    console.log(indent(inspect(error?.cause ?? error, { depth: 4 })));
    if (output) console.log(indent(output.trimEnd()));
  }
  return result;
}

function report({ file: path, details }, { passed, failed, skipped }, started) {
  const counts = [`${passed} passed`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (skipped > 0) counts.push(`${skipped} skipped`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${failed > 0 || details?.passed === false ? "✗" : "✓"} ${shown(path)}: ${counts.join(", ")} (at ${seconds} s)`,
  );
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

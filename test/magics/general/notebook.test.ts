import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { MagicError } from "../../../src/errors.js";
import { formatSeconds } from "../../../src/magics/general/time.js";
import type { MagicArgs } from "../../../src/magics/magic.js";
import { RunningCell } from "../test-cell.js";

function folder(t: TestContext): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "runlab-magics-")));
  const before = process.cwd();
  t.after(() => {
    process.chdir(before);
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

test("%lsmagic lists both kinds in IPython's words", () => {
  const cell = new RunningCell();
  cell.line("lsmagic");
  const text = String(cell.shown[0]?.data["text/plain"]);
  assert.match(text, /^Available line magics:\n.*%log_metric.*\n\nAvailable cell magics:\n.*%%run/);
});

test("durations are printed as IPython prints them", () => {
  const texts = [0, 1.234e-9, 12.34e-6, 0.0123456, 1, 59.9, 61, 3_723].map(formatSeconds);
  assert.deepEqual(texts, ["0 ns", "1.23 ns", "12.3 μs", "12.3 ms", "1 s", "59.9 s", "1min 1s", "1h 2min 3s"]);
});

test("%time gives the value and the times, also when the code throws", async () => {
  const cell = new RunningCell();
  assert.equal(await cell.line("time", { code: async () => 7, text: "7" }), 7);
  assert.match(cell.stdout, /^CPU times: user .+, sys: .+, total: .+\nWall time: [\d.]+ (ns|μs|ms|s)\n$/);
  const failing = new RunningCell();
  await assert.rejects(failing.line("time", { code: () => Promise.reject(new Error("no")) }) as Promise<unknown>, /no/);
  assert.match(failing.stdout, /Wall time/);
  assert.deepEqual(await cell.over("time", {}, () => 3), { hasValue: true, value: 3 });
});

test("%timeit runs as often as told and prints mean and deviation", async () => {
  const cell = new RunningCell();
  let calls = 0;
  await cell.line("timeit", { code: async () => calls++, n: 50, r: 3 });
  assert.equal(calls, 150);
  assert.match(cell.stdout, /^[\d.]+ \S+ ± [\d.]+ \S+ per loop \(mean ± std\. dev\. of 3 runs, 50 loops each\)\n$/);
  await assert.rejects(
    cell.line("timeit", { code: async () => 1, n: 0 }) as Promise<unknown>,
    /n must be a whole number above 0/,
  );
});

test("%timeit ends when the cell is interrupted, though its code never waits", async () => {
  const cell = new RunningCell();
  setTimeout(() => cell.interrupt.abort(), 20);
  await assert.rejects(cell.line("timeit", { code: async () => 1, n: 1e9 }) as Promise<unknown>, {
    name: "AbortError",
  });
});

test("%%capture keeps output, displays and value, and shows them again when asked", async () => {
  const cell = new RunningCell();
  const result = await cell.over("capture", { output: "out" }, () => {
    cell.stream("stdout", "a");
    cell.stream("stderr", "b");
    cell.display({ data: { "text/plain": "c" } });
    return 4;
  });
  assert.deepEqual(result, { hasValue: false, value: undefined });
  assert.equal(cell.stdout + cell.stderr, "");
  const out = cell.provided as { stdout: string; stderr: string; outputs: unknown[]; value: unknown; show(): void };
  assert.deepEqual([out.stdout, out.stderr, out.outputs.length, out.value], ["a", "b", 1, 4]);
  out.show();
  assert.deepEqual([cell.stdout, cell.stderr, cell.shown.length], ["a", "b", 1]);
});

test("%%capture ends with a cell that throws", async () => {
  const cell = new RunningCell();
  await assert.rejects(
    cell.over("capture", {}, () => Promise.reject(new Error("no"))),
    /no/,
  );
  cell.stream("stdout", "shown");
  assert.equal(cell.stdout, "shown");
});

test("%env sets, reads and never prints a secret", (t) => {
  t.after(() => {
    for (const name of ["RUNLAB_TEST_A", "RUNLAB_TEST_API_KEY", "RUNLAB_TEST_URL"]) delete process.env[name];
  });
  const cell = new RunningCell();
  cell.line("env", { text: "RUNLAB_TEST_A=b c" });
  cell.line("env", { text: "RUNLAB_TEST_A" });
  assert.equal(cell.stdout, "env: RUNLAB_TEST_A=b c\nb c\n");
  assert.equal(cell.line("env", { text: "RUNLAB_TEST_A" }, true), "b c");

  const secret = new RunningCell();
  secret.line("env", { text: "RUNLAB_TEST_API_KEY=hunter2" });
  secret.line("env", { text: "RUNLAB_TEST_API_KEY" });
  secret.line("env", { text: "RUNLAB_TEST_URL=https://me:hunter2@host/x" });
  secret.line("env", { text: "" });
  assert.doesNotMatch(secret.stdout + JSON.stringify(secret.shown), /hunter2/);
  assert.match(secret.stdout, /RUNLAB_TEST_API_KEY=<hidden>/);
  assert.equal(secret.line("env", { text: "RUNLAB_TEST_API_KEY" }, true), "hunter2");
  assert.throws(
    () => secret.line("env", { text: "RUNLAB_TEST_AA" }),
    (error) => error instanceof MagicError && /Environment does not have key: RUNLAB_TEST_AA/.test(error.message),
  );
});

test("%cd moves like a shell: a folder, ~, - and an error that names the folder", (t) => {
  const path = folder(t);
  const before = process.cwd();
  const cell = new RunningCell();
  assert.equal(cell.line("cd", { text: path }, true), path);
  assert.equal(cell.line("cd", { text: "-" }, true), before);
  cell.line("cd", { text: `"${path}"` });
  assert.equal(cell.stdout, `${path}\n`);
  assert.throws(
    () => cell.line("cd", { text: "nowhere" }),
    (error) => error instanceof MagicError && error.message === `No such directory: '${join(path, "nowhere")}'`,
  );
  assert.equal(process.cwd(), path);
  assert.equal(cell.line("pwd"), path);
});

test("%%html, %%markdown and %%js show their text, with a plain twin", async () => {
  const cell = new RunningCell();
  await cell.over("html", { text: "<b>x</b>" });
  await cell.over("markdown", { text: "# x" });
  await cell.over("js", { text: "alert(1)" });
  assert.deepEqual(
    cell.shown.map(({ data }) => Object.keys(data)),
    [
      ["text/html", "text/plain"],
      ["text/markdown", "text/plain"],
      ["application/javascript", "text/plain"],
    ],
  );
});

test("%who lists names, all or of some types", () => {
  const cell = new RunningCell();
  cell.line("who");
  cell.names
    .set("b", 1)
    .set("a", [1])
    .set("f", () => 1)
    .set("n", null);
  cell.line("who");
  cell.line("who", { types: ["number", "Array"] });
  cell.line("who", { types: ["Map"] });
  assert.equal(
    cell.stdout,
    "Interactive namespace is empty.\na\tb\tf\tn\na\tb\nNo variables match your requested type.\n",
  );
});

test("%whos shows the variables with their types and the beginning of each value", () => {
  const cell = new RunningCell();
  const hostile = new Proxy({}, { getPrototypeOf: () => assert.fail("asked"), ownKeys: () => assert.fail("asked") });
  for (const [name, value] of Object.entries({
    rows: [1, 2],
    text: "a\nb",
    nothing: null,
    big: "x".repeat(1e6),
    hostile,
  }))
    cell.names.set(name, value);
  cell.line("whos");
  const text = String(cell.shown[0]?.data["text/plain"]);
  assert.match(text, /rows +Array +\[ 1, 2 \]/);
  assert.match(text, /text +string +"a\\nb"/);
  assert.match(text, /nothing +null +null/);
  assert.match(text, /hostile +Proxy/);
  assert.ok(text.length < 3_000);
  cell.line("whos", { types: ["Map"] });
  assert.equal(cell.stdout, "No variables match your requested type.\n");
});

test("%pinfo shows what hovering says, and the value where it is data", async () => {
  const cell = new RunningCell();
  const model = {
    size: 3,
    get lazy(): number {
      return assert.fail("a getter was run");
    },
  };
  cell.names.set("model", model);
  cell.hovers.set("model.size", { data: { "text/plain": "size: number", "text/markdown": "`size: number`" } });
  await cell.line("pinfo", { name: "model.size" });
  assert.deepEqual(cell.shown.pop()?.data, {
    "text/plain": "size: number\n\nnumber: 3",
    "text/markdown": "`size: number`\n\n    number: 3",
  });
  cell.hovers.set("model.lazy", { data: { "text/plain": "lazy: number" } });
  await cell.line("pinfo", { name: "model.lazy" });
  assert.deepEqual(cell.shown.pop()?.data, { "text/plain": "lazy: number" });
  await cell.line("pinfo", { name: "runs" });
  assert.match(String(cell.shown.pop()?.data["text/plain"]), /^%runs: /, "a magic of that name");
  await assert.rejects(cell.line("pinfo", { name: "modle" }) as Promise<unknown>, {
    message: "Object `modle` not found.",
    hint: "Did you mean model?",
  });
});

test("%history prints the cells, some of them, or those with a text", () => {
  const cell = new RunningCell();
  Object.assign(cell.texts, { 1: "const a = 1", 2: "fit(a)", 3: "%runs" });
  const asked = (args: MagicArgs): unknown => cell.line("history", args, true);
  assert.deepEqual(asked({}), ["const a = 1", "fit(a)", "%runs"]);
  assert.deepEqual(asked({ limit: 2 }), ["fit(a)", "%runs"]);
  assert.deepEqual(asked({ cells: ["1", "3-9"] }), ["const a = 1", "%runs"]);
  assert.deepEqual(asked({ grep: "fit" }), ["fit(a)"]);
  assert.equal(cell.stdout, "");
  cell.line("history", { numbers: true, limit: 1 });
  assert.equal(cell.stdout, "   3: %runs\n");
  assert.throws(() => asked({ cells: ["fit"] }), { hint: /grep=text/ });
  assert.throws(() => asked({ limit: 0.5 }), /whole number/);
});

test("%reset asks, unless forced, and says what to do where nobody can answer", async () => {
  const cell = new RunningCell();
  cell.answer = () => false;
  await cell.line("reset");
  assert.equal(cell.stdout, "Nothing done.\n");
  cell.answer = () => true;
  await cell.line("reset");
  await cell.line("reset", { force: true });
  const question = "Once deleted, variables cannot be recovered. Proceed?";
  assert.deepEqual(cell.asked, [question, question, "reset", "reset"]);
  cell.answer = () => {
    throw new Error("stdin is not allowed");
  };
  await assert.rejects(
    cell.line("reset") as Promise<unknown>,
    (error) => error instanceof MagicError && /%reset force/.test(error.hint ?? ""),
  );
});

test("%load puts a file into the cell, %%writefile a cell into a file", async (t) => {
  const path = join(folder(t), "half.ts");
  const cell = new RunningCell();
  await cell.over("writefile", { path, text: "export const half = 0.5;" });
  await cell.over("writefile", { path, append: true, text: "// more\n" });
  assert.equal(readFileSync(path, "utf8"), "export const half = 0.5;\n// more\n");
  await cell.over("writefile", { path, text: "1" });
  assert.equal(cell.stdout, `Writing ${path}\nAppending to ${path}\nOverwriting ${path}\n`);
  writeFileSync(path, "const a = 1;\n");
  await cell.line("load", { source: path });
  assert.deepEqual(cell.asked, [`// %load ${path}\nconst a = 1;\n`]);
  await assert.rejects(
    cell.line("load", { source: `${path}.no` }) as Promise<unknown>,
    /%load can't read '.*\.no': there is no such file or folder\.$/,
  );
  await assert.rejects(
    cell.line("load", { source: "http://127.0.0.1:1/half.ts" }) as Promise<unknown>,
    (error) => error instanceof MagicError && /bad port/.test(error.message) && error.hint === undefined,
  );
  await assert.rejects(
    cell.over("writefile", { path: join(path, "x"), text: "1" }),
    /%%writefile can't write '.*': a part of its path is not a folder\.$/,
  );
});

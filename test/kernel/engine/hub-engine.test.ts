import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import ts from "typescript";
import type { CompiledCell, PositionMap } from "../../../src/kernel/engine/engine.js";
import { HubEvaluator } from "../../../src/kernel/engine/hub/evaluator.js";
import { HubEngine } from "../../../src/kernel/engine/hub/hub-engine.js";
import { ControlWord, controlWords, EntryCheck } from "../../../src/kernel/messages.js";

const state: { engine?: HubEngine; evaluator?: HubEvaluator; folder?: string; count: number } = { count: 0 };
const interruptKey = Symbol.for("runlab.interrupt");
const flag = new Int32Array(new SharedArrayBuffer(controlWords * Int32Array.BYTES_PER_ELEMENT));

before(() => {
  state.folder = mkdtempSync(join(tmpdir(), "runlab-hub-"));
  state.engine = new HubEngine({ cwd: state.folder });
  Reflect.set(globalThis, interruptKey, flag);
  state.evaluator = new HubEvaluator();
});
beforeEach(async () => {
  flag.fill(0);
  await engine().reset();
  evaluator().reset();
});
after(async () => {
  await engine().close();
  Reflect.deleteProperty(globalThis, interruptKey);
  rmSync(folder(), { recursive: true, force: true });
});

const engine = () => state.engine ?? assert.fail("no engine");
const evaluator = () => state.evaluator ?? assert.fail("no evaluator");
const folder = () => state.folder ?? assert.fail("no folder");

async function compile(text: string, more: { map?: PositionMap; source?: string } = {}): Promise<CompiledCell> {
  const compiled = await engine().compile({ count: ++state.count, text, ...more });
  return compiled.ok ? compiled : assert.fail(compiled.diagnostics.map(({ message }) => message).join("\n"));
}

async function run(...cells: string[]): Promise<unknown> {
  const values: unknown[] = [];
  for (const text of cells) {
    const cell = await compile(text);
    values.push((await evaluator().evaluate(cell, { cwd: folder() })).value);
  }
  return values.at(-1);
}

async function codes(text: string): Promise<string[]> {
  const compiled = await engine().compile({ count: ++state.count, text });
  return compiled.ok ? [] : compiled.diagnostics.map(({ code }) => code);
}

async function thrown(...cells: string[]): Promise<Error> {
  try {
    await run(...cells);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return assert.fail("nothing was thrown");
}

test("a loop ends when the flag is set, also inside its own try", async () => {
  const cells = [
    "let rounds = 0; const flag = (globalThis as any)[Symbol.for('runlab.interrupt')] as Int32Array",
    "while (true) { try { if (++rounds === 1000) flag[0] = 1 } catch { rounds = -1 } }",
  ];
  assert.equal((await thrown(...cells)).name, "KernelInterrupt");
  flag[0] = 0;
  assert.equal(await run("rounds"), 1000);
});

test("every kind of loop asks for the interrupt", async () => {
  await run("const flag = (globalThis as any)[Symbol.for('runlab.interrupt')] as Int32Array; flag[0] = 1");
  const loops = ["for (;;);", "do ; while (true)", "for (const n of [1]) n;", "for (const k in { a: 1 }) k;"];
  for (const loop of loops) assert.equal((await thrown(loop)).name, "KernelInterrupt", loop);
  assert.equal((await thrown("for await (const n of [1]) n;")).name, "KernelInterrupt");
});

test("every kind of function that calls something asks for the interrupt when it is entered", async () => {
  const functions = [
    "function f() { Math.abs(1) }; f()",
    "function f() { 'use strict'; 'use other'; Math.abs(1) }; f()",
    "(function () { return Math.abs(1) })()",
    "(() => Math.abs(1))()",
    "(() => ({ a: Math.abs(1) }))()",
    "({ m() { Math.abs(1) } }).m()",
    "({ get a() { return Math.abs(1) } }).a",
    "({ set a(b: number) { Math.abs(b) } }).a = 1",
    "new (class { constructor() { Math.abs(1) } })()",
    "new (class extends Map { constructor(readonly size2: number) { super(); Math.abs(1) } })(1)",
    "(class { static #m() { Math.abs(1) } static n = this.#m() })",
    "await (async () => { await null })()",
    "await (async function* () { yield 1 })().next()",
    "(function* () { yield 1 })().next()",
    "((a: any) => a`x`)(String.raw)",
    "[1].map((a) => a)",
    "[2, 1].sort((a, b) => a - b)",
  ];
  for (const code of functions) {
    flag[ControlWord.entry] = EntryCheck.off;
    await run(code);
    flag[ControlWord.entry] = EntryCheck.once;
    assert.equal((await thrown(code)).name, "KernelInterrupt", code);
    await run(code);
    flag[ControlWord.entry] = EntryCheck.always;
    assert.equal((await thrown(code)).name, "KernelInterrupt", code);
    assert.equal((await thrown(code)).name, "KernelInterrupt", code);
    flag[ControlWord.entry] = EntryCheck.closed;
    await run(code);
  }
});

test("a function runs elsewhere from its own source text, and one that calls nothing is left as it is written", async () => {
  await run("const loop = (n: number) => { let s = 0; for (let i = 0; i < n; i++) s += Math.abs(i); return s }");
  assert.equal(await run("new Function('return (' + loop + ')(4)')()"), 6);
  assert.equal(await run("process.getBuiltinModule('node:vm').runInNewContext('(' + loop + ')(4)')"), 6);
  assert.equal(await run("String((a: number, b: number) => a - b)"), "(a, b) => a - b");
});

test("a stack names the user's cells and lines alone", async () => {
  const error = await thrown("function fail(o: any) {\n  return o.x.y;\n}", "\nfail({})");
  const lines = (error.stack ?? "").split("\n");
  assert.equal(lines[0], "TypeError: Cannot read properties of undefined (reading 'y')");
  assert.match(lines[1] ?? "", /at fail \(Cell \[\d+\]:2:14\)$/);
  assert.match(lines[2] ?? "", /at Cell \[\d+\]:2:1$/);
  assert.doesNotMatch(error.stack ?? "", /evaluator|node:/);
});

test("messages of V8 speak of the user's names, not of what they are compiled to", async () => {
  assert.equal((await thrown("const f: any = 1", "f()")).message, "f is not a function");
  assert.equal((await thrown("const C: any = 1; new C()")).message, "C is not a constructor");
});

test("lowered text throws at the user's own line and column", async () => {
  const source = "%%time\nboom()";
  const text = "\n await boom()";
  const map = [{ lowered: text.indexOf("boom"), source: source.indexOf("boom"), length: 6 }];
  const cell = await compile(`const boom = () => { throw new Error("x") }`);
  await evaluator().evaluate(cell, { cwd: folder() });
  const lowered = await compile(text, { map, source });
  await assert.rejects(evaluator().evaluate(lowered, { cwd: folder() }), (error: Error) => {
    assert.match(error.stack ?? "", /Cell \[\d+\]:2:1\b/);
    return true;
  });
});

test("assigning to an earlier function or class is said in its own words", async () => {
  await run("function f() {} class C {} enum E { A }");
  assert.deepEqual(await codes("f = 1"), ["TS2630"]);
  assert.deepEqual(await codes("C = 1"), ["TS2629"]);
  assert.deepEqual(await codes("E = 1"), ["TS2628"]);
});

test("a declaration of an earlier cell keeps the types it was made with when those are declared again", async () => {
  await run("interface P { x: number }", "const p: P = { x: 1 }", "interface P { y: string }");
  assert.equal(await run("p.x + 1"), 2);
  assert.deepEqual(await codes("const q: P = { x: 1 }"), ["TS2353"]);
});

test("a class whose type no declaration can spell is known to later cells", async () => {
  await run("const mixin = () => class { private secret = 1; shown = 2 }; const made = new (mixin())()");
  assert.equal(await run("made.shown"), 2);
  assert.deepEqual(await codes("made.hidden"), ["TS2339"]);
});

test("names beyond the first file slots, and names used again and again, stay right", async () => {
  for (let at = 0; at < 70; at += 1) await run(`const n${at} = ${at}; let shared = ${at}`);
  assert.equal(await run("n0 + n69 + shared"), 138);
});

test("code without any types is JavaScript; with types it is strict", async () => {
  assert.deepEqual(await codes("function add(a, b) { return a + b }"), []);
  assert.deepEqual(await codes("function add(a, b: number) { return a + b }"), ["TS7006"]);
});

test("the folder's tsconfig.json is honoured", async () => {
  const own = mkdtempSync(join(tmpdir(), "runlab-hub-"));
  writeFileSync(join(own, "tsconfig.json"), JSON.stringify({ compilerOptions: { strict: false } }));
  const lax = new HubEngine({ cwd: own });
  const compiled = await lax.compile({ count: 1, text: "const s: string = null" });
  await lax.close();
  rmSync(own, { recursive: true, force: true });
  assert.equal(compiled.ok, true);
});

test("a tsconfig.json that leaves JSX to a bundler, or to functions of its own, works in cells", async () => {
  const factories =
    "const h = (...all: any[]) => all, Frag = 'f', dom = { make: h }, Group = 'g'; declare namespace dom { namespace JSX { interface IntrinsicElements { b: {} } } }";
  for (const [jsx, made] of [
    [{ jsx: "preserve" }, /jsx-runtime/],
    [{ jsx: "react", jsxFactory: "h", jsxFragmentFactory: "Frag" }, /\$_h\.v\(\$_Frag\.v/],
    [{ jsx: "react", jsxFactory: "dom.make", jsxFragmentFactory: "Group" }, /\$_dom\.v\.make\(\$_Group\.v/],
  ] as const) {
    const own = mkdtempSync(join(tmpdir(), "runlab-hub-"));
    writeFileSync(join(own, "tsconfig.json"), JSON.stringify({ compilerOptions: jsx }));
    const runtime = "declare module 'react/jsx-runtime' { export const jsx: any, jsxs: any, Fragment: any }";
    const other = new HubEngine({ cwd: own, ambient: runtime });
    const first = await other.compile({ count: 1, text: factories });
    const second = await other.compile({ count: 2, text: "const made = <><b>1</b></>" });
    await other.close();
    rmSync(own, { recursive: true, force: true });
    assert.equal(first.ok, true);
    if (!second.ok) assert.fail(second.diagnostics.map(({ message }) => message).join("\n"));
    assert.match(second.js, made);
  }
});

test("// @ts-nocheck at a cell's top leaves errors of syntax alone", async () => {
  assert.deepEqual(await codes("// @ts-nocheck\nconst n: number = 'text'; nowhere()"), []);
  assert.deepEqual(await codes("// @ts-nocheck\nconst = 1"), ["TS1134", "TS1134"]);
  assert.deepEqual(await codes("1\n// @ts-nocheck\nnowhere"), ["TS2304"]);
});

test("an expression is refused when it is more than one", async () => {
  const compiled = await engine().compile({ count: 1, text: "1) ; (2", expression: true });
  assert.equal(compiled.ok, false);
});

test("hover gives every tag of a comment a line of its own in Markdown, and leaves code between fences as it is", async () => {
  const comment = ["Scales.", "@param rows - what comes", "@returns the same", "@example", "```", "@scale", "```"];
  await run(`/**\n * ${comment.join("\n * ")}\n */\nfunction scale(rows: number[]) { return rows }`);
  const shown = await engine().inspect({ code: "scale", cursor: 2 });
  const markdown = String(shown?.data["text/markdown"]);
  assert.match(markdown, /Scales\.\n\n- \*@param\* rows - what comes\n- \*@returns\* the same\n- \*@example\*/);
  assert.match(markdown, /```\n@scale\n```$/);
  assert.match(String(shown?.data["text/plain"]), /\n@param rows - what comes\n@returns the same\n/);
});

test("hover does not show how names come from cell to cell", async () => {
  await run("interface Row { a: number }; let rows: Row[] = []; const first = (list: Row[]) => list[0]");
  const shown = await engine().inspect({ code: "first(rows)", cursor: 2 });
  assert.equal(shown?.data["text/plain"], "const first: (list: Row[]) => Row");
  await run("const Point = { x: 1 }; type Point = { y: number }");
  const both = await engine().inspect({ code: "Point.x", cursor: 2 });
  assert.equal(both?.data["text/plain"], "const Point: {\n    x: number;\n}");
});

test("a name of the browser's is refused with the way to its types", async () => {
  const compiled = await engine().compile({ count: 1, text: "document.title" });
  assert.ok(!compiled.ok);
  const [found] = compiled.diagnostics;
  assert.match(found?.message ?? "", /begin with \/\/\/ <reference lib="dom" \/>$/);
});

test("unfinished code has TypeScript's own errors of it alone, and none of text that is not the user's", async () => {
  for (const text of [
    "let q = Math.",
    "if (true)",
    "type T =",
    "const z = () =>",
    "let u = 1 +",
    "f(",
    "while (1)",
    "[1,",
  ]) {
    const alone = ts.transpileModule(text, { reportDiagnostics: true }).diagnostics ?? [];
    const compiled = await engine().compile({ count: ++state.count, text });
    const found = compiled.ok ? [] : compiled.diagnostics;
    assert.deepEqual(
      found.map(({ code, start }) => [code, start]),
      alone.map(({ code, start }) => [`TS${code}`, start]),
      text,
    );
    assert.ok(found.length > 0 && !found.some(({ message }) => message.includes("export")), text);
  }
});

test("a line that goes on with the one above, and is in error, hints at the semicolon", async () => {
  for (const text of [
    "const [a, b] = [1, 2]\n[x]",
    "let a = 1, b = 2\n[a, b] = [b, a]",
    "const c = 1\n(c + 1).toFixed()",
  ]) {
    const compiled = await engine().compile({ count: ++state.count, text });
    assert.ok(!compiled.ok && compiled.diagnostics.some(({ message }) => message.includes("semicolon")), text);
  }
  const plain = await engine().compile({ count: ++state.count, text: "const d = [1]\n;[y]" });
  assert.ok(!plain.ok && !plain.diagnostics.some(({ message }) => message.includes("semicolon")));
});

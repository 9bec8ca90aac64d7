import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Checker } from "../../../src/kernel/engine/hub/checker.js";
import { HubEngine } from "../../../src/kernel/engine/hub/hub-engine.js";

const folder = mkdtempSync(join(tmpdir(), "runlab-edit-"));
const typed = join(folder, "node_modules", "typed");
mkdirSync(typed, { recursive: true });
writeFileSync(
  join(typed, "package.json"),
  '{ "name": "typed", "version": "1.0.0", "types": "index.d.ts", "main": "index.js" }',
);
writeFileSync(
  join(typed, "index.d.ts"),
  "export interface Shape { side: number }\nexport declare function shape(): Shape;",
);
writeFileSync(join(folder, "local.ts"), "export const local = 1;");
const engines: HubEngine[] = [];

after(async () => {
  for (const engine of engines) await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

function newEngine(): HubEngine {
  const engine = new HubEngine({ cwd: folder });
  engines.push(engine);
  return engine;
}

function checkerOf(engine: HubEngine): Checker {
  return engine.checker;
}

test("only the first import of a module makes a new program; later cells edit the one there is", async () => {
  const engine = newEngine();
  /** Whether the cell was compiled with the program of the cell before it. */
  const edits = async (text: string): Promise<boolean> => {
    const before = checkerOf(engine).program();
    const compiled = await engine.compile({ count: 1, text });
    assert.ok(compiled.ok, text);
    return checkerOf(engine).program() === before;
  };
  await edits("const first = 1");
  assert.equal(await edits("first"), true);
  assert.equal(await edits("import { shape } from 'typed'; const square = shape()"), false);
  const cells = [
    "first + 1",
    "square.side",
    "import type { Shape } from 'typed'; const other: Shape = square",
    "import { shape as again } from 'typed'; const inferred = [again()]",
    "inferred[0]?.side",
    "(await import('typed')).shape()",
    "interface Wide extends Shape { width: number } class Box { constructor(readonly shape: Wide) {} }",
    "const box = new Box({ side: 1, width: 2 })",
    "box.shape.width",
    "2",
  ];
  for (const cell of cells) assert.equal(await edits(cell), true, cell);
  for (const name of ["node:fs", "./local"]) {
    await edits(`import * as a from '${name}'`);
    for (const cell of ["3", `import * as b from '${name}'; typeof b`, "4"]) {
      assert.equal(await edits(cell), true, `${name}: ${cell}`);
    }
  }
  await edits("declare global { interface Array<T> { last(): T } }");
  assert.equal(await edits("[1].last"), false, "a cell behind one that declares something global");
  assert.equal(await edits("[2].last"), true);
});

test("JSX after plain cells, in another folder and after a module's first import, makes no new program", async () => {
  const react = join(folder, "node_modules", "react");
  mkdirSync(react, { recursive: true });
  writeFileSync(join(react, "package.json"), '{ "name": "react", "version": "1.0.0" }');
  writeFileSync(
    join(react, "jsx-runtime.d.ts"),
    "export namespace JSX { interface IntrinsicElements { b: {} } interface Element {} }\nexport declare const jsx: (type: string) => JSX.Element;",
  );
  const engine = newEngine();
  await engine.compile({ count: 1, text: "1" });
  mkdirSync(join(folder, "below"));
  engine.moveTo(join(folder, "below"));
  await engine.compile({ count: 2, text: "2" });
  await engine.compile({ count: 3, text: "import { shape } from 'typed'; const before = shape()" });
  await engine.compile({ count: 4, text: "before.side" });
  const program = checkerOf(engine).program();
  const compiled = await engine.compile({ count: 5, text: "const bold = <b></b>" });
  assert.deepEqual(compiled.ok ? [] : compiled.diagnostics, []);
  await engine.compile({ count: 6, text: "bold" });
  assert.equal(checkerOf(engine).program(), program);
  rmSync(react, { recursive: true });
});

/** Cells whose types, errors and names depend on those before them; each is compiled with an old checker and with a new one. */
const notebook = [
  "interface Trial { id: number; tags: Record<string, string> }",
  "const trial: Trial = { id: 1, tags: {} }; let count = 0",
  "trial.id.toUpperCase()",
  "trial.id.toUpperCase()",
  "count += 'x'.length; function next() { return { ...trial, id: trial.id + 1 } }",
  "const trials = [next(), next()].map(({ id }) => id)",
  "interface Trial { name: string }",
  "const other: Trial = { name: 'a' }; trial.tags",
  "const wrong: Trial = { id: 1 }",
  "// @ts-expect-error\ncount = 'text'",
  "// @ts-expect-error\ncount = 1",
  "// @ts-ignore\n// why\n\ncount = 'text'",
  "class Box<T> { constructor(readonly value: T) {} map<U>(f: (value: T) => U) { return new Box(f(this.value)) } }",
  "const box = new Box(trials).map((ids) => ids.length).map(String)",
  "box.value.length + box.value.missing",
  "class Box {}",
  "box.map(Number).value.toFixed()",
  "import { shape } from 'typed'; const square = shape()",
  "square.side.toFixed(square)",
  "enum Color { Red, Green } namespace Paint { export const color = Color.Red }",
  "Paint.color === Color.Green",
  "Color = 1",
  "const { side, missing } = square",
  "declare global { interface Array<T> { second(): T } }",
  "[1, 2].second().toFixed()",
  "type Sides = { [K in keyof typeof square]: string }; const sides: Sides = { side: 1 }",
  "const list = []; list.push(1); list",
  "list.map((x) => x.toFixed())",
  "unknownName + 1",
  "unknownName + 1",
  "const pair = [square, trial] as const",
  "const nested = { pair, list, box, sides: [square] }; function give() { return { ...nested, count } }",
  "const given = give()",
  "given.sides[0].side.toFixed() + given.pair[1].tags.x + given.pair[0].missing",
  "given.box.map((x) => square)",
  "const mapped = given.box.map((x) => square); import { local } from './local'; const again = { local, mapped }",
  "again.mapped.value.side + again.local",
  "let self = () => self()",
  "const deep = { a: { b: [new Box(), box] as const } }",
  "deep.a.b[1].value.length + deep.a.b[0].value",
];

test("an edited program says of every cell what a program made anew says", async () => {
  const edited = newEngine();
  const anew = newEngine();
  for (const [index, text] of notebook.entries()) {
    checkerOf(anew).lookAgain();
    const input = { count: index + 1, text };
    assert.deepEqual(await edited.compile(input), await anew.compile(input), text);
    const request = { code: "trial.", cursor: 6 };
    if (index % 5 === 4) assert.deepEqual(await edited.complete(request), await anew.complete(request), text);
  }
});

test("after completion and hover of wrong code the next cell's errors are its own", async () => {
  const engine = newEngine();
  await engine.compile({ count: 1, text: "const value = 1" });
  await engine.complete({ code: "value.toFixed(missing).", cursor: 23 });
  await engine.inspect({ code: "value.wrong + missing", cursor: 2 });
  assert.ok((await engine.compile({ count: 2, text: "value.toFixed()" })).ok);
  const refused = await engine.compile({ count: 3, text: "value.wrong + missing" });
  assert.deepEqual(refused.ok ? [] : refused.diagnostics.map(({ code }) => code), ["TS2339", "TS2304"]);
});

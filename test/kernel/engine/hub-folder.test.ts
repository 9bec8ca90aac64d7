import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, test } from "node:test";
import type { Diagnostic } from "../../../src/kernel/engine/engine.js";
import { HubEvaluator } from "../../../src/kernel/engine/hub/evaluator.js";
import { HubEngine } from "../../../src/kernel/engine/hub/hub-engine.js";

const home = realpathSync(mkdtempSync(join(tmpdir(), "runlab-hub-folder-")));
const engine = new HubEngine({ cwd: home });
const evaluator = new HubEvaluator((specifier, from) => engine.compileModule(specifier, from));
const at = { count: 0, cwd: home };

beforeEach(async () => {
  await engine.reset();
  evaluator.reset();
  move(home);
});
after(async () => {
  await engine.close();
  rmSync(home, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** As `%cd` does. */
function move(folder: string): void {
  engine.moveTo(folder);
  at.cwd = folder;
}

async function run(text: string): Promise<unknown> {
  const cell = await engine.compile({ count: ++at.count, text });
  if (!cell.ok) return assert.fail(cell.diagnostics.map(({ message }) => message).join("\n"));
  return (await evaluator.evaluate(cell, { cwd: at.cwd })).value;
}

async function refused(text: string): Promise<Diagnostic[]> {
  const cell = await engine.compile({ count: ++at.count, text });
  return cell.ok ? [] : cell.diagnostics;
}

test("relative imports and packages are looked up from the folder that the notebook moved to", async () => {
  write("sub/near.ts", "export interface Near { at: string }\nexport const near = (): Near => ({ at: 'sub' });");
  write("near.ts", "export const near = () => ({ at: 'home' });");
  write(
    "sub/node_modules/inner/package.json",
    '{ "name": "inner", "main": "index.js", "types": "index.d.ts", "version": "1.0.0" }',
  );
  write("sub/node_modules/inner/index.js", "exports.inner = 7;");
  write("sub/node_modules/inner/index.d.ts", "export declare const inner: number;");
  assert.equal(await run("import { near } from './near'; near().at"), "home");
  assert.deepEqual(
    (await refused("import { inner } from 'inner'")).map(({ code }) => code),
    ["TS2307"],
  );
  move(join(home, "sub"));
  assert.equal(await run("import { inner } from 'inner'; import { near as there } from './near'; there().at"), "sub");
  assert.equal(await run("const kept = there(); near().at + inner"), "home7");
  move(home);
  assert.equal(await run("import { near as again } from './near'; [again().at, kept.at].join()"), "home,sub");
  assert.deepEqual(
    (await refused("kept.nowhere")).map(({ code }) => code),
    ["TS2339"],
  );
});

test("a path that only running code knows is compiled, and read again after an edit", async () => {
  write("parts/late.ts", "import { base } from './base';\nexport const late: number = base + 1;");
  write("parts/base.ts", "export const base: number = 1;");
  await run("const path = './parts/' + 'late.ts'");
  assert.equal(await run("(await import(path)).late"), 2);
  write("parts/base.ts", "export const base: number = 10 + 1;");
  assert.equal(await run("(await import(path)).late"), 12);
  const url = "new URL('parts/late.ts', 'file://' + process.cwd() + '/').href";
  const there = process.cwd();
  process.chdir(home);
  try {
    assert.equal(await run(`(await import(${url})).late`), 12);
  } finally {
    process.chdir(there);
  }
});

test("a path that only running code knows is refused when its file is no right TypeScript", async () => {
  write("wrong.ts", "export const fine = 1;\nexport const wrong: number = 'text';");
  await assert.rejects(run("await import(['.', 'wrong.ts'].join('/'))"), (error: Error) => {
    assert.equal(error.name, "TypeScriptError");
    assert.match(error.message, /^wrong\.ts:2:14 - TS2322: /m);
    return true;
  });
});

test("JavaScript beside the notebook is read again after an edit, ESM and CommonJS alike", async () => {
  write("esm.js", "export const esm = 1;");
  write("common.cjs", "const inner = require('./inner'); module.exports = { twice: 2 * inner.value };");
  write("inner.js", "exports.value = 1;");
  const cell =
    "import { esm } from './esm.js'; import common, { twice } from './common.cjs'; [esm, twice, common.twice]";
  assert.deepEqual(await run(cell), [1, 2, 2]);
  write("esm.js", "export const esm = 'edited';");
  write("inner.js", "exports.value = 21 + 0;");
  assert.deepEqual(await run(cell), ["edited", 42, 42]);
});

test("a CommonJS file is sloppy code, whose exports are what it says", async () => {
  write("sloppy.js", "module.exports = function () { undeclared = 5; return undeclared; };");
  assert.equal(await run("import sloppy from './sloppy.js'; sloppy()"), 5);
});

test("an error in an imported file carries that file's lines", async () => {
  write("typed.ts", "interface A { a: string }\n\nexport const a: A = { a: 1 };");
  const [found] = await refused("import { a } from './typed'");
  assert.equal(found?.file?.name, "typed.ts");
  assert.equal(found?.file?.text.slice(found.start, found.start + found.length), "a");
  write("throws.ts", "interface B { b: string }\n\nexport function fail(_: B): never {\n  throw new Error('x');\n}");
  await assert.rejects(run("import { fail } from './throws'; fail({ b: '' })"), (error: Error) => {
    assert.match(error.stack ?? "", /throws\.ts:4:9/);
    return true;
  });
  assert.match(evaluator.stacks.sourceOf(join(home, "throws.ts")) ?? "", /^interface B/);
});

test("packages typed through exports alone are found, by patterns and conditions too", async () => {
  const manifest = {
    name: "conditional",
    version: "1.0.0",
    type: "module",
    exports: {
      ".": { import: { types: "./dist/index.d.mts", default: "./dist/index.mjs" } },
      "./*": { types: "./dist/*.d.ts", import: "./dist/*.js" },
    },
  };
  write("node_modules/conditional/package.json", JSON.stringify(manifest));
  write("node_modules/conditional/dist/index.mjs", "export const pipe = (x) => x;");
  write("node_modules/conditional/dist/index.d.mts", "export declare function pipe<T>(x: T): T;");
  write("node_modules/conditional/dist/Schema.js", "export const decode = (text) => Number(text);");
  write("node_modules/conditional/dist/Schema.d.ts", "export declare function decode(text: string): number;");
  assert.equal(
    await run("import { pipe } from 'conditional'; import { decode } from 'conditional/Schema'; pipe(decode('4'))"),
    4,
  );
  assert.deepEqual(
    (await refused("decode(4)")).map(({ code }) => code),
    ["TS2345"],
  );
});

test("names that come from an import keep their types however many cells import something else", async () => {
  write("first.ts", "export class First { one = 1 }");
  write("second.ts", "export class Second { two = 2 }");
  await run("import { First } from './first'; const made = new First()");
  await run("import { Second } from './second'; let other = new Second()");
  await run("import * as os from 'node:os'; const eol = os.EOL");
  assert.equal(
    await run("import fs = require('node:fs'); typeof fs.statSync + made.one + other.two + eol.length"),
    "function121",
  );
  assert.deepEqual(
    (await refused("other = made")).map(({ code }) => code),
    ["TS2741"],
  );
});

test("a file that is imported for its effects alone and is not there is looked for too", async () => {
  write("effects.ts", "export {};");
  const [found] = await refused("import './efects'");
  assert.equal(found?.code, "TS2882");
  assert.match(found.message, /Did you mean '\.\/effects'\?$/);
});

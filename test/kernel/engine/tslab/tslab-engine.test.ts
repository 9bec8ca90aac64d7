import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { Compiled } from "../../../../src/kernel/engine/engine.js";
import { TslabEngine } from "../../../../src/kernel/engine/tslab/tslab-engine.js";
import { TslabEvaluator } from "../../../../src/kernel/engine/tslab/tslab-evaluator.js";
import { createNotebookFolder, type NotebookFolder } from "../conformance-folder.js";

/** What is tslab's own, and no promise of every engine. */
const state: { folder?: NotebookFolder; engine?: TslabEngine } = {};
/** Where the notebook has moved to. */
const place: { cwd?: string } = {};
const evaluator = new TslabEvaluator();
const engine = () => state.engine ?? assert.fail("the engine did not start");

before(() => {
  state.folder = createNotebookFolder();
  state.engine = new TslabEngine({ cwd: state.folder.path });
});
beforeEach(async () => {
  await engine().reset();
  evaluator.reset();
});
after(async () => {
  await state.engine?.close();
  state.folder?.remove();
});

async function compile(text: string): Promise<Compiled> {
  return engine().compile({ count: 1, text });
}

async function value(text: string): Promise<unknown> {
  const compiled = await compile(text);
  if (!compiled.ok) return assert.fail(compiled.diagnostics.map(({ message }) => message).join("\n"));
  return (await evaluator.evaluate(compiled, { cwd: place.cwd ?? state.folder?.path ?? "." })).value;
}

/** As `%cd` does. */
function moveTo(cwd: string): void {
  engine().moveTo(cwd);
  place.cwd = cwd;
}

test("says which TypeScript checks the cells", () => {
  assert.deepEqual([engine().name, engine().typescriptVersion], ["tslab", "5.0.4"]);
});

test("experimental decorators work, as notebooks written for tslab expect", async () => {
  await value("const marked: string[] = []; function mark(_target: object, key: string) { marked.push(key) }");
  assert.deepEqual(await value("class A { @mark method() {} }; marked"), ["method"]);
});

test("a @module cell with errors is refused at their place, and can be sent again", async () => {
  const compiled = await compile("/** @module area */\nexport const area: number = 'x';");
  assert.ok(!compiled.ok);
  assert.deepEqual(
    compiled.diagnostics.map(({ code, start }) => [code, start]),
    [["TS2322", 33]],
  );
  await value("/** @module area */\nexport const area: number = 1;");
  assert.equal(await value("import { area } from './area'; area"), 1);
});

test("an error with explanations is one diagnostic, which names its file", async () => {
  state.folder?.write("wrong.ts", "export const f: (a: { b: number }) => void = (a: { b: string }) => {};");
  const compiled = await compile("import { f } from './wrong'; f");
  assert.ok(!compiled.ok);
  assert.equal(compiled.diagnostics.length, 1);
  assert.match(compiled.diagnostics[0]?.message ?? "", /^wrong\.ts:1:14 - Type .*\n {2}Types of parameters/);
});

test("a throw at the top of a @module cell is said at its own line", async () => {
  await value("/** @module thrower */\n\nexport function fail() { throw new Error('in a module cell') }");
  await assert.rejects(value("import { fail } from './thrower'; fail()"), (error: Error) => {
    assert.match(error.stack ?? "", /thrower\.ts:3:32/);
    return true;
  });
});

test("@module cells are still there after the compiler has looked for a missing package again", async () => {
  await value("/** @module kept */\nexport const kept = 'kept';");
  assert.equal((await compile("import x from 'no-such-package'")).ok, false);
  assert.equal(await value("import { kept } from './kept'; kept"), "kept");
});

test("relative imports, and @module cells, are looked up from the folder that the notebook moved to", async () => {
  const home = state.folder?.path ?? ".";
  state.folder?.write("near.ts", "export const near = (): string => 'home';");
  state.folder?.write("sub/near.ts", "export const near = (): number => 7;");
  await value("/** @module moved */\nexport const moved: string = 'along';");
  await value("import { near } from './near'; interface Place { at: string } const kept: Place = { at: near() }");
  try {
    moveTo(join(home, "sub"));
    assert.equal(await value("import { near as there } from './near'; there() + 1"), 8);
    assert.equal(await value("import { moved } from './moved'; moved"), "along");
    assert.equal(await value("near() + kept.at"), "homehome");
    const refused = await compile("kept.nowhere");
    assert.deepEqual(refused.ok ? [] : refused.diagnostics.map(({ code }) => code), ["TS2339"]);
  } finally {
    moveTo(home);
  }
  assert.equal(await value("import { near as again } from './near'; again()"), "home");
});

test("tslab and its compiler stay unchanged for everyone else in the process", () => {
  const requireFromTslab = createRequire(createRequire(import.meta.url).resolve("tslab"));
  const ts = requireFromTslab("@tslab/typescript-for-tslab") as {
    sys: { watchDirectory: unknown; getCurrentDirectory(): string };
  };
  assert.equal(ts.sys.getCurrentDirectory(), process.cwd().replaceAll("\\", "/"));
});

test("no file watchers keep the process alive", () => {
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((name) => name.startsWith("FSEvent") || name.startsWith("StatWatcher")),
    [],
  );
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { completeThrough, isCompleteThrough } from "../../../src/kernel/engine/cell-assistant.js";
import { CellCompiler } from "../../../src/kernel/engine/cell-compiler.js";
import { HubEngine } from "../../../src/kernel/engine/hub/hub-engine.js";
import { syntaxOf } from "../../../src/kernel/engine/syntax.js";
import { cellLanguage } from "../../../src/main/serve-engine.js";
import { sharedSession } from "../../../src/stores/shared-session.js";

const folder = mkdtempSync(join(tmpdir(), "runlab-cell-assistant-"));
const language = cellLanguage(async () => sharedSession());
const engine = new HubEngine({ cwd: folder, ambient: language.ambient });
const compiler = new CellCompiler(engine, language);

before(async () => {
  await compiler.compile("const batchSize = 32", 1);
});
after(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Completes at the `|`. */
async function matches(marked: string): Promise<string[]> {
  const cursor = marked.indexOf("|");
  const found = await completeThrough(engine, language, { code: marked.replace("|", ""), cursor });
  return found.matches;
}

test("names of the lowered text are not offered, a name of the user's that begins with a dollar is", async () => {
  const places = ["$|", "%log_metric loss {$|}", "%%sweep lr={$|}\n1", "%%sweep lr=[1, 2]\n$|", "const n: $|"];
  for (const place of places) {
    const lowered = language.lower(place.replace("|", "x"), syntaxOf(engine));
    const names: readonly string[] =
      `${language.ambient} ${lowered.code?.text}`.match(/(?<![\w$"'])\$[A-Za-z]\w*/g) ?? [];
    assert.ok(names.length > 0);
    const offered = await matches(place);
    assert.deepEqual(
      offered.filter((name) => names.includes(name) && name !== "$x"),
      [],
      place,
    );
  }
  assert.deepEqual(await matches("const $mine = 1; $m|"), ["$mine"]);
});

async function status(code: string): Promise<string> {
  return (await isCompleteThrough(engine, language, code)).status;
}

async function errors(source: string): Promise<Array<[string | undefined, string]>> {
  const answer = await compiler.compile(source, 2);
  return answer.ok ? [] : answer.diagnostics.map(({ name, code }) => [name, code]);
}

test("inside the braces of a cell magic's header completion is TypeScript's, with a body and without", async () => {
  assert.ok((await matches("%%run name={batchS|}\nconst batchStep = 1")).includes("batchSize"));
  assert.ok((await matches("%%run name={batchS|}")).includes("batchSize"));
  assert.ok((await matches("%%run name=a\nbatchS|")).includes("batchSize"));
  assert.ok((await matches("const n = 1\n%log_metric loss {batchSize.toF|}")).includes("toFixed"));
});

test("a cell magic asks for its body, and for more until an empty line", async () => {
  assert.equal(await status("%%run"), "incomplete");
  assert.equal(await status("%%run name=a\nconst n = 1"), "incomplete");
  assert.equal(await status("%%run name=a\nconst n = 1\n"), "complete");
  assert.equal(await status("%%run name=a\nfor (;;) {"), "incomplete");
  assert.equal(await status("%log_metric loss 1"), "complete");
});

test("a cell with JSX in it is complete when its elements are closed", async () => {
  assert.equal(await status("const a = <div>{1}</div>"), "complete");
  assert.equal(await status("const a = <div>"), "incomplete");
});

test("magics stand beside JSX", async () => {
  const language = "/** @jsx h */ declare namespace JSX { interface IntrinsicElements { p: {} } }\n";
  assert.deepEqual(
    (
      await errors(`${language}const h = (tag: string) => tag;\nconst e = <p>text</p>\n%set_tag shown {String(e)}`)
    ).filter(([name]) => name === "MagicError"),
    [],
  );
});

test("what is wrong with a magic is a MagicError, what is wrong with TypeScript keeps its number", async () => {
  assert.deepEqual(await errors("%log_metric"), [["MagicError", ""]]);
  assert.deepEqual(await errors("%%run"), [["MagicError", ""]]);
  assert.deepEqual(await errors("const n: number = 'a'"), [[undefined, "TS2322"]]);
});

test("a magic inside a statement is one error, not also those of the parser behind it", async () => {
  assert.deepEqual(await errors("const f = (x: unknown) => x; f(%best rmse)"), [["MagicError", ""]]);
});

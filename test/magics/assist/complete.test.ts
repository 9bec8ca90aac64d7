// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cells in here hold templates
import assert from "node:assert/strict";
import { test } from "node:test";
import { typescriptSyntax as syntax } from "../../../src/kernel/engine/syntax.js";
import { complete } from "../../../src/magics/assist/complete.js";
import { inspect } from "../../../src/magics/assist/hover.js";
import { MagicIndex } from "../../../src/magics/language/find-magic.js";
import type { NameSource } from "../../../src/magics/magic.js";
import { sweep } from "../../../src/magics/tracking/sweep.js";
import { testMagics } from "../test-magics.js";

const index = new MagicIndex(testMagics);
const names: NameSource = async (kind) =>
  ({ run: ["elastic", "my run"], metric: ["rmse", "r2"] })[kind as string] ?? [];

/** `|` is the cursor. @returns matches with what they replace */
async function at(marked: string, source = names): Promise<{ matches: string[]; replaces: string } | undefined> {
  const cursor = marked.indexOf("|");
  const code = marked.slice(0, cursor) + marked.slice(cursor + 1);
  const found = await complete({ code, cursor }, index, syntax, {
    names: source,
    environment: () => [],
    typescript: async () => ({ matches: [], start: cursor, end: cursor }),
  });
  return found && { matches: found.matches, replaces: code.slice(found.start, found.end) };
}

function hover(marked: string): string | undefined {
  const cursor = marked.indexOf("|");
  const bundle = inspect({ code: marked.slice(0, cursor) + marked.slice(cursor + 1), cursor }, index, syntax);
  return bundle && String(bundle.data["text/plain"]);
}

test("%% proposes cell magics, % line magics, and both where both may stand", async () => {
  assert.deepEqual(await at("%%r|"), { matches: ["%%run"], replaces: "%%r" });
  assert.deepEqual(await at("f()\n%log_m|"), { matches: ["%log_metric", "%log_metrics"], replaces: "%log_m" });
  assert.deepEqual((await at("%ti|"))?.matches, ["%time", "%%time"]);
  assert.deepEqual((await at("f()\n  %ti|"))?.matches, ["%time"]);
});

test("a lone % proposes all, also below code that ends without a semicolon", async () => {
  const all = await at("const a = b\n%|");
  assert.equal(all?.matches.length, testMagics.filter((magic) => magic.kind !== "cell").length);
});

test("a % inside a template, a comment or an expression is TypeScript's", async () => {
  assert.equal(await at("const s = `\n%lo|\n`"), undefined);
  assert.equal(await at("/*\n%lo|\n*/"), undefined);
  assert.equal(await at("f(a\n%lo|\n)"), undefined);
  assert.equal(await at("a % lo|"), undefined);
});

test("names come from the store, quoted where they are no plain word", async () => {
  assert.deepEqual(await at("%best r|"), { matches: ["rmse", "r2"], replaces: "r" });
  assert.deepEqual((await at("%compare elastic |"))?.matches.slice(0, 2), ["elastic", '"my run"']);
  assert.deepEqual(await at('%compare "my|'), { matches: ['"my run"'], replaces: '"my' });
  assert.deepEqual(await at("const b = %best rm|"), { matches: ["rmse"], replaces: "rm" });
  assert.deepEqual(await at("%compare metric=r|"), { matches: ["rmse", "r2"], replaces: "r" });
});

test("options that are given already are not proposed again", async () => {
  assert.deepEqual((await at("%compare metric=rmse force w|"))?.matches, ["where="]);
  assert.deepEqual((await at("%compare metric=rmse f|"))?.matches, ["force"]);
  assert.deepEqual(
    (await at("%compare metric=rmse m|"))?.matches,
    ["my run"].map((name) => `"${name}"`),
  );
  assert.deepEqual((await at("%%run t|"))?.matches, ["tag."]);
});

test("the choices of an option are proposed", async () => {
  assert.deepEqual(await at("%best rmse m|"), { matches: ["min", "max"], replaces: "m" });
});

test("inside { }, a template or code TypeScript answers", async () => {
  assert.equal(await at("%log_metric loss {mod|}"), undefined);
  assert.equal(await at("%log_metric `a ${mod|}`"), undefined);
  assert.equal(await at("%time fi|"), undefined);
  assert.deepEqual((await at("%log_metric loss {mod} s|"))?.matches, ["step="]);
});

test("the ranges of a sweep are proposed where a param's braces begin, and TypeScript answers behind them", async () => {
  const sweeps = new MagicIndex([sweep]);
  const inHeader = async (marked: string) => {
    const cursor = marked.indexOf("|");
    const typescript = async () => ({ matches: ["unit"], start: cursor, end: cursor });
    const asked = { names, environment: () => [], typescript };
    const code = marked.replace("|", "");
    return (await complete({ code, cursor }, sweeps, syntax, asked))?.matches;
  };
  assert.deepEqual(await inHeader("%%sweep lr={un|"), ["uniform", "unit"]);
  assert.deepEqual(await inHeader("%%sweep lr={|}"), ["uniform", "logUniform", "int", "unit"]);
  assert.equal(await inHeader("%%sweep lr={uniform(lo|)}"), undefined);
});

test("a store that fails only means fewer proposals", async () => {
  const failing: NameSource = () => Promise.reject(new Error("no store"));
  assert.deepEqual((await at("%compare |", failing))?.matches, ["metric=", "where=", "force", "columns="]);
});

test("a closing quote that the editor has put there is not doubled", async () => {
  assert.deepEqual(await at('%compare "my|"'), { matches: ['"my run'], replaces: '"my' });
});

test("items of a list are completed as the argument is", async () => {
  assert.deepEqual((await at("%compare metric=[rmse, r|"))?.matches, ["rmse", "r2"]);
});

test("hovering a magic's name shows its help, an option its words", () => {
  assert.match(hover("%log_me|tric loss {x}") ?? "", /%log_metric <key> <value> \[step=…\]/);
  assert.match(hover("%%ru|n name=a\nf()") ?? "", /%%run/);
  assert.match(hover("%log_metric loss {x} st|ep={e}") ?? "", /^step: number\n/);
  assert.match(hover("%compare for|ce") ?? "", /^force: flag\n/);
  assert.equal(hover("%log_metric loss {x|}"), undefined);
  assert.equal(hover("f|()\n%best rmse"), undefined);
});

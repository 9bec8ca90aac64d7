import assert from "node:assert/strict";
import { test } from "node:test";
import { typescriptSyntax as syntax } from "../../../src/kernel/engine/syntax.js";

/** The text from a `{` or backquote up to where it closes. */
function closed(text: string, start = text.search(/[{`]/)): string | undefined {
  const end = syntax.closing(text, start);
  return end < 0 ? undefined : text.slice(start, end);
}

test("an expression closes at its own brace", () => {
  assert.equal(closed("%log loss {a.b} step={e}"), "{a.b}");
  assert.equal(closed("{ { a: '}' } } x"), "{ { a: '}' } }");
  assert.equal(closed("{/}/.test(s)} x"), "{/}/.test(s)}");
  assert.equal(closed(`{ \`}\${ {a: 1}.a }}\` } x`), `{ \`}\${ {a: 1}.a }}\` }`);
  assert.equal(closed("{ a // }\n} x"), "{ a // }\n}");
});

test("what is not closed is said to be open", () => {
  assert.equal(closed("{ a"), undefined);
  assert.equal(closed("{ '}"), undefined);
  assert.equal(closed("`a ${b"), undefined);
});

test("a template closes at its own backquote", () => {
  const template = `\`a \${\`b\`} c\``;
  assert.equal(closed(`name=${template} x`, 5), template);
});

test("statements say whether await may stand in their place", () => {
  const text =
    "void 0;\nconst a = void 0;\nfunction f() { void 0 }\nasync () => { void 0 };\nclass C { m() { void 0 } static { void 0 } }";
  const found = syntax.statements(text).filter(({ kind }) => kind !== "other");
  assert.deepEqual(
    found.map(({ kind, place }) => `${kind} ${place}`),
    ["void async", "assigned async", "void sync", "void async", "void sync", "void class"],
  );
});

test("statements are found beside a chain of 20,000 operators", () => {
  const text = `void 0;\nconst sum = ${Array(20_000).fill("1").join(" + ")};\nconst a = void 0;`;
  assert.deepEqual(
    syntax.statements(text).map(({ kind }) => kind),
    ["void", "other", "assigned"],
  );
});

test("await parses at the top of a cell, a missing brace does not", () => {
  assert.equal(syntax.parses("await f()"), true);
  assert.equal(syntax.parses("if (a) {"), false);
});

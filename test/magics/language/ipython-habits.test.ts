import assert from "node:assert/strict";
import { test } from "node:test";
import { typescriptSyntax as syntax } from "../../../src/kernel/engine/syntax.js";
import { MagicIndex } from "../../../src/magics/language/find-magic.js";
import { foreignSyntax, habitHint } from "../../../src/magics/language/ipython-habits.js";
import { lower } from "../../../src/magics/language/lower.js";
import { magics } from "../../../src/magics/registry.js";

const explained = (cell: string) => foreignSyntax(cell).map(({ message }) => message);

test("a shell command behind ! is explained with the line to write", () => {
  assert.deepEqual(explained("const a = 1\n  !ls -l data\n!pip install x"), [
    "A line that starts with ! is not a shell command here. Write %sh ls -l data",
    "A line that starts with ! is not a shell command here. Write %sh pip install x",
  ]);
});

test("a negation is taken for no shell command", () => {
  for (const cell of ["!done && stop()", "!(a)", "!a[0]", "!f()", "!!a", "!a || b", "!a ? 1 : 2", "!a === b", "!a;"]) {
    assert.deepEqual(explained(cell), [], cell);
  }
});

test("help asked for by ? leads to Shift+Tab; a ternary over several lines does not", () => {
  for (const cell of ["model?", "model.fit??", "?model", "??model"]) {
    assert.match(explained(cell)[0] ?? "", /^Shift\+Tab on model(\.fit)? shows what it is/, cell);
  }
  assert.deepEqual(explained("ready ?\n  1 : 2"), []);
});

test("the explanation is shown in place of a compile error only: it travels beside the code", () => {
  const { code, suspects } = lower("!ls", new MagicIndex(magics), syntax);
  assert.equal(code?.text, "!ls");
  assert.equal(suspects?.length, 1);
  assert.equal(lower("1 + 1", new MagicIndex(magics), syntax).suspects, undefined);
});

test("no hint is about a magic that there is", () => {
  for (const { name, kind } of magics) assert.equal(kind === "cell" ? undefined : habitHint(name), undefined, name);
});

test("what a hint names exists", () => {
  const known = new Set(magics.map(({ name }) => name));
  for (const name of [
    "bash",
    "ls",
    "python",
    "conda",
    "yarn",
    "history",
    "matplotlib",
    "prun",
    "whos",
    "latex",
    "store",
  ]) {
    for (const [, magic = ""] of (habitHint(name) ?? "").matchAll(/%([a-z_]+)/g)) {
      if (magic !== "name") assert.ok(known.has(magic), `${name}: %${magic}`);
    }
  }
});

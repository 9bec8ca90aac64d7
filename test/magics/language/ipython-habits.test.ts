import assert from "node:assert/strict";
import { test } from "node:test";
import { typescriptSyntax } from "../../../src/kernel/engine/syntax.js";
import type { Syntax } from "../../../src/kernel/extension.js";
import { MagicIndex } from "../../../src/magics/language/find-magic.js";
import { habitHint } from "../../../src/magics/language/ipython-habits.js";
import { lower } from "../../../src/magics/language/lower.js";
import { magics } from "../../../src/magics/registry.js";

const index = new MagicIndex(magics);
/** Earlier cells have declared `done`. */
const syntax: Syntax = {
  ...typescriptSyntax,
  hasName: (name, text) => name === "done" || typescriptSyntax.hasName(name, text),
};

const lowered = (cell: string) => lower(cell, index, syntax).code?.text;
const explained = (cell: string) => (lower(cell, index, syntax).suspects ?? []).map(({ message }) => message);

function isCode(cell: string): void {
  assert.equal(lowered(cell), cell);
}

test("a line that begins with ! is a shell command where its first word is no name", () => {
  assert.equal(
    lowered("const a = 1\n  !ls -l data\n!pip install x // y"),
    'const a = 1\n  void await $magic.sh("ls -l data");\nvoid await $magic.sh("pip install x // y");',
  );
  assert.equal(lowered("!!ls -l"), 'await $magic.assigned.sh("ls -l");');
  assert.equal(lowered("if (a)\n  ! ls"), 'if (a)\n  void await $magic.sh("ls");');
  for (const command of ["./run.sh", "/usr/bin/env node", "~/bin/tool", "apt-get update", "if [ -f x ]; then y; fi"]) {
    assert.equal(lowered(`!${command}`), `void await $magic.sh(${JSON.stringify(command)});`);
  }
});

test("the negation of a name that the cell can use stays TypeScript", () => {
  for (const cell of [
    "!done && stop()",
    "!done",
    "const ready = f()\n!ready && g()",
    "for (const each of list) {\n  !each.ok && g()\n}",
    "import { ok } from './a.js'\n!ok && g()",
    "!process.env.HOME && g()",
    "!await f() && g()",
    "!new Set([1]).has(2) && g()",
    "!this && g()",
  ]) {
    isCode(cell);
  }
});

test("! before anything but a name or a path stays TypeScript, and so does anything but a statement", () => {
  for (const cell of [
    "!(a) && b",
    "![].length",
    "!!done",
    "!!done && f()",
    "!!!ls",
    '!"" && 1',
    "!/a/.test(s) && g()",
    "!.5",
    "a\n!= b",
    "const s = `\n!ls\n`",
    "/*\n!ls\n*/",
    "const a = (b &&\n!ls\n)",
    "xs.forEach(() => {\n  !ls\n})",
  ]) {
    isCode(cell);
  }
});

test("name?, ?name and name?? ask what a name stands for", () => {
  for (const [cell, about] of [
    ["model?", "model"],
    ["model.fit??", "model.fit"],
    ["?model", "model"],
    ["  ??model  ", "model"],
  ] as const) {
    assert.equal(lowered(cell)?.trim(), `await $magic.pinfo("${about}");`);
  }
  assert.equal(lowered("const a = 1\na?\na"), 'const a = 1\nawait $magic.pinfo("a");\na');
});

test("a conditional expression over several lines is no question", () => {
  isCode("ready ?\n  1 : 2");
  isCode("const a = ready?\n  1 : 2");
  isCode("const a = ready\n  ?one\n  :two");
  assert.equal(lowered("%env\nready?\n  1 : 2"), "void await $magic.env();\nready?\n  1 : 2");
});

test("where a command must be written otherwise, the explanation has the line to write", () => {
  assert.match(explained("!done -f x")[0] ?? "", /done is a name here.* write %sh done -f x$/);
  assert.match(explained("const files = !ls -l")[0] ?? "", /write const files = %sh ls -l$/);
  assert.deepEqual(explained("const ready = !done && f()"), []);
  assert.deepEqual(explained("1 + 1"), []);
});

test("options have IPython's dashes where IPython has them", () => {
  const timed = 'await $magic.timeit(async () => (f(1)), "f(1)", { n: 10, r: 3 });';
  for (const options of ["-n 10 -r 3", "-n10 -r3", "n=10 r=3", "-n 10 r=3"])
    assert.equal(lowered(`%timeit ${options} f(1)`), timed);
  assert.equal(
    lowered("%timeit -x + 1"),
    'await $magic.timeit(async () => (-x + 1), "-x + 1");',
    "a minus is no option",
  );
  assert.deepEqual(lower("%%timeit -n 10\nf()", index, syntax).magic?.args, { n: 10 });
  assert.deepEqual(lower("%%writefile -a notes.md\ntext", index, syntax).magic?.args, {
    append: true,
    path: "notes.md",
  });
  assert.equal(lowered("%reset -f"), "void await $magic.reset({ force: true });");
  assert.equal(
    lowered("%history -n -l 5 4 7-9"),
    'void await $magic.history(["4", "7-9"], { numbers: true, limit: 5 });',
  );
});

test("an option with a dash that the magic has not, or that lacks its value, is an error that says what to write", () => {
  assert.throws(() => lowered("%history -l"), /The value of -l is missing/);
  assert.throws(() => lowered("%history -z"), /%history has no option -z; with a dash it takes -n, -l, -g/);
  assert.throws(() => lowered("%runs --limit 3"), /options of magics have no dashes/);
});

test("a,b without spaces is the list [a, b] wherever an argument takes one", () => {
  const header = (cell: string) => lower(cell, index, syntax).magic?.args;
  assert.deepEqual(header("%%run live=loss,acc\nf()"), header("%%run live=[loss, acc]\nf()"));
  assert.deepEqual(header("%%run live='a,b'\nf()"), { live: ["a,b"] });
  assert.equal(lowered("%history 1,2"), lowered("%history 1 2"));
  assert.throws(() => lowered("%%run live=loss, acc\nf()"), /A value is missing beside a comma/);
  assert.equal(lowered("%log_param sizes 64,32"), 'void $magic.log_param("sizes", "64,32");', "one value is one text");
});

test("the first bare word of %%run is the run's name, unless it is close to a flag", () => {
  assert.deepEqual(lower("%%run foo nested\nf()", index, syntax).magic?.args, { name: "foo", nested: true });
  assert.throws(() => lowered("%%run neested\nf()"), /no flag 'neested'/);
  assert.deepEqual(lower("%%run name=neested\nf()", index, syntax).magic?.args, { name: "neested" });
  assert.throws(() => lowered("%%run a b\nf()"), /at most one positional value/);
});

test("an object in single braces is explained with the braces that it needs", () => {
  assert.match(explained("%log_params {alpha: 1}")[0] ?? "", /write two: \{\{alpha: 1\}\}/);
  assert.match(explained("%log_params {alpha, l1}")[0] ?? "", /write two: \{\{alpha, l1\}\}/);
  for (const right of ["{{alpha: 1}}", "{settings}", "{a ? b : c}", "{f(a, b)}"]) {
    assert.deepEqual(explained(`%log_params ${right}`), [], right);
  }
});

test("a space behind %% or a first % is explained", () => {
  assert.deepEqual(explained("%% run foo\nf()"), [
    "There is a space between %% and the name of the magic. Write %%run.",
  ]);
  assert.deepEqual(explained("\n  % runs all\n"), [
    "There is a space between % and the name of the magic. Write %runs.",
  ]);
  assert.deepEqual(explained("const rest = 7\n  % size"), [], "a modulo");
});

test("a word that is no choice of an option is told what was meant, or a choice", () => {
  const hint = (cell: string) => {
    try {
      lowered(cell);
    } catch (error) {
      return (error as { hint?: string }).hint;
    }
    return undefined;
  };
  assert.equal(hint("%compare goal=minimum"), "Did you mean min?");
  assert.equal(hint("%compare as=scat"), "Did you mean scatter?");
  assert.equal(hint("%compare as=pie"), "For example: as=table.");
  assert.throws(() => lowered("%%sweep a=[1, 2] prune=mean\nf()"), /prune must be median; got 'mean'/);
});

test("a list of runs can be written in brackets, and an error explains commas outside a list", () => {
  assert.equal(lowered('%compare ["a b", c]'), lowered('%compare "a b" c'));
  assert.throws(() => lowered('%plot loss runs="a","b"'), {
    message: "There is a comma after an argument.",
    hint: 'Write a list in brackets: ["a", "b"]. Arguments are separated by spaces.',
  });
  assert.throws(() => lowered("%log_metrics acc=0.5, loss=2"), {
    hint: "Arguments are separated by spaces, without commas.",
  });
});

test("in the header of a sweep a call without braces, and a list for an option, say what to write", () => {
  assert.throws(() => lowered("%%sweep lr=uniform(0,1)\nf()"), {
    message: "A range needs braces, as all TypeScript in a magic does; got 'uniform(0,1)'.",
    hint: "Write lr={uniform(low, high)}.",
  });
  assert.throws(() => lowered("%%sweep lr=range(3)\nf()"), {
    message: /A call needs braces/,
    hint: /lr=\{range\(…\)\}/,
  });
  assert.throws(() => lowered("%%sweep max=[1, 2]\nf()"), { hint: /"max"=\[…\]/ });
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
    "hist",
    "matplotlib",
    "prun",
    "who_ls",
    "latex",
    "store",
  ]) {
    for (const [, magic = ""] of (habitHint(name) ?? "").matchAll(/%([a-z_]+)/g)) {
      if (magic !== "name") assert.ok(known.has(magic), `${name}: %${magic}`);
    }
  }
});

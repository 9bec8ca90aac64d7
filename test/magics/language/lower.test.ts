// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cells in here hold templates
import assert from "node:assert/strict";
import { test } from "node:test";
import { typescriptSyntax as syntax } from "../../../src/kernel/engine/syntax.js";
import { time, timeit } from "../../../src/magics/general/time.js";
import { MagicIndex } from "../../../src/magics/language/find-magic.js";
import { lower } from "../../../src/magics/language/lower.js";
import { testMagics } from "../test-magics.js";

const index = new MagicIndex(testMagics);

function lowered(source: string): string | undefined {
  return lower(source, index, syntax).code?.text;
}

function isCode(source: string): void {
  assert.equal(lowered(source), source);
}

test("a cell without magics is the source itself, without a map", () => {
  assert.deepEqual(lower("const a = 7 % 3\n", index, syntax), { code: { text: "const a = 7 % 3\n" } });
});

test("values keep their kind: words, numbers, texts, templates, lists and expressions", () => {
  assert.equal(lowered("%log_metric loss 0.5"), 'void $magic.log_metric("loss", 0.5);');
  assert.equal(
    lowered("%log_metric loss {f({ a: 1 })} step={e}"),
    'void $magic.log_metric("loss", (f({ a: 1 })), { step: (e) });',
  );
  assert.equal(lowered("%log_metric `fold ${k}` -1e-3"), "void $magic.log_metric(`fold ${k}`, -0.001);");
  assert.equal(lowered("%log_metric `plain` NaN"), 'void $magic.log_metric("plain", NaN);');
  assert.equal(
    lowered(`%compare a "b c" {d} where='x > "1"' columns=[p, "q r", {s}] force`),
    'void await $magic.compare(["a", "b c", (d)], { where: "x > \\"1\\"", columns: ["p", "q r", (s)], force: true });',
  );
});

test("a param's word is a number only when nothing of its spelling is lost", () => {
  assert.equal(
    lowered("%log_params a=0.1 b=0.10 c=1e-3 d=true e=adam f=007"),
    'void $magic.log_params({ extra: { a: 0.1, b: "0.10", c: "1e-3", d: true, e: "adam", f: "007" } });',
  );
});

test("the shorthand is the variable of that name, only where the magic has it", () => {
  assert.equal(lowered("%log_params alpha"), "void $magic.log_params({ extra: { alpha: alpha } });");
  assert.equal(lowered("%log_metric rmse"), 'void $magic.log_metric("rmse", rmse);');
  assert.equal(lowered("%log_metric rmse={x}"), 'void $magic.log_metric("rmse", (x));');
  assert.equal(lowered("%best rmse"), 'void await $magic.best("rmse");');
});

test("keys that are no identifiers work, quoted or not", () => {
  assert.equal(
    lowered('%log_metrics "val loss"={x} val/loss=3 naïve={y} __proto__=1'),
    'void $magic.log_metrics({ extra: { "val loss": (x), "val/loss": 3, "naïve": (y), ["__proto__"]: 1 } });',
  );
});

test("a comment or a semicolon ends the arguments", () => {
  assert.equal(lowered("%log_metric loss 1 // of the first epoch"), 'void $magic.log_metric("loss", 1);');
  assert.equal(lowered("%log_metric loss 1;"), 'void $magic.log_metric("loss", 1);');
  assert.equal(lowered("%best http://a//b"), 'void await $magic.best("http://a//b");');
});

test("statements without semicolons end before a magic and begin after it", () => {
  assert.equal(lowered("const a = b\n%log_metric x 1\n(f)()"), 'const a = b\nvoid $magic.log_metric("x", 1);\n(f)()');
  assert.equal(
    lowered("if (a)\n  %log_metric x 1\nelse\n  %log_metric y 2"),
    'if (a)\n  void $magic.log_metric("x", 1);\nelse\n  void $magic.log_metric("y", 2);',
  );
  assert.equal(
    lowered("switch (a) {\n  case 1:\n    %log_metric x 1\n    break\n}"),
    'switch (a) {\n  case 1:\n    void $magic.log_metric("x", 1);\n    break\n}',
  );
});

test("a line of a template, a comment or a longer expression is code", () => {
  isCode("const s = `\n%log_metric x 1\n`");
  isCode("/*\n%log_metric x 1\n*/");
  isCode("const a = (b\n%log_metric\n)");
  isCode("const a = b\n% log_metric");
  isCode("const a = b\n%total");
  isCode("const a = (b\n%first\n%second)\nconst c = d\n%last");
});

test("line breaks of every kind are kept", () => {
  assert.equal(lowered("a\r\n%log_metric x 1\r\nb\r\n"), 'a\r\nvoid $magic.log_metric("x", 1);\r\nb\r\n');
});

test("the assigned form is a declaration of the user's name", () => {
  assert.equal(lowered("const b = %best rmse max"), 'const b = await $magic.assigned.best("rmse", "max");');
  assert.equal(lowered("export const b = %best rmse"), 'export const b = await $magic.assigned.best("rmse");');
  assert.equal(lowered("let b: Run = %best rmse"), 'let b: Run = await $magic.assigned.best("rmse");');
  assert.equal(lowered("const files = %sh ls 'a b'"), "const files = await $magic.assigned.sh(\"ls 'a b'\");");
});

test("code behind %time is run in place: expressions with their value, declarations in the cell, statements", () => {
  assert.equal(lowered("%time f(x) // slow"), 'await $magic.time(async () => (f(x)), "f(x)");');
  assert.equal(lowered("%time n=3 f('//')"), "await $magic.time(async () => (f('//')), \"f('//')\", { n: 3 });");
  assert.equal(
    lowered("%time const m = await fit()"),
    'const m = await $magic.assigned.time(async () => (await fit()), "await fit()");',
  );
  assert.equal(
    lowered("%time const a = 1, b = 2"),
    'await $magic.time(async () => { const a = 1, b = 2 }, "const a = 1, b = 2");',
  );
  assert.equal(lowered("%time for (;;) break"), 'await $magic.time(async () => { for (;;) break }, "for (;;) break");');
});

test("calls that need no await work in any function", () => {
  assert.equal(
    lowered("xs.forEach((x) => {\n  %log_metric x {x}\n})"),
    'xs.forEach((x) => {\n  void $magic.log_metric("x", (x));\n})',
  );
});

test("a header of literals is data, another is an expression on its own line", () => {
  assert.deepEqual(lower("\n%%run name=a tag.family=linear nested // why\nf()", index, syntax).magic, {
    name: "run",
    args: { name: "a", tag: { family: "linear" }, nested: true },
  });
  const cell = lower("\n%%run name=`a ${x}`\nf()", index, syntax);
  assert.equal(cell.magic?.args, undefined);
  assert.equal(cell.magic?.header?.text, "\n$magic.header.run({ name: `a ${x}` })");
  assert.equal(cell.code?.text, "\n\nf()");
});

test("numbers that JSON can't carry make the header an expression", () => {
  const { magic } = lower("%%time n=NaN\nf()", index, syntax);
  assert.equal(magic?.header?.text, "$magic.header.time({ n: NaN })");
});

test("a text body arrives verbatim and is never read as code", () => {
  assert.deepEqual(lower("%%html\n<b>\n%nothing `\n", index, syntax), {
    magic: { name: "html", args: {}, text: "<b>\n%nothing `\n" },
  });
});

test("%%capture out declares out for the body and the cells after it", () => {
  assert.equal(lowered("%%capture out\nf()"), "const out = $magic.provided() as { stdout: string };\nf()");
});

test("a question mark asks for help, of both kinds", () => {
  assert.equal(lowered("%log_metric?"), 'void $magic.help("%log_metric");');
  assert.equal(lowered("f()\n%%run?? "), 'f()\nvoid $magic.help("%%run");');
  assert.equal(lowered("\n ? "), '\nvoid $magic.help("");');
  isCode("a\n? b\n: c");
  assert.equal(lowered("%%run?\nf()"), 'void $magic.help("%%run");\nf()');
});

test("a line that may be meant as a magic is a suspect, and lies on its name", () => {
  const { code, suspects } = lower("const a = 1\n%lgo_metric\n", index, syntax);
  assert.equal(code?.text, "const a = 1\n%lgo_metric\n");
  assert.deepEqual(
    suspects?.map(({ start, length }) => [start, length]),
    [[12, 11]],
  );
  assert.match(suspects?.[0]?.message ?? "", /Did you mean %log_metric\?/);

  const inClass = lower("class A {\n  %log_metric x 1\n}", index, syntax).suspects?.[0];
  assert.match(inClass?.message ?? "", /statements are not allowed/);
});

test("a name of the header that only the body declares is a suspect that says so", () => {
  const { suspects } = lower("%%run name={alpha} tag.a={Math.beta}\nconst alpha = 1, beta = 2", index, syntax);
  assert.deepEqual(
    suspects?.map(({ start, length }) => [start, length]),
    [[12, 5]],
  );
  assert.match(suspects?.[0]?.message ?? "", /header of %%run is evaluated before the body/);
});

test("a magic in the place of a value is a suspect that says how to write it", () => {
  for (const cell of [
    "f(%best rmse)",
    "x = %best rmse",
    "const { info } = %best rmse",
    "() => %best rmse",
    "const a = {\n  b: %best\n}",
  ]) {
    const [found] = lower(cell, index, syntax).suspects ?? [];
    assert.equal(cell.slice(found?.start, (found?.start ?? 0) + (found?.length ?? 0)), "%best", cell);
    assert.match(found?.message ?? "", /Write const x = %best/);
  }
  const [without] = lower("run(() => { %log_metric a 1 })", index, syntax).suspects ?? [];
  assert.match(without?.message ?? "", /Write %log_metric … on its own line\.$/);
  assert.deepEqual(lower("const s = 'x = %d', t = a %best", index, syntax), {
    code: { text: "const s = 'x = %d', t = a %best" },
  });
});

test("ten thousand lines without a percent sign at a line start cost one search", () => {
  const source = "const a = 1;\n".repeat(10_000);
  const never = { ...syntax, statements: () => assert.fail("parsed"), parses: () => assert.fail("parsed") };
  assert.equal(lower(source, index, never).code?.text, source);
  assert.equal(lower(`${source}a % b`, index, never).code?.text, `${source}a % b`);
});

test("what %timeit declares stays its own, on a line and in a cell; %time's is the cell's", () => {
  const timers = new MagicIndex([...testMagics, time, timeit]);
  const text = (source: string) => lower(source, timers, syntax).code?.text;
  assert.equal(text("%timeit const q = f()"), 'await $magic.timeit(async () => { const q = f() }, "const q = f()");');
  assert.match(text("%time const q = f()") ?? "", /^const q = await \$magic\.assigned\.time\(/);
  const { code } = lower("%%timeit n=3\nlet s = 0 // sum", timers, syntax);
  assert.equal(code?.text, "{\nlet s = 0 // sum\n}");
  assert.deepEqual(code?.map, [{ lowered: 1, source: 12, length: 17 }]);
  assert.equal(text("%%timeit\nimport { a } from './a'\na()"), "\nimport { a } from './a'\na()");
  assert.equal(text("%%timeit\nimport('./a')"), "{\nimport('./a')\n}");
});

test("a dash without a number behind it is a minus of the code", () => {
  const timers = new MagicIndex([timeit]);
  for (const cell of ["%timeit -n", "%timeit -n * 10", "%timeit --n"]) {
    assert.match(lower(cell, timers, syntax).code?.text ?? "", /async \(\) => \(-/);
  }
});

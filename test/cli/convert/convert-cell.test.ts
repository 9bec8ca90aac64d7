import assert from "node:assert/strict";
import { test } from "node:test";
import { convertCell } from "../../../src/cli/convert/convert-cell.js";
import { convertNotebook, notStripped } from "../../../src/cli/convert/convert-notebook.js";
import { typescriptSyntax } from "../../../src/kernel/engine/syntax.js";
import { MagicIndex } from "../../../src/magics/language/find-magic.js";
import { magics } from "../../../src/magics/registry.js";

const index = new MagicIndex(magics);

function converted(source: string): string {
  return convertCell(source, index).text;
}

function script(...cells: string[]): string {
  const notebook = { cells: cells.map((source) => ({ kind: "code" as const, source })) };
  return convertNotebook(notebook, "/nb/a.ipynb", "/nb/scripts/a.ts").text;
}

for (const magic of magics.filter(({ script }) => script)) {
  test(`${magic.name}: every example is TypeScript in a script`, () => {
    for (const example of magic.examples) {
      const cell = example.startsWith("%%") && !example.includes("\n") ? `${example}\nf()` : example;
      const text = converted(cell);
      assert.ok(typescriptSyntax.parses(text), text);
    }
  });
}

test("the code of a timed line stands without the options before it", () => {
  assert.equal(converted("%timeit -n 10 f(2)"), "f(2)");
  assert.equal(converted("%timeit -n10 -r 3 f(2);"), "f(2)");
  assert.equal(converted("%timeit n=10 f(2)"), "f(2)");
  assert.equal(converted("%timeit -n"), "-n");
});

test("what plain Node does not strip from a script is named", () => {
  assert.equal(notStripped("enum Kind { A }"), "an enum");
  assert.equal(notStripped("if (true) { class A { constructor(readonly x: number) {} } }"), "a parameter property");
  assert.equal(notStripped("namespace N { export const x = 1 }"), "a namespace");
  assert.equal(notStripped('import fs = require("node:fs")'), "import =");
  assert.equal(notStripped("@d class A {}"), "a decorator");
  const stripped =
    "interface A { x: number }; type B = A; declare enum C {}; declare namespace D {}; class E { x = 1 as number }";
  assert.equal(notStripped(stripped), undefined);
});

test("what only a notebook keeps of its cells is refused with the cell that uses it", () => {
  assert.throws(() => script("const a = 1", "a + 1", "_ + a"), {
    message: /^Code cell 3: a script has no _, /,
    hint: /Give the value a name/,
  });
  assert.match(script("_ + 1", "const _ = 2"), /_ \+ 1/);
});

test("every magic that records on a run has a form in a script", () => {
  const without = magics.filter(({ lowering, script }) => lowering === "call" && !script);
  assert.deepEqual(
    without.map(({ name }) => name),
    [],
  );
});

test("a call is awaited where that is possible, and keeps apart from the lines around it", () => {
  assert.equal(converted("%log_metric loss {x} step=2"), 'await logMetric("loss", x, { step: 2 })');
  const callback = "fit({ onEpoch: (loss) => {\n  %log_metric loss\n  }\n})";
  assert.equal(
    converted(`${callback}\nvoid 0`),
    'fit({ onEpoch: (loss) => {\n  logMetric("loss", loss)\n  }\n})\nvoid 0',
  );
  assert.equal(converted("%log_param a 1\n[1].map(f)\nvoid 0"), 'await logParam("a", 1);\n[1].map(f)\nvoid 0');
  assert.equal(converted("%log_param a {b, c}"), 'await logParam("a", (b, c))');
});

test("a shell line is a call, as far as its first word is no name of any cell; a question is a comment", () => {
  assert.match(script("!ls data", "f?"), /^execSync\("ls data", \{ stdio: "inherit" \}\)\n\n\/\/ f\?$/m);
  assert.match(script("const done = f()", "!done && g()"), /^!done && g\(\)$|console\.log\(!done && g\(\)\)/m);
});

test("a value by the number of its cell is refused, but a name of the user's own is like any other", () => {
  assert.throws(() => script("1", "Out[1]"), { code: "NOT_IMPLEMENTED", hint: /Give the value a name/ });
  assert.match(script('import _ from "lodash"', "_.sum([1])"), /_\.sum/);
});

test("what is only shown becomes a comment that changes nothing around it", () => {
  assert.equal(
    converted("if (a)\n  %compare metric=rmse\nf()\nvoid 0"),
    "if (a)\n  {} // %compare metric=rmse\nf()\nvoid 0",
  );
  assert.equal(converted("{\n  %runs\n}"), "{\n  // %runs\n}");
  assert.deepEqual(convertCell("%plot loss\n%lsmagic\n%plot?", index).left, ["%plot", "%lsmagic"]);
});

test("a cell's last value is printed; what has none is left alone", () => {
  assert.equal(converted("a\nb + 1 // sum"), "a\nconsole.log(b + 1) // sum");
  for (const cell of ['console.log("x")', "x = 1", "i++", '"use strict"', "const y = 1", "f();\n%log_param a 1"]) {
    assert.ok(!converted(cell).startsWith("console.log(x") && !converted(cell).includes("console.log(console"), cell);
  }
  assert.equal(converted("x = 1"), "x = 1");
});

test("%%run capture logs the const literals, keep_open leaves the run to the next %%run, which ends it", () => {
  const text = script(
    "%%run name=a capture keep_open\nconst alpha = 0.5",
    "%%run name=b\nf()",
    "%log_param x 1",
    "%%run\ng()",
  );
  const lines = text.split("\n").filter((line) => /^await/.test(line));
  assert.deepEqual(lines, [
    'await startRun({ runName: "a" })',
    "await logParams({ alpha })",
    "await endRun()",
    'await startRun({ runName: "b" })',
    "await endRun()",
    'await logParam("x", 1)',
    "await endRun()",
    "await startRun()",
    "await endRun()",
  ]);
});

test("imports stand on top once, go on meaning the same file, and names keep to their cells", () => {
  const text = script(
    'import { a } from "./lib.ts"\nimport type { T } from "x"\nconst n = a()',
    'import { a, b as c } from "./lib.ts"\nimport n from "n"\nlet o: { n: T } = { n }\nfor (const a of [n]) c(a)',
    "class n { n = 1; m() { return this.n } }\nnew n()",
  );
  assert.equal(
    text,
    `// From a.ipynb, by runlab convert.

import { a, b as c } from "../lib.ts"
import { type T } from "x"
import n2 from "n"

const n = a()

let o: { n: T } = { n: n2 }
for (const a of [n2]) c(a)

class n3 { n = 1; m() { return this.n } }
console.log(new n3())
`,
  );
});

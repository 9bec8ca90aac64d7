import assert from "node:assert/strict";
import { test } from "node:test";
import { typescriptSyntax as syntax } from "../../src/kernel/engine/syntax.js";
import { ts } from "../../src/kernel/engine/typescript.js";
import { helpText, magicsTable } from "../../src/magics/assist/help.js";
import { ambient } from "../../src/magics/language/ambient.js";
import { MagicIndex } from "../../src/magics/language/find-magic.js";
import { lower } from "../../src/magics/language/lower.js";
import { magics } from "../../src/magics/registry.js";

const index = new MagicIndex(magics);

test("names are unique, and none hides what $magic has besides", () => {
  const names = magics.map((magic) => magic.name);
  assert.equal(new Set(names).size, names.length);
  for (const taken of ["assigned", "header", "help", "provided"]) assert.ok(!names.includes(taken), taken);
});

for (const magic of magics) {
  test(`${magic.kind === "cell" ? "%%" : "%"}${magic.name}: declaration and examples hold together`, () => {
    assert.match(magic.name, /^[a-z][a-z_0-9]*$/);
    assert.doesNotMatch(magic.summary, /\.$/);
    assert.ok(magic.kind === "cell" || magic.run, "a line magic runs");
    assert.ok(magic.kind === "line" || magic.runCell, "a cell magic runs");
    assert.ok(magic.kind === "line" || magic.body, "a cell magic says what its body is");
    assert.ok(magic.examples.length > 0);
    for (const example of magic.examples) {
      // A header may be shown alone.
      const cell = example.startsWith("%%") && !example.includes("\n") ? `${example}\nf()` : example;
      const lowered = lower(cell, index, syntax);
      if (lowered.code) assert.ok(syntax.parses(lowered.code.text), lowered.code.text);
    }
    assert.ok(helpText(magic).includes(magic.summary));
  });
}

test("the types of all magics are right TypeScript", () => {
  const file = ts.createSourceFile("ambient.d.ts", ambient(magics), ts.ScriptTarget.ESNext);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: unknown[] };
  assert.deepEqual(parseDiagnostics, []);
});

test("the table in docs/ has a row for every magic", () => {
  const rows = magicsTable(magics).trim().split("\n");
  assert.equal(rows.length, magics.length + 2);
  for (const row of rows) assert.equal(row.replaceAll("\\|", "").split("|").length, 5, row);
});

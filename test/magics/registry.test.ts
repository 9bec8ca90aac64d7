import assert from "node:assert/strict";
import { test } from "node:test";
import { typescriptSyntax as syntax } from "../../src/kernel/engine/syntax.js";
import { MagicIndex } from "../../src/magics/find-magic.js";
import { lower } from "../../src/magics/lower.js";
import { magics } from "../../src/magics/registry.js";

const index = new MagicIndex(magics);

test("every example of every magic is a valid line", () => {
  for (const magic of magics) {
    assert.ok(magic.examples.length > 0, magic.name);
    for (const example of magic.examples) {
      const isCell = example.startsWith("%%");
      const { magic: cell, code } = lower(isCell ? `${example}\n1` : example, index, syntax);
      if (isCell) assert.equal(cell?.name, magic.name, example);
      else assert.match(code?.text ?? "", /^((void|const \w+ =) )?(await )?\$magic\./, example);
    }
  }
});

test("no two magics have one name, and each says in one sentence what it does", () => {
  assert.equal(new Set(magics.map(({ name }) => name)).size, magics.length);
  for (const { name, summary } of magics) assert.match(summary, /^[A-Z`%].*[^.]$/, name);
});

test("each magic has the forms that its kind promises", () => {
  for (const { name, kind, run, runCell } of magics) {
    assert.equal(run !== undefined, kind !== "cell", name);
    assert.equal(runCell !== undefined, kind !== "line", name);
  }
});

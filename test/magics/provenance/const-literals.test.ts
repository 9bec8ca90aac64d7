import assert from "node:assert/strict";
import { test } from "node:test";
import { constLiterals, literalValues } from "../../../src/magics/provenance/const-literals.js";

test("top-level const literals are found, in every form of a literal", () => {
  const source = `%%run capture
const alpha = 0.5, l1 = .3 // share of L1
const seed: number = 1_000
const rate = -1e-3;
const mask = 0xff, big = 10n
const solver = "coordinate descent" as const
const note = 'it\\'s'
const tag = \`v1\`
export const verbose = true
const élan = 2`;
  const names = ["alpha", "l1", "seed", "rate", "mask", "big", "solver", "note", "tag", "verbose", "élan"];
  assert.deepEqual(constLiterals(source), names);
});

test("what is computed, mutable, nested or destructured is no setting", () => {
  const source = `const a = f(1)
const b = 1 + 2
let c = 3
  const d = 4
const { e } = { e: 5 }
const g = \`x\${a}\`
const h = [1, 2]
const i = 1.5.toFixed(2)
// const j = 6`;
  assert.deepEqual(constLiterals(source), []);
});

test("a name above which the cell threw has no value and is left out", () => {
  assert.deepEqual(literalValues("const a = 1\nconst b = 2", new Map<string, unknown>([["a", 1]])), { a: 1 });
});

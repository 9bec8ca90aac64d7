import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { globMatcher } from "../../../src/kernel/wire/glob.js";
import { assertLinear } from "../../linear.js";

/** Few characters, so that patterns match now and then; those that mean something in a pattern more often. */
const character = fc.constantFrom(..."aaaabb-]^😀");
const text = fc.string({ unit: character, maxLength: 5 });
const pattern = fc.string({
  unit: fc.oneof(
    character,
    fc.constantFrom(..."****??[^-]"),
    fc.constantFrom("[a-b]", "[^a]", "[]a]", "[^]b]", "[a-]"),
  ),
  maxLength: 6,
});

test("matches what SQLite's GLOB matches", {
  skip: process.env.RUNLAB_PYTHON === undefined && "needs Python: npm test",
}, () => {
  const cases = fc.sample(fc.tuple(pattern, text), { numRuns: 5_000, seed: 19 });
  const program = `
import json, sqlite3, sys
ask = sqlite3.connect(":memory:").execute
print(json.dumps([bool(ask("SELECT ? GLOB ?", (text, pattern)).fetchone()[0]) for pattern, text in json.load(sys.stdin)]))`;
  const input = JSON.stringify(cases);
  const answers = JSON.parse(
    execFileSync(process.env.RUNLAB_PYTHON ?? "", ["-c", program], { input, encoding: "utf8" }),
  ) as boolean[];
  const matching = answers.filter(Boolean).length;
  assert.ok(matching > 400, `only ${matching} match`);
  for (const [at, [glob, subject]] of cases.entries()) {
    assert.equal(globMatcher(glob)(subject), answers[at], JSON.stringify([glob, subject]));
  }
});

test("a pattern with many stars takes no longer than the text is long", async () => {
  const stars = globMatcher(`${"*".repeat(30)}ab`);
  await assertLinear((size) => assert.equal(stars("a".repeat(size)), false));
  const apart = globMatcher(`${"*a".repeat(30)}*b`);
  await assertLinear((size) => assert.equal(apart("a".repeat(size)), false));
  const sets = globMatcher(`${"*[a-c]?".repeat(30)}*[^a]`);
  await assertLinear((size) => assert.equal(sets("a".repeat(size)), false));
});

test("a long pattern is read in linear time, closed or not", async () => {
  for (const piece of ["*", "?", "a", "[", "[a", "[a]", "*[", "[^]", "*a?"]) {
    await assertLinear((size) => globMatcher(piece.repeat(size))("abc"));
  }
});

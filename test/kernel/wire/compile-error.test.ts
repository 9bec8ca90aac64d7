import assert from "node:assert/strict";
import { test } from "node:test";
import { compileError } from "../../../src/kernel/wire/compile-error.js";

/** What a cell is refused with, told of one error with this number. */
const nameOf = (code: string) =>
  compileError([{ code, message: "No.", category: "error", start: 0, length: 1 }], "cell", 1).ename;

test("errors of the parser are SyntaxErrors; a decorator that does not fit is an error of types", () => {
  assert.equal(nameOf("TS1005"), "SyntaxError");
  assert.equal(nameOf("TS1109"), "SyntaxError");
  for (const code of ["TS1238", "TS1240", "TS1241", "TS1270", "TS2322"]) assert.equal(nameOf(code), "TypeScriptError");
});

test("an error is shown with its line, column and number, and what stands there is marked", () => {
  const source = 'const a = "😀";\n\tconst b: number = a;\n';
  const start = source.indexOf("b:");
  const { evalue, traceback } = compileError(
    [{ code: "TS2322", message: "Not a number.", category: "error", start, length: 1 }],
    source,
    7,
  );
  assert.equal(evalue, "Cell [7]:2:8 - TS2322: Not a number.");
  assert.deepEqual(traceback, [
    `${evalue}\n  1 | const a = "😀";\n> 2 | \tconst b: number = a;\n    | \t      ~\n  3 | `,
  ]);
});

test("of a line of any length an error shows what stands around its place", () => {
  const source = `const long = "${"x".repeat(100_000)}"; wrong; ${"y;".repeat(100_000)}`;
  const start = source.indexOf("wrong");
  const diagnostic = { code: "TS2304", message: "No name.", category: "error", start, length: 5 } as const;
  const { evalue, traceback } = compileError([diagnostic], source, 1);
  const [, shown = "", mark = ""] = traceback.join("").split("\n");
  assert.equal(evalue, `Cell [1]:1:${start + 1} - TS2304: No name.`);
  assert.ok(shown.length < 250);
  assert.equal(shown.slice(mark.indexOf("~"), mark.lastIndexOf("~") + 1), "wrong");
});

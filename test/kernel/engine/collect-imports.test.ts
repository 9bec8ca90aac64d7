import assert from "node:assert/strict";
import { test } from "node:test";
import { type CheckedFile, type ParseOptions, withImports } from "../../../src/kernel/engine/hub/collect-imports.js";
import { type TypeScript, ts } from "../../../src/kernel/engine/typescript.js";

const options: TypeScript.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
};

function parser(text: string) {
  return {
    parse: (fileName: string, given: ParseOptions) => ts.createSourceFile(fileName, text, given, true),
  };
}

/** The file that takes another's place, and what was asked of TypeScript for it. */
function newer(text: string, older: CheckedFile | undefined): CheckedFile {
  const [file] = withImports(["/cell.ts"], options, parser(text), () => older);
  assert.ok(file);
  return file;
}

const texts = [
  "1 + 1",
  "import a from 'a'; import 'b'; import type { C } from 'c'; import * as d from \"d\"",
  "export { e } from 'e'; export * from 'f'; export * as g from 'g'; export {}; export const h = 1",
  "import i = require('i'); import j = ts.SyntaxKind; namespace N { export const k = 1 }",
  "const l = await import('l'); type M = import('m').M; function f() { return import(`n`) }",
  "import ''; export default 1",
  "declare module 'o' { export const p: number }",
  "declare global { interface Window { q: number } }",
  "import { ",
  "import r from `r`",
  "import s, { type T } from 's' with { type: 'json' }; import.meta.url",
];

test("a file that takes another's place imports what TypeScript would say that it does", () => {
  const older = newer("0", undefined);
  for (const text of texts) {
    const expected = newer(text, undefined);
    const file = newer(text, older);
    const shown = ({ imports, moduleAugmentations }: CheckedFile) => ({
      imports: imports.map((literal) => [literal.text, literal.pos, ts.SyntaxKind[literal.parent.kind]]),
      augments: moduleAugmentations.map((node) => node.getText()),
    });
    assert.deepEqual(shown(file), shown(expected), text);
    assert.equal(file.path, expected.path, text);
    assert.equal(file.languageVersion, expected.languageVersion, text);
    assert.equal(ts.isExternalModule(file), true, text);
  }
});

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Checker } from "../../../src/kernel/engine/hub/checker.js";
import { HubEngine } from "../../../src/kernel/engine/hub/hub-engine.js";

const folder = mkdtempSync(join(tmpdir(), "runlab-steady-"));
const typed = join(folder, "node_modules", "typed");
mkdirSync(typed, { recursive: true });
writeFileSync(
  join(typed, "package.json"),
  '{ "name": "typed", "version": "1.0.0", "types": "index.d.ts", "main": "index.js" }',
);
writeFileSync(
  join(typed, "index.d.ts"),
  "export interface Shape { side: number }\nexport declare function shape(): Shape;",
);
writeFileSync(join(folder, "local.ts"), "export const local = 1;");
const engine = new HubEngine({ cwd: folder });

after(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `StructureIsReused.Completely` of TypeScript's own: no file was looked at anew but those with another text. */
const completely = 2;

/** Whether the cell's program is the one before it but for texts; programs are otherwise walked file by file. */
async function reused(text: string): Promise<boolean> {
  const compiled = await engine.compile({ count: 1, text });
  assert.ok(compiled.ok, text);
  const checker = Reflect.get(engine, "checker") as Checker;
  const { structureIsReused } = checker.program() as unknown as { structureIsReused: number };
  return structureIsReused === completely;
}

test("only the first import of a module costs a walk over the program's files; later cells cost none", async () => {
  await reused("const first = 1");
  assert.equal(await reused("first"), true);
  assert.equal(await reused("import { shape } from 'typed'; const square = shape()"), false);
  const cells = [
    "first + 1",
    "square.side",
    "import type { Shape } from 'typed'; const other: Shape = square",
    "import { shape as again } from 'typed'; const inferred = [again()]",
    "inferred[0]?.side",
    "(await import('typed')).shape()",
    "2",
  ];
  for (const cell of cells) assert.equal(await reused(cell), true, cell);
  for (const name of ["node:fs", "./local"]) {
    await reused(`import * as a from '${name}'`);
    for (const cell of ["3", `import * as b from '${name}'; typeof b`, "4"]) {
      assert.equal(await reused(cell), true, `${name}: ${cell}`);
    }
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { CellCompiler } from "../../../src/kernel/engine/cell-compiler.js";
import type { Diagnostic, Engine } from "../../../src/kernel/engine/engine.js";
import type { LoweredCell, SourceExtension } from "../../../src/kernel/extension.js";

const error = (start: number, code: string, message: string): Diagnostic => {
  return { start, length: 1, code, message, category: "error" };
};

/** What a person is told of a cell that the compiler refuses with `diagnostics`. */
async function told(lowered: LoweredCell, diagnostics: Diagnostic[]): Promise<string[]> {
  const engine = { compile: async () => ({ ok: false, diagnostics }) } as unknown as Engine;
  const extension = { lower: () => lowered } as unknown as SourceExtension;
  const answer = await new CellCompiler(engine, extension).compile("a cell", 1);
  return answer.ok ? [] : answer.diagnostics.map(({ message }) => message);
}

test("a line that may be a magic is told in place of the error that it makes, once", async () => {
  const suspect = { ...error(5, "", "Did you mean %runs?"), length: 4 };
  const errors = [
    error(5, "TS1109", "Expression expected."),
    error(8, "TS2304", "No name."),
    error(20, "TS1", "Other."),
  ];
  assert.deepEqual(await told({ code: { text: "x" }, suspects: [suspect] }, errors), ["Did you mean %runs?", "Other."]);
});

test("a remark stands before the first error that starts in its ranges and has its number, and before no other", async () => {
  const ranges = [
    { start: 3, end: 4 },
    { start: 7, end: 9 },
  ];
  const remarks = [{ ranges, codes: ["TS2345"], text: "value must be a number." }];
  const errors = [
    error(3, "TS2304", "No name."),
    error(7, "TS2345", "No string."),
    error(8, "TS2345", "Nor here."),
    error(9, "TS2345", "Not this."),
  ];
  assert.deepEqual(await told({ code: { text: "x" }, remarks }, errors), [
    "No name.",
    "value must be a number. No string.",
    "Nor here.",
    "Not this.",
  ]);
});

test("a cell that is nested too deeply is told so", async () => {
  const deep = (): never => deep();
  const engine = { compile: async () => deep() } as unknown as Engine;
  await assert.rejects(new CellCompiler(engine, undefined).compile("a cell", 1), {
    name: "KernelError",
    message: /nested too deeply/,
  });
});

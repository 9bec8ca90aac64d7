import assert from "node:assert/strict";
import type { Notebook } from "./conformance.js";

/** A promise that every engine keeps. */
export interface ConformanceCase {
  title: string;
  run(notebook: Notebook): Promise<void>;
}

/** A case that is told by its cells and the value of the last one. */
export function gives(title: string, cells: string[], expected: unknown): ConformanceCase {
  return { title, run: async (notebook) => assert.deepEqual(await notebook.value(...cells), expected) };
}

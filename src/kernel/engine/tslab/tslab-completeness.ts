import type { Completeness } from "../engine.js";
import type { TslabPackage } from "./tslab-package.js";

/** Whether a cell can be run as it stands: tslab's answer, which takes text that is no TypeScript for complete. */
export function tslabCompleteness({ ts, isCompleteCode }: TslabPackage, code: string): Completeness {
  const { completed, indent = "" } = isCompleteCode(code);
  if (!completed) return { status: "incomplete", indent };
  const file = ts.createSourceFile("cell.ts", `export {};${code}`, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const [first] = (file as { parseDiagnostics?: Array<{ code: number }> }).parseDiagnostics ?? [];
  if (first === undefined) return { status: "complete" };
  return unfinishedText.has(first.code) ? { status: "incomplete", indent: "" } : { status: "invalid" };
}

/** A template literal or a comment that goes on (TS1160, TS1010). */
const unfinishedText = new Set([1160, 1010]);

import type { Diagnostic } from "../engine/engine.js";
import type { ErrorContent } from "../messages.js";

/** Errors shown in full; TypeScript may find hundreds after one missing brace. */
const shown = 10;

/** Lines of the cell around the marked one. */
const around = 1;

/**
 * What a cell that was refused shows: for each error its place, its TS number and the code it stands in.
 * Lines and columns count from 1; columns are UTF-16 units, as TypeScript and editors count them.
 */
export function compileError(diagnostics: readonly Diagnostic[], source: string, count: number): ErrorContent {
  const errors = diagnostics.filter(({ category }) => category === "error");
  const listed = errors.length > 0 ? errors : diagnostics;
  const lines = source.split("\n");
  const blocks = listed.slice(0, shown).map((diagnostic) => block(diagnostic, lines, source, count));
  const more = listed.length - blocks.length;
  if (more > 0) blocks.push(`and ${more} more.`);
  const first = listed[0];
  return {
    ename: first?.code.startsWith("TS1") && first.code.length === 6 ? "SyntaxError" : "TypeScriptError",
    evalue: first ? headline(first, source, count) : "The cell was refused.",
    traceback: blocks,
  };
}

function headline(diagnostic: Diagnostic, source: string, count: number): string {
  const { line, column } = place(diagnostic.start, source);
  const code = diagnostic.code === "" ? "" : `${diagnostic.code}: `;
  return `Cell [${count}]:${line}:${column} - ${code}${diagnostic.message}`;
}

function block(diagnostic: Diagnostic, lines: readonly string[], source: string, count: number): string {
  const { line, column } = place(diagnostic.start, source);
  const text = lines[line - 1] ?? "";
  const length = Math.max(1, Math.min(diagnostic.length, text.length - column + 1));
  const gutter = String(Math.min(lines.length, line + around)).length;
  const frame: string[] = [];
  for (let at = Math.max(1, line - around); at <= Math.min(lines.length, line + around); at += 1) {
    frame.push(`${at === line ? ">" : " "} ${String(at).padStart(gutter)} | ${lines[at - 1] ?? ""}`);
    // Tabs stay tabs, so that the mark stands under what it marks.
    const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
    if (at === line) frame.push(`  ${" ".repeat(gutter)} | ${indent}${"~".repeat(length)}`);
  }
  return `${headline(diagnostic, source, count)}\n${frame.join("\n")}`;
}

function place(offset: number, source: string): { line: number; column: number } {
  const before = source.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}

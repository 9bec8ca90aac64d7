import { visibleText } from "../../visible.js";
import type { Diagnostic } from "../engine/engine.js";
import { lineWindow } from "../line-window.js";
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
  const cell: NamedText = { name: `Cell [${count}]`, text: source };
  const errors = diagnostics.filter(({ category }) => category === "error");
  const listed = errors.length > 0 ? errors : diagnostics;
  const blocks = listed.slice(0, shown).map((diagnostic) => block(diagnostic, diagnostic.file ?? cell));
  const more = listed.length - blocks.length;
  if (more > 0) blocks.push(`and ${more} more.`);
  const first = listed[0];
  const content = {
    ename: first ? nameOf(first) : "TypeScriptError",
    evalue: first ? headline(first, first.file ?? cell) : "The cell was refused.",
    traceback: blocks,
  };
  return { ...content, evalue: visibleText(content.evalue), traceback: content.traceback.map(visibleText) };
}

/** The cell, or a file that it imports. */
interface NamedText {
  name: string;
  text: string;
}

/** TypeScript's numbers from 1000 to 1999 are the parser's, except those of decorators that do not fit. */
function nameOf({ name, code }: Diagnostic): string {
  return name ?? (/^TS1(?!23[89]|24[01]|27[01])\d{3}$/.test(code) ? "SyntaxError" : "TypeScriptError");
}

function headline(diagnostic: Diagnostic, { name, text }: NamedText): string {
  const { line, column } = lineAndColumn(diagnostic.start, text);
  const code = diagnostic.code === "" ? "" : `${diagnostic.code}: `;
  return `${name}:${line}:${column} - ${code}${diagnostic.message}`;
}

function block(diagnostic: Diagnostic, where: NamedText): string {
  const { line, column } = lineAndColumn(diagnostic.start, where.text);
  const lines = where.text.split("\n");
  const { text, column: mark } = lineWindow(lines[line - 1] ?? "", column);
  const length = Math.max(1, Math.min(diagnostic.length, text.length - mark + 1));
  const gutter = String(Math.min(lines.length, line + around)).length;
  const frame: string[] = [];
  for (let at = Math.max(1, line - around); at <= Math.min(lines.length, line + around); at += 1) {
    const shown = at === line ? text : lineWindow(lines[at - 1] ?? "").text;
    frame.push(`${at === line ? ">" : " "} ${String(at).padStart(gutter)} | ${shown}`);
    // Tabs stay tabs, so that the mark stands under what it marks.
    const indent = text.slice(0, mark - 1).replaceAll(/[^\t]/g, " ");
    if (at === line) frame.push(`  ${" ".repeat(gutter)} | ${indent}${"~".repeat(length)}`);
  }
  return `${headline(diagnostic, where)}\n${frame.join("\n")}`;
}

function lineAndColumn(offset: number, source: string): { line: number; column: number } {
  const before = source.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}

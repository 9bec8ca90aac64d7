import type { TslabTypeScript } from "./tslab-package.js";

/**
 * A cell without the `export` in front of its declarations: tslab's converter exports every name by itself, and refuses
 * to do it twice. Blanks stand in their place, so that every position stays.
 */
export function blankExports(ts: TslabTypeScript, text: string): string {
  if (!text.includes("export")) return text;
  const file = ts.createSourceFile("cell.ts", text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const characters = text.split(""); // by UTF-16 units, as positions are
  for (const statement of file.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)) continue;
    const exported = modifiers.find((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
    if (!exported) continue;
    const { end } = exported;
    characters.fill(" ", end - "export".length, end);
  }
  return characters.join("");
}

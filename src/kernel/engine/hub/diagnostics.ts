import type { CellInput, Diagnostic } from "../engine.js";
import { type TypeScript, ts } from "../typescript.js";
import { type CellText, userOffset } from "./cell-text.js";
import { withoutTraces } from "./layout.js";

/**
 * Errors that a notebook does not mean: 7016 (a package without types is `any`), 2309 (`export =` beside our export list),
 * 1108 and 2354 come from how we wrap.
 */
const ignored = new Set([7016, 2309, 2354]);

/** Compile errors of the cell in the user's own coordinates. */
export function cellDiagnostics(
  found: readonly TypeScript.Diagnostic[],
  cell: CellText,
  input: Pick<CellInput, "map">,
): Diagnostic[] {
  return found.flatMap((diagnostic): Diagnostic[] => {
    if (ignored.has(diagnostic.code)) return [];
    if (diagnostic.category !== ts.DiagnosticCategory.Error) return [];
    const offset = diagnostic.start ?? 0;
    const start = userOffset(cell, input, offset);
    const end = userOffset(cell, input, offset + (diagnostic.length ?? 0));
    return [
      {
        message: messageText(diagnostic),
        code: `TS${diagnostic.code}`,
        category: "error",
        start,
        length: Math.max(end - start, 0),
      },
    ];
  });
}

/** An error in a local file, told at the place in the cell that imports it. */
export function fileDiagnostic(diagnostic: TypeScript.Diagnostic, at: { start: number; length: number }): Diagnostic {
  const { file } = diagnostic;
  const where = file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
  const place = file && where ? `${file.fileName}:${where.line + 1}:${where.character + 1}: ` : "";
  return { ...at, message: place + messageText(diagnostic), code: `TS${diagnostic.code}`, category: "error" };
}

/** Whether an error counts. */
export function isMeant(diagnostic: TypeScript.Diagnostic): boolean {
  return diagnostic.category === ts.DiagnosticCategory.Error && !ignored.has(diagnostic.code);
}

function messageText(diagnostic: TypeScript.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  return withoutTraces(text) + hintOf(diagnostic, text);
}

function hintOf(diagnostic: TypeScript.Diagnostic, text: string): string {
  const missing = diagnostic.code === 2307 && /^Cannot find module '([^.'/][^']*)'/.exec(text)?.[1];
  if (!missing) return "";
  const name = missing.split("/", missing.startsWith("@") ? 2 : 1).join("/");
  return `\nIf it is a package, install it beside the notebook: %npm install ${name}`;
}

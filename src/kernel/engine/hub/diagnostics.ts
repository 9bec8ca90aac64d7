import { dirname, relative } from "node:path";
import { syntaxErrorsOf } from "../completeness.js";
import type { CellInput, Diagnostic } from "../engine.js";
import { missingImportHint } from "../missing-import.js";
import { toSource } from "../position-map.js";
import { type TypeScript, ts } from "../typescript.js";
import { type CellText, userOffset } from "./cell-text.js";
import { withoutTraces } from "./layout.js";
import type { DeclarationKind } from "./outline.js";
import type { Scope } from "./scope.js";

/**
 * Errors that a notebook does not mean: 7016 (a package without types is `any`), 7026 (nor has an element made by a
 * function of the notebook's own a type), 2309 (`export =` beside our export list), 2354 (`importHelpers`, which cells never use).
 */
const ignored = new Set([7016, 7026, 2309, 2354]);

/** "Implicitly has an 'any' type": the norm in a cell that has no types in it, which is JavaScript. */
const implicitAny = new Set([7005, 7006, 7008, 7010, 7011, 7015, 7017, 7018, 7019, 7023, 7024, 7031, 7034, 7053]);

/** What TypeScript says when such a name is assigned to where it is declared. */
const readOnlyKinds: Partial<Record<DeclarationKind, { code: string; what: string }>> = {
  function: { code: "TS2630", what: "a function" },
  class: { code: "TS2629", what: "a class" },
  enum: { code: "TS2628", what: "an enum" },
  namespace: { code: "TS2631", what: "a namespace" },
};

/** Compile errors of the cell in the user's own coordinates. */
export function cellDiagnostics(
  found: readonly TypeScript.Diagnostic[],
  cell: CellText,
  input: Pick<CellInput, "map">,
  scope: Scope,
): Diagnostic[] {
  return found.flatMap((diagnostic): Diagnostic[] => {
    if (!isMeant(diagnostic) || isOurs(diagnostic, cell)) return [];
    if (cell.unchecked && !isOfSyntax(diagnostic)) return [];
    if (cell.outline.isJavaScript && implicitAny.has(diagnostic.code)) return [];
    const offset = diagnostic.start ?? 0;
    const start = userOffset(cell, input, offset);
    const end = userOffset(cell, input, offset + (diagnostic.length ?? 0));
    return [
      {
        ...(importAssigned(diagnostic, scope) ?? {
          message: messageText(diagnostic) + continuedHint(diagnostic),
          code: `TS${diagnostic.code}`,
        }),
        category: "error",
        start,
        length: Math.max(end - start, 0),
      },
    ];
  });
}

/** 2440, an import beside a declaration: in our prelude a name's type comes by the one and its value by the other. */
function isOurs({ code, start = 0 }: TypeScript.Diagnostic, cell: CellText): boolean {
  return code === 2440 && start < cell.part.start;
}

function isOfSyntax({ file, start, code }: TypeScript.Diagnostic): boolean {
  return file !== undefined && syntaxErrorsOf(file).some((error) => error.start === start && error.code === code);
}

/** An error in a local file that the cell imports, named from the notebook's folder. */
export function fileDiagnostic(diagnostic: TypeScript.Diagnostic, cwd: string): Diagnostic {
  const { file, start = 0, length = 0 } = diagnostic;
  const error = { message: messageText(diagnostic), code: `TS${diagnostic.code}`, category: "error" as const };
  if (file === undefined) return { ...error, start: 0, length: 0 };
  return { ...error, start, length, file: { name: relative(cwd, file.fileName), text: file.text } };
}

/** A line that begins with a bracket goes on with the line above, which is seldom meant when that gives an error. */
function continuedHint({ file, start }: TypeScript.Diagnostic): string {
  if (file === undefined || start === undefined) return "";
  let bracket = "";
  const visit = (node: TypeScript.Node): void => {
    if (node.pos > start || node.end < start) return;
    if (ts.isElementAccessExpression(node) || ts.isCallExpression(node)) {
      const behind = file.text.slice(node.expression.end, node.end);
      const opening = behind.trimStart();
      const isBracket = opening.startsWith("[") || opening.startsWith("(");
      if (isBracket && behind.slice(0, -opening.length).includes("\n")) bracket = opening.slice(0, 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (bracket === "") return "";
  return `\nA line that begins with ${bracket} continues the line above: end that line with a semicolon.`;
}

/** An error in a `@module` cell, whose file is the cell's text itself. */
export function moduleDiagnostic(diagnostic: TypeScript.Diagnostic, input: Pick<CellInput, "map">): Diagnostic {
  const start = toSource(input.map, diagnostic.start ?? 0);
  const end = toSource(input.map, (diagnostic.start ?? 0) + (diagnostic.length ?? 0));
  const length = Math.max(end - start, 0);
  return { message: messageText(diagnostic), code: `TS${diagnostic.code}`, category: "error", start, length };
}

/** Whether an error counts. */
export function isMeant(diagnostic: TypeScript.Diagnostic): boolean {
  return diagnostic.category === ts.DiagnosticCategory.Error && !ignored.has(diagnostic.code);
}

/** Earlier cells' names come in as imports; assigning to one should speak of what it is. */
function importAssigned(
  diagnostic: TypeScript.Diagnostic,
  scope: Scope,
): { message: string; code: string } | undefined {
  const name = diagnostic.code === 2632 && /'(.+?)'/.exec(messageText(diagnostic))?.[1];
  const kind = name ? scope.names().get(name)?.kind : undefined;
  const said = kind && readOnlyKinds[kind];
  return said && { code: said.code, message: `Cannot assign to '${name}' because it is ${said.what}.` };
}

function messageText(diagnostic: TypeScript.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  return withoutTraces(text) + hintOf(diagnostic, text);
}

function hintOf(diagnostic: TypeScript.Diagnostic, text: string): string {
  // The runtime of JSX that no tsconfig.json and no comment names otherwise.
  if (diagnostic.code === 2875) return "\nTo have a function of your own make the elements, begin with /** @jsx h */";
  // `document` and its like.
  if (diagnostic.code === 2584) return '\nTo have its types alone, begin with /// <reference lib="dom" />';
  return diagnostic.file === undefined ? "" : missingImportHint(text, dirname(diagnostic.file.fileName));
}

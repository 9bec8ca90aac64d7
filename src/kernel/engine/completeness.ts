import type { Completeness } from "./engine.js";
import { type TypeScript, ts } from "./typescript.js";

/** `'…' expected`, `Expression expected` and their like: at the end of the text they ask for more of it. */
const openEnded = new Set([1003, 1005, 1068, 1109, 1110, 1124, 1127, 1131, 1135, 1136, 1137, 1138, 1141, 1381, 1472]);
/** An unterminated comment and an unterminated template: more lines can end them. */
const unterminated = new Set([1010, 1160]);

/** Whether a console should run a text, ask for more lines, or neither. */
export function completenessOf(code: string): Completeness {
  const errors = syntaxErrorsOf(parseModule(code));
  if (errors.length === 0) return { status: "complete" };
  const end = code.trimEnd().length;
  const asksForMore = errors.some(
    ({ code: number, start = 0, length = 0 }) =>
      unterminated.has(number) || (openEnded.has(number) && (start >= end || start + length > code.length)),
  );
  const first = errors[0];
  const onlyAtEnd = first !== undefined && (unterminated.has(first.code) || (first.start ?? 0) >= end);
  if (!asksForMore || !onlyAtEnd) return { status: "invalid" };
  return { status: "incomplete", indent: indentOf(code) };
}

/** Syntax errors of a parsed file; TypeScript keeps them where its public types do not look. */
export function syntaxErrorsOf(file: TypeScript.SourceFile): readonly TypeScript.DiagnosticWithLocation[] {
  return (file as unknown as { parseDiagnostics: readonly TypeScript.DiagnosticWithLocation[] }).parseDiagnostics;
}

/**
 * Parses a text as a module, where `await` is an expression at the top level; its nodes have no parents.
 * `<T>x` is a cast and `<T>` an element: a text is TSX only when that has fewer syntax errors.
 */
export function parseModule(text: string): TypeScript.SourceFile {
  const plain = parseAs(text, ts.ScriptKind.TS);
  const errors = syntaxErrorsOf(plain).length;
  if (errors === 0 || !/<[\p{ID_Start}>]/u.test(text)) return plain;
  const jsx = parseAs(text, ts.ScriptKind.TSX);
  return syntaxErrorsOf(jsx).length < errors ? jsx : plain;
}

function parseAs(text: string, kind: TypeScript.ScriptKind): TypeScript.SourceFile {
  const options = { languageVersion: ts.ScriptTarget.Latest, setExternalModuleIndicator: asModule };
  return ts.createSourceFile(kind === ts.ScriptKind.TSX ? "cell.tsx" : "cell.ts", text, options, false, kind);
}

function asModule(file: TypeScript.SourceFile): void {
  const marked = file as { externalModuleIndicator?: TypeScript.Node | true };
  marked.externalModuleIndicator = true;
}

/** Two blanks deeper than a last line that opens a bracket; else as deep as that line. */
function indentOf(code: string): string {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const blanks = /^[ \t]*/.exec(last)?.[0] ?? "";
  return /[{([]$/.test(last) ? `${blanks}  ` : blanks;
}

import { parseModule, syntaxErrorsOf } from "../completeness.js";
import type { CellInput } from "../engine.js";
import { toSource } from "../position-map.js";
import { type TypeScript, ts } from "../typescript.js";
import { jsxPragmas } from "./jsx-pragmas.js";
import { type Outline, outlineOf } from "./outline.js";
import type { Scope } from "./scope.js";

/** A cell as the file that the checker sees: a line of ours, the user's text, a line of ours. */
export interface CellText {
  text: string;
  kind: TypeScript.ScriptKind;
  outline: Outline;
  /** Where the user's text stands in `text`. */
  part: UserPart;
  /** Where the statements to emit stand: the user's text, with the brackets around an expression. */
  body: UserPart;
  /** Names that its JSX may call. */
  factories: readonly string[];
  /** `// @ts-nocheck` at its top: only errors of syntax count. */
  unchecked: boolean;
  /**
   * Errors of syntax in the user's text alone, with offsets in it: unfinished code would go on into our last line, and
   * TypeScript would speak of that. None of an expression, whose brackets are ours.
   */
  syntaxErrors: readonly TypeScript.DiagnosticWithLocation[];
}

/** A range of the checker's file. */
export interface UserPart {
  start: number;
  end: number;
}

/**
 * @param scope - earlier cells; only what the cell uses and does not declare is brought in
 * @param options - the tsconfig.json's, for what JSX calls
 */
export function cellText(
  cell: Pick<CellInput, "text" | "expression">,
  scope: Scope,
  options: TypeScript.CompilerOptions,
): CellText {
  const user = cell.text.replace(/^#!/, "//");
  const whole = cell.expression ? `(${user}\n)` : user;
  const file = parseModule(whole);
  const kind = file.languageVariant === ts.LanguageVariant.JSX ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const outline = outlineOf(file);
  const jsx = kind === ts.ScriptKind.TSX ? jsxPragmas(user, options) : undefined;
  for (const name of jsx?.names ?? []) outline.identifiers.add(name);
  const prelude = `${jsx?.comments ?? ""}${scope.prelude(outline)}${cell.expression ? " (" : ""}\n`;
  const names = [...outline.declares.keys()].filter((name) => !outline.exported.has(name));
  const end = cell.expression ? "\n)" : `\nexport { ${names.join(", ")} };`;
  const part = { start: prelude.length, end: prelude.length + user.length };
  const body = cell.expression ? { start: part.start - 2, end: part.end + 2 } : part;
  return {
    text: prelude + user + end,
    kind,
    outline,
    part,
    body,
    factories: jsx?.names ?? [],
    unchecked: isUnchecked(user),
    syntaxErrors: cell.expression ? [] : syntaxErrorsOf(file),
  };
}

/** TypeScript reads that comment at a file's top, where a line of ours stands. */
function isUnchecked(text: string): boolean {
  const comments = ts.getLeadingCommentRanges(text, 0) ?? [];
  return comments.some(({ pos, end }) => /^\/\/\/?[ \t]*@ts-nocheck\b/.test(text.slice(pos, end)));
}

/** Offset in the user's source of an offset in the checker's file. */
export function userOffset(cell: CellText, input: Pick<CellInput, "map">, offset: number): number {
  const { start, end } = cell.part;
  return toSource(input.map, Math.min(Math.max(offset, start), end) - start);
}

import { parseModule, syntaxErrorsOf } from "../completeness.js";
import type { CellInput } from "../engine.js";
import { toSource } from "../position-map.js";
import { type TypeScript, ts } from "../typescript.js";
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

/** What the comments at a cell's top say of its JSX. */
interface JsxPragmas {
  /** The same comments in one line, for the front of the checker's file: TypeScript reads them nowhere else. */
  comments: string;
  /** Names that the compiled cell calls, though they stand in no code of it. */
  names: string[];
}

const pragma = /@(jsx|jsxFrag|jsxRuntime|jsxImportSource)[ \t]+([\w$.@/-]+)/g;

/**
 * @param text - of a cell with JSX in it; `@jsx h` alone asks for the classic way, calls of `h`
 * @param options - the tsconfig.json's, which may name other factories: `"jsx": "react"`, `"jsxFactory": "h"`
 */
function jsxPragmas(text: string, options: TypeScript.CompilerOptions): JsxPragmas {
  const comments = (ts.getLeadingCommentRanges(text, 0) ?? []).map(({ pos, end }) => text.slice(pos, end));
  const found = comments.flatMap((comment) =>
    [...comment.matchAll(pragma)].map(([, name = "", value = ""]) => ({ name, value })),
  );
  const factories = found.filter(({ name }) => name === "jsx" || name === "jsxFrag");
  if (factories.length > 0 && !found.some(({ name }) => name === "jsxRuntime")) {
    found.push({ name: "jsxRuntime", value: "classic" });
  }
  return {
    comments: found.map(({ name, value }) => `/** @${name} ${value} */ `).join(""),
    names: [...new Set([...configured(options), ...factories.map(({ value }) => value)].map(rootOf))],
  };
}

/** TypeScript's own is `React`, also for fragments. */
function configured({ jsxFactory, jsxFragmentFactory, reactNamespace }: TypeScript.CompilerOptions): string[] {
  return ["React", reactNamespace, jsxFactory, jsxFragmentFactory].filter((name) => name !== undefined);
}

/** `React` of `React.createElement`. */
function rootOf(name: string): string {
  return name.split(".", 1)[0] ?? name;
}

/** A cell that begins with a comment `@module name`, as in tslab: its text is a file that other cells import as `./name`. */
export interface ModuleCell {
  specifier: string;
  path: string;
  kind: TypeScript.ScriptKind;
}

/** @returns undefined for every other cell; `@jsx` beside it makes a `.tsx` file */
export function moduleCellOf(text: string, cwd: string): ModuleCell | undefined {
  const comment = firstDocComment(text);
  const name = comment && /@module\s+([\w-]+(?:\/[\w-]+)*)/.exec(comment)?.[1];
  if (!name) return undefined;
  const jsx = /@jsx\b/.test(comment);
  return {
    specifier: `./${name}`,
    path: `${cwd}/${name}${jsx ? ".tsx" : ".ts"}`,
    kind: jsx ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  };
}

/** Whether a cell begins with a comment whose tags, one a line, have `@browser` among them. */
export function isBrowserCell(text: string): boolean {
  return /^[ \t*]*@browser\b/m.test(firstDocComment(text) ?? "");
}

function firstDocComment(text: string): string | undefined {
  return /^\s*\/\*\*([\s\S]*?)\*\//.exec(text)?.[1];
}

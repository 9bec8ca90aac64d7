import { type TypeScript, ts } from "../typescript.js";

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

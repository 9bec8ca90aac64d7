import { type TypeScript, ts } from "../typescript.js";

/** What the comments at a cell's top say of its JSX. */
export interface JsxPragmas {
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
export function jsxPragmas(text: string, options: TypeScript.CompilerOptions): JsxPragmas {
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

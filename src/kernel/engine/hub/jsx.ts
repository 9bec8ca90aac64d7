import { type TypeScript, ts } from "../typescript.js";
import { boxAccess, type CellNames } from "./cell-names.js";

/** What the comments at a cell's top say of its JSX. */
export interface JsxPragmas {
  /** The same comments in one line, for the front of the checker's file: TypeScript reads them nowhere else. */
  comments: string;
  /** Names that the compiled cell calls, though they stand in no code of it. */
  names: string[];
}

const pragma = /@(jsx|jsxFrag|jsxRuntime|jsxImportSource)[ \t]+([\w$.@/-]+)/g;

/** Names that make elements by custom, as a tsconfig.json may say: `"jsx": "react"`, `"jsxFactory": "h"`. */
const customary = ["React", "h", "Fragment"];

/** @param text - of a cell with JSX in it; `@jsx h` alone asks for the classic way, calls of `h` */
export function jsxPragmas(text: string): JsxPragmas {
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
    names: [...customary, ...factories.map(({ value }) => rootOf(value))],
  };
}

/**
 * Calls that TypeScript makes of JSX go to the names of cells: `h("b", …)` becomes `$_h.v("b", …)`.
 * After its own JSX transformer, which makes the callee anew.
 */
export function factoryCalls(
  names: CellNames,
  context: TypeScript.TransformationContext,
  file: TypeScript.SourceFile,
  shared: ReadonlySet<string>,
): TypeScript.SourceFile {
  const box = (node: TypeScript.Expression): TypeScript.Expression => {
    if (ts.isPropertyAccessExpression(node)) {
      return ts.factory.updatePropertyAccessExpression(node, box(node.expression), node.name);
    }
    return ts.isIdentifier(node) && node.pos < 0 && shared.has(node.text) ? boxAccess(names, node.text) : node;
  };
  const visit = (node: TypeScript.Node): TypeScript.Node => {
    const inner = ts.visitEachChild(node, visit, context);
    if (!ts.isCallExpression(inner) || inner.arguments.length < 2) return inner;
    const [tag, ...rest] = inner.arguments;
    if (tag === undefined) return inner;
    return ts.factory.updateCallExpression(inner, box(inner.expression), undefined, [box(tag), ...rest]);
  };
  return ts.visitEachChild(file, visit, context);
}

/** `React` of `React.createElement`. */
function rootOf(name: string): string {
  return name.split(".", 1)[0] ?? name;
}

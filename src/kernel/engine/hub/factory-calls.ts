import { type TypeScript, ts } from "../typescript.js";
import { boxAccess, type CellNames } from "./cell-names.js";

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

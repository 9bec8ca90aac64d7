import type * as typescript from "@tslab/typescript-for-tslab";
import { dynamicImportName } from "./tslab-format.js";
import type { TslabTypeScript } from "./tslab-package.js";

type Transformer = typescript.TransformerFactory<typescript.SourceFile>;

/** tslab's own name for the declarations of earlier cells. */
const earlierCells = "__prev__.d.ts";

/** `{ name }`, where an earlier cell declared the name, to `{ name: exports.name }`. */
export function writeOutShorthands(ts: TslabTypeScript, program: typescript.Program): Transformer {
  const { factory } = ts;
  const checker = program.getTypeChecker();
  const isEarlier = (node: typescript.ShorthandPropertyAssignment) =>
    checker
      .getShorthandAssignmentValueSymbol(node)
      ?.declarations?.some((declaration) => declaration.getSourceFile().fileName.endsWith(earlierCells));
  return (context) => (file) => {
    const visit = (node: typescript.Node): typescript.Node => {
      if (!ts.isShorthandPropertyAssignment(node) || !isEarlier(node)) return ts.visitEachChild(node, visit, context);
      const target = factory.createPropertyAccessExpression(factory.createIdentifier("exports"), node.name.text);
      const initial = node.objectAssignmentInitializer;
      const value = initial ? factory.createAssignment(target, visit(initial) as typescript.Expression) : target;
      return ts.setTextRange(factory.createPropertyAssignment(node.name.text, value), node);
    };
    return ts.visitNode(file, visit) as typescript.SourceFile;
  };
}

/** `import(x)` to a call of our evaluator's own function, which TypeScript will not turn into `require`. */
export function callDynamicImport(ts: TslabTypeScript): Transformer {
  return (context) => (file) => {
    const visit = (node: typescript.Node): typescript.Node => {
      const inner = ts.visitEachChild(node, visit, context);
      if (!ts.isCallExpression(inner) || inner.expression.kind !== ts.SyntaxKind.ImportKeyword) return inner;
      const callee = ts.factory.createIdentifier(dynamicImportName);
      return ts.factory.createCallExpression(callee, undefined, inner.arguments);
    };
    return ts.visitNode(file, visit) as typescript.SourceFile;
  };
}

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

/**
 * Calls as a cell means them: `import(x)` calls our evaluator's own function, which TypeScript will not turn into
 * `require`; an earlier cell's function, which tslab reads off `exports`, gets no `this`.
 */
export function plainCalls(ts: TslabTypeScript): Transformer {
  const { factory } = ts;
  const calleeOf = (expression: typescript.Expression): typescript.Expression => {
    if (expression.kind === ts.SyntaxKind.ImportKeyword) return factory.createIdentifier(dynamicImportName);
    const isOnExports =
      ts.isPropertyAccessExpression(expression) &&
      ts.isIdentifier(expression.expression) &&
      expression.expression.text === "exports";
    return isOnExports
      ? factory.createParenthesizedExpression(factory.createComma(factory.createNumericLiteral(0), expression))
      : expression;
  };
  return (context) => (file) => {
    const visit = (node: typescript.Node): typescript.Node => {
      const inner = ts.visitEachChild(node, visit, context);
      if (!ts.isCallExpression(inner)) return inner;
      return factory.updateCallExpression(inner, calleeOf(inner.expression), inner.typeArguments, inner.arguments);
    };
    return ts.visitNode(file, visit) as typescript.SourceFile;
  };
}

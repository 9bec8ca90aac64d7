import { type TypeScript, ts } from "../typescript.js";

/** `a + b + c + …`, which the parser nests to the left, as deep as the chain is long. */
export function isChain(node: TypeScript.Node): node is TypeScript.BinaryExpression {
  return ts.isBinaryExpression(node) && ts.isBinaryExpression(node.left);
}

/** Visits a chain from its innermost pair outwards, on a flat stack: thousands of lines joined by `+` are no rarity. */
export function visitChain(node: TypeScript.BinaryExpression, visit: TypeScript.Visitor): TypeScript.Expression {
  const outer: TypeScript.BinaryExpression[] = [];
  let inner: TypeScript.Expression = node;
  while (isChain(inner)) {
    outer.push(inner);
    inner = inner.left;
  }
  const visited = (each: TypeScript.Expression) => ts.visitNode(each, visit, ts.isExpression) ?? each;
  return outer.reduceRight(
    (left, pair) => ts.factory.updateBinaryExpression(pair, left, pair.operatorToken, visited(pair.right)),
    visited(inner),
  );
}

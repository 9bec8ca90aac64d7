import { ControlWord } from "../../messages.js";
import { type TypeScript, ts } from "../typescript.js";
import type { CellNames } from "./cell-names.js";
import { declarationsToAssignments, interruptCheck, patternToTarget } from "./factory.js";

/**
 * `for (var i = 0; …)` at the cell's top, where `i` is the cell's name.
 * @returns undefined for every other loop
 */
export function ownLoop(
  node: TypeScript.IterationStatement,
  names: CellNames,
  visit: TypeScript.Visitor,
): TypeScript.IterationStatement | undefined {
  if (!ts.isForStatement(node) && !ts.isForOfStatement(node) && !ts.isForInStatement(node)) return undefined;
  const { initializer } = node;
  if (!initializer || !ts.isVariableDeclarationList(initializer) || !names.ownsList(initializer)) return undefined;
  const { factory } = ts;
  const expression = (each: TypeScript.Expression) => ts.visitNode(each, visit, ts.isExpression) ?? each;
  const statement = ts.visitNode(node.statement, visit, ts.isStatement) ?? node.statement;
  if (ts.isForStatement(node)) {
    return factory.updateForStatement(
      node,
      declarationsToAssignments(initializer, names, visit),
      node.condition && expression(node.condition),
      node.incrementor && expression(node.incrementor),
      statement,
    );
  }
  const binding = initializer.declarations[0]?.name;
  if (binding === undefined) return undefined;
  const target = patternToTarget(binding, names, visit);
  return ts.isForOfStatement(node)
    ? factory.updateForOfStatement(node, node.awaitModifier, target, expression(node.expression), statement)
    : factory.updateForInStatement(node, target, expression(node.expression), statement);
}

/** `{ if ($$stop[0]) $$cell.interrupt(); … }`: 0.25 ns an iteration (measured), and the loop ends as by any throw. */
export function interruptible(loop: TypeScript.IterationStatement): TypeScript.Statement {
  const { factory } = ts;
  const check = interruptCheck((word) => word(ControlWord.interrupt), "interrupt");
  const { statement } = loop;
  const body = ts.isBlock(statement)
    ? factory.updateBlock(statement, [check, ...statement.statements])
    : factory.createBlock([check, statement], true);
  if (ts.isForStatement(loop)) {
    return factory.updateForStatement(loop, loop.initializer, loop.condition, loop.incrementor, body);
  }
  if (ts.isForOfStatement(loop)) {
    return factory.updateForOfStatement(loop, loop.awaitModifier, loop.initializer, loop.expression, body);
  }
  if (ts.isForInStatement(loop)) return factory.updateForInStatement(loop, loop.initializer, loop.expression, body);
  if (ts.isWhileStatement(loop)) return factory.updateWhileStatement(loop, loop.expression, body);
  return ts.isDoStatement(loop) ? factory.updateDoStatement(loop, body, loop.expression) : loop;
}

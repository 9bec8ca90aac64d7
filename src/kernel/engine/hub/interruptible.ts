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

/** Methods of the built-in classes that call a function once for each of many elements. */
const iterating: ReadonlySet<string> = new Set([
  ...[
    "every",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "flatMap",
    "forEach",
    "from",
    "group",
    "groupBy",
  ],
  ...["map", "reduce", "reduceRight", "replace", "replaceAll", "some", "sort", "toSorted"],
]);

/**
 * Whether a node is the body of a function that can be entered again and again without a loop: by recursion, or as a callback
 * that a promise, a tick or a built-in function calls. Any other that calls nothing stays as it is written.
 */
export function isRecurringBody(node: TypeScript.Node): node is TypeScript.ConciseBody {
  const { parent } = node;
  const isBody = parent !== undefined && ts.isFunctionLike(parent) && "body" in parent && parent.body === node;
  return isBody && (calls(node) || isCalledForEach(parent));
}

/** `rows.map((row) => …)`. */
function isCalledForEach({ parent: call }: TypeScript.Node): boolean {
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return false;
  return iterating.has(call.expression.name.text);
}

/** `{ if ($$stop[5] > 0) $$cell.enter(); … }`: 0.1 ns a call (measured). */
export function interruptibleBody(body: TypeScript.ConciseBody): TypeScript.Block {
  const { factory } = ts;
  const check = interruptCheck(
    (word) => factory.createGreaterThan(word(ControlWord.entry), factory.createNumericLiteral(0)),
    "enter",
  );
  if (!ts.isBlock(body)) {
    return factory.createBlock([check, ts.setTextRange(factory.createReturnStatement(body), body)], true);
  }
  // `"use strict"` counts only as a body's first statement.
  const isOther = (each: TypeScript.Statement) =>
    !(ts.isExpressionStatement(each) && ts.isStringLiteral(each.expression));
  const found = body.statements.findIndex(isOther);
  const at = found < 0 ? body.statements.length : found;
  return factory.updateBlock(body, [...body.statements.slice(0, at), check, ...body.statements.slice(at)]);
}

/** Whether code calls or waits for anything; functions within it are left out. */
function calls(body: TypeScript.Node): boolean {
  // A list in place of recursion: `a + b + …` is nested as deep as it is long.
  const open = [body];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isCall(node)) return true;
    if (node === body || !ts.isFunctionLike(node)) ts.forEachChild(node, (child) => void open.push(child));
  }
  return false;
}

function isCall(node: TypeScript.Node): boolean {
  return (
    ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isTaggedTemplateExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isYieldExpression(node)
  );
}

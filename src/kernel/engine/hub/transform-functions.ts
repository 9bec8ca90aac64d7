import { ControlWord } from "../../messages.js";
import { type TypeScript, ts } from "../typescript.js";
import { interruptCheck } from "./factory.js";

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

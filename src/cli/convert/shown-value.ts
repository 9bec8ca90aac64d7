import type TypeScript from "typescript";
import { ts } from "../../kernel/engine/typescript.js";

/** A cell's last expression is shown in the notebook; a script prints it. What shows nothing of its own stays as it is. */
export function withShownValue(text: string): string {
  const file = ts.createSourceFile("cell.ts", text, ts.ScriptTarget.ESNext, true);
  const last = file.statements.at(-1);
  if (!last || !ts.isExpressionStatement(last)) return text;
  const { expression } = last;
  const start = last.getStart(file);
  const shown = text.slice(start, expression.end);
  const silent =
    /^(?:void|delete|console\s*\.|process\s*\.)/.test(shown) ||
    ts.isStringLiteral(expression) ||
    ts.isPostfixUnaryExpression(expression) ||
    ts.isPrefixUnaryExpression(expression) ||
    (ts.isBinaryExpression(expression) && isAssignment(expression.operatorToken.kind));
  return silent ? text : `${text.slice(0, start)}console.log(${shown})${text.slice(last.end)}`;
}

function isAssignment(kind: TypeScript.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

import { ts } from "../../src/kernel/engine/typescript.js";
import type { StatementSpan, Syntax } from "../../src/kernel/extension.js";

type Node = import("typescript").Node;
type SourceFile = import("typescript").SourceFile & { parseDiagnostics?: readonly unknown[] };

/** The plainest `Syntax` there is, so that the magics are tested apart from the engine. */
export const testSyntax: Syntax = {
  closing(text, start) {
    const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, text.slice(start));
    const open: string[] = [];
    let before = ts.SyntaxKind.Unknown;
    for (;;) {
      let token = scanner.scan();
      if ((token === ts.SyntaxKind.SlashToken || token === ts.SyntaxKind.SlashEqualsToken) && !endsValue(before)) {
        token = scanner.reScanSlashToken();
      }
      if (token === ts.SyntaxKind.CloseBraceToken && open.at(-1) === "`") token = scanner.reScanTemplateToken(false);
      if (token === ts.SyntaxKind.EndOfFileToken || scanner.isUnterminated()) return -1;
      if (token === ts.SyntaxKind.OpenBraceToken) open.push("{");
      if (token === ts.SyntaxKind.TemplateHead) open.push("`");
      if (token === ts.SyntaxKind.CloseBraceToken || token === ts.SyntaxKind.TemplateTail) open.pop();
      before = token;
      if (open.length === 0) return start + scanner.getTokenEnd();
    }
  },

  statements(text) {
    const spans: StatementSpan[] = [];
    const file = parse(text);
    const visit = (node: Node, place: StatementSpan["place"]): void => {
      if (ts.isExpressionStatement(node)) {
        spans.push(span(file, node, isVoid(node.expression) ? "void" : "other", place));
      } else if (ts.isVariableStatement(node)) {
        const initializer = node.declarationList.declarations[0]?.initializer;
        spans.push(span(file, node, initializer && isVoid(initializer) ? "assigned" : "other", place));
      }
      ts.forEachChild(node, (child) => visit(child, inside(node, place)));
    };
    visit(file, "async");
    return spans;
  },

  parses: (text) => (parse(text).parseDiagnostics ?? []).length === 0,
};

function parse(text: string): SourceFile {
  return ts.createSourceFile("cell.ts", text, { languageVersion: ts.ScriptTarget.ESNext, impliedNodeFormat: 99 }, true);
}

function isVoid(node: Node): boolean {
  return ts.isVoidExpression(node) && node.expression.getText() === "0";
}

function span(file: SourceFile, node: Node, kind: StatementSpan["kind"], place: StatementSpan["place"]): StatementSpan {
  return { start: node.getStart(file), end: node.getEnd(), kind, place };
}

function inside(node: Node, place: StatementSpan["place"]): StatementSpan["place"] {
  if (ts.isClassLike(node)) return "class";
  if (!ts.isFunctionLike(node)) return place;
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  if ("asteriskToken" in node && node.asteriskToken) return "class";
  return modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword) ? "async" : "sync";
}

function endsValue(token: import("typescript").SyntaxKind): boolean {
  return (
    token === ts.SyntaxKind.CloseParenToken ||
    token === ts.SyntaxKind.CloseBracketToken ||
    token === ts.SyntaxKind.CloseBraceToken ||
    (token >= ts.SyntaxKind.FirstLiteralToken && token <= ts.SyntaxKind.LastLiteralToken) ||
    token === ts.SyntaxKind.Identifier ||
    token === ts.SyntaxKind.ThisKeyword
  );
}

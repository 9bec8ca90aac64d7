import type { StatementSpan, Syntax } from "../extension.js";
import { parseModule, syntaxErrorsOf } from "./completeness.js";
import type { Engine } from "./engine.js";
import { type TypeScript, ts } from "./typescript.js";

/** The questions about TypeScript's grammar that others ask, answered by the TypeScript that checks the cells. */
export const typescriptSyntax: Syntax = {
  closing(text, start) {
    if (text[start] !== "`" && text[start] !== "{") return -1;
    const byParse = text[start] === "`" ? closingTemplate : closingByParse;
    // A scan goes no further than it must, and is right unless a regular expression misled it: then so is what it cut off.
    const scanned = closingByScan(text, start);
    const cut = text.slice(0, scanned);
    if (scanned >= 0 && byParse(cut, start) === scanned && !cutsRegExp(cut, start)) return scanned;
    return byParse(text, start) ?? scanned;
  },
  statements: (text) => spansOf(parseModule(text)),
  parses: (text) => syntaxErrorsOf(parseModule(text)).length === 0,
  hasName: (name, text) =>
    Object.hasOwn(globalThis, name) || expressionKeywords.has(name) || declares(parseModule(text), name),
};

/** The same questions, with what the engine's earlier cells have declared. */
export function syntaxOf(engine: Pick<Engine, "hasName">): Syntax {
  const hasName: Syntax["hasName"] = (name, text) => typescriptSyntax.hasName(name, text) || engine.hasName(name);
  return { ...typescriptSyntax, hasName };
}

/** Words that may begin an expression, and that every cell has without a declaration. */
const expressionKeywords = new Set(
  "arguments async await class delete exports false function import module new null require super this true typeof void yield".split(
    " ",
  ),
);

/** Whether a name is declared somewhere in a file: by a variable, a parameter, a function, a class, an import. */
function declares(file: TypeScript.SourceFile, name: string): boolean {
  const open: TypeScript.Node[] = [file];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const declared = (node as { name?: TypeScript.Node }).name;
    const isMember = ts.isPropertyAccessExpression(node) || ts.isPropertyAssignment(node);
    if (!isMember && declared !== undefined && ts.isIdentifier(declared) && declared.text === name) return true;
    ts.forEachChild(node, (child) => {
      open.push(child);
    });
  }
  return false;
}

/** Whether a text from a brace on ends inside a regular expression: TypeScript takes that for one that ends before the last brace. */
function cutsRegExp(text: string, start: number): boolean {
  return syntaxErrorsOf(parseModule(`(${text.slice(start + 1)}`)).some(({ code }) => code === unterminatedRegExp);
}

const unterminatedRegExp = 1161;

function closingTemplate(text: string, start: number): number | undefined {
  const file = parseModule(text.slice(start));
  const [statement] = file.statements;
  let node = statement && ts.isExpressionStatement(statement) ? statement.expression : undefined;
  // `a`.length and `a``b` go on after the first template.
  while (node && node.kind !== ts.SyntaxKind.NoSubstitutionTemplateLiteral && !ts.isTemplateExpression(node)) {
    node = leftmost(node);
  }
  if (node === undefined) return undefined;
  const end = start + node.end;
  const last = ts.isTemplateExpression(node) ? node.templateSpans.at(-1)?.literal : node;
  const open = (last as { isUnterminated?: boolean } | undefined)?.isUnterminated === true;
  return open || text[end - 1] !== "`" ? undefined : end;
}

function leftmost(node: TypeScript.Expression): TypeScript.Expression | undefined {
  if (ts.isTaggedTemplateExpression(node)) return node.tag;
  if (ts.isBinaryExpression(node)) return node.left;
  if (ts.isConditionalExpression(node)) return node.condition;
  if (ts.isPostfixUnaryExpression(node)) return node.operand;
  const holder = node as { expression?: TypeScript.Expression };
  return holder.expression;
}

/** Parses `(expression` up to where it stops; that is the brace when the expression is whole. */
function closingByParse(text: string, start: number): number | undefined {
  const file = parseModule(`(${text.slice(start + 1)}`);
  const [statement] = file.statements;
  let node = statement && ts.isExpressionStatement(statement) ? statement.expression : undefined;
  while (node && !(ts.isParenthesizedExpression(node) && node.pos === 0)) node = leftmost(node);
  if (node === undefined || !ts.isParenthesizedExpression(node)) return undefined;
  const behind = /\S/.exec(skipTrivia(text, start + node.expression.end));
  const at = behind ? text.length - (skipTrivia(text, start + node.expression.end).length - behind.index) : -1;
  return text[at] === "}" ? at + 1 : undefined;
}

/** The rest of a text after blanks and comments. */
function skipTrivia(text: string, from: number): string {
  return text.slice(from).replace(/^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/, "");
}

/** Counts brackets token by token; for an expression that is not whole or not right there is nothing better. */
function closingByScan(text: string, start: number): number {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text, undefined, start);
  /** Depth of each template that is open. */
  const templates: number[] = [];
  let depth = 0;
  for (;;) {
    let token = scanner.scan();
    if (token === ts.SyntaxKind.EndOfFileToken || scanner.isUnterminated()) return -1;
    if (token === ts.SyntaxKind.CloseBraceToken && templates.at(-1) === depth) {
      token = scanner.reScanTemplateToken(false);
      if (token === ts.SyntaxKind.TemplateTail) templates.pop();
    } else if (token === ts.SyntaxKind.TemplateHead) templates.push(depth);
    else if (token === ts.SyntaxKind.OpenBraceToken) depth += 1;
    else if (token === ts.SyntaxKind.CloseBraceToken) depth -= 1;
    if (depth === 0 && templates.length === 0) return scanner.isUnterminated() ? -1 : scanner.getTokenEnd();
  }
}

/** Every statement that may have been a magic, in source order; on a stack of its own, as `eachNode` is. */
function spansOf(file: TypeScript.SourceFile): StatementSpan[] {
  const spans: StatementSpan[] = [];
  const open: Array<{ node: TypeScript.Node; place: StatementSpan["place"] }> = [{ node: file, place: "async" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, place } = next;
    const span = spanOf(node, file, place);
    if (span) spans.push(span);
    const inside = placeInside(node, place);
    const children: typeof open = [];
    ts.forEachChild(node, (child) => {
      children.push({ node: child, place: inside });
    });
    open.push(...children.reverse());
  }
  return spans;
}

function spanOf(
  node: TypeScript.Node,
  file: TypeScript.SourceFile,
  place: StatementSpan["place"],
): StatementSpan | undefined {
  if (ts.isExpressionStatement(node)) {
    return { ...range(node, file), kind: isVoidZero(node.expression, file) ? "void" : "other", place };
  }
  if (!ts.isVariableStatement(node)) return undefined;
  const [first, second] = node.declarationList.declarations;
  if (!first?.initializer) return undefined;
  const assigned = second === undefined && ts.isIdentifier(first.name) && isVoidZero(first.initializer, file);
  return { ...range(node, file), kind: assigned ? "assigned" : "other", place };
}

function placeInside(node: TypeScript.Node, place: StatementSpan["place"]): StatementSpan["place"] {
  if (ts.isClassLike(node) || ts.isClassStaticBlockDeclaration(node)) return "class";
  if (!ts.isFunctionLike(node)) return ts.isModuleDeclaration(node) ? "sync" : place;
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  if ((node as { asteriskToken?: unknown }).asteriskToken !== undefined) return "class";
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ? "async" : "sync";
}

function isVoidZero(node: TypeScript.Expression, file: TypeScript.SourceFile): boolean {
  return ts.isVoidExpression(node) && node.getText(file) === "void 0";
}

function range(node: TypeScript.Node, file: TypeScript.SourceFile): { start: number; end: number } {
  return { start: node.getStart(file), end: node.end };
}

import type TypeScript from "typescript";
import { ts } from "../../kernel/engine/typescript.js";

/** A cell as TypeScript sees it alone: enough to know which declaration a name means. */
export function bindAlone(text: string): { file: TypeScript.SourceFile; checker: TypeScript.TypeChecker } {
  const options: TypeScript.CompilerOptions = {
    noLib: true,
    noResolve: true,
    types: [],
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
  };
  const file = ts.createSourceFile("/cell.ts", text, ts.ScriptTarget.ESNext, true);
  const host: TypeScript.CompilerHost = {
    getSourceFile: (name) => (name === "/cell.ts" ? file : undefined),
    getDefaultLibFileName: () => "lib.d.ts",
    writeFile: () => undefined,
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (name) => name === "/cell.ts",
    readFile: () => undefined,
  };
  const program = ts.createProgram({ rootNames: ["/cell.ts"], options, host });
  return { file, checker: program.getTypeChecker() };
}

/** What a cell declares at its top level, its imports aside. */
export function topLevelNames(file: TypeScript.SourceFile): Set<string> {
  const names = new Set<string>();
  const bindingNames = (name: TypeScript.BindingName): void => {
    if (ts.isIdentifier(name)) names.add(name.text);
    else for (const element of name.elements) if (ts.isBindingElement(element)) bindingNames(element.name);
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) bindingNames(name);
    } else {
      const name = declaredName(statement);
      if (name) names.add(name.text);
    }
  }
  return names;
}

function declaredName(node: TypeScript.Statement): TypeScript.Identifier | undefined {
  const named =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node);
  return named && node.name && ts.isIdentifier(node.name) ? node.name : undefined;
}

/** False for names of properties, labels and the like, which are not variables. */
export function isMention(node: TypeScript.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== node;
  if (ts.isQualifiedName(parent)) return parent.right !== node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent) || ts.isJsxAttribute(parent)) return false;
  if (ts.isMetaProperty(parent) || ts.isNamedTupleMember(parent)) return false;
  if (ts.isExportSpecifier(parent)) return false;
  const named = ts.isClassElement(parent) || ts.isTypeElement(parent) || ts.isPropertyAssignment(parent);
  return (
    !((named || ts.isObjectLiteralElement(parent) || ts.isEnumMember(parent)) && parent.name === node) ||
    ts.isShorthandPropertyAssignment(parent)
  );
}

/** `{ x }`, as a value or as a pattern: the name is also a key. */
export function isShorthand({ parent }: TypeScript.Identifier): boolean {
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  return (
    ts.isBindingElement(parent) &&
    !parent.propertyName &&
    !parent.dotDotDotToken &&
    ts.isObjectBindingPattern(parent.parent)
  );
}

/** Whether a name is one of the cell's top level, or of none here: then it is an earlier cell's. */
export function isOutermost(
  node: TypeScript.Identifier,
  file: TypeScript.SourceFile,
  checker: TypeScript.TypeChecker,
): boolean {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
  const declarations = symbol?.declarations ?? [];
  return declarations.every((declaration) => isTopLevel(declaration, file));
}

function isTopLevel(declaration: TypeScript.Node, file: TypeScript.SourceFile): boolean {
  let node = declaration;
  while (
    ts.isBindingElement(node) ||
    ts.isObjectBindingPattern(node) ||
    ts.isArrayBindingPattern(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isVariableDeclarationList(node) ||
    ts.isImportSpecifier(node) ||
    ts.isNamedImports(node) ||
    ts.isNamespaceImport(node) ||
    ts.isImportClause(node)
  ) {
    node = node.parent;
  }
  return ts.isSourceFile(node) || node.parent === file;
}

import { type TypeScript, ts } from "../typescript.js";

/** What the syntax of a cell alone tells. */
export interface Outline {
  /** Top-level names in source order, with the way they are declared. */
  declares: Map<string, DeclarationKind>;
  /** Those that the user exports already. */
  exported: Set<string>;
  /** Every identifier in the cell. */
  identifiers: Set<string>;
  /** What it imports, in any form. */
  specifiers: Set<string>;
  /** Those declared with `var`, which are undefined from the cell's start. */
  vars: string[];
  /** No types anywhere. */
  isJavaScript: boolean;
  /** Whether the last statement is an expression. */
  hasValue: boolean;
}

/** `const+type` and its like: a value and a type of one name, declared apart, as in `const Car = z.object(…); type Car = z.infer<typeof Car>`. */
export type DeclarationKind =
  | "let"
  | "const"
  | "function"
  | "class"
  | "enum"
  | "namespace"
  | "type"
  | "import"
  | "const+type"
  | "let+type"
  | "function+type";

/** @param file - parsed with parent pointers or without; only syntax is read */
export function outlineOf(file: TypeScript.SourceFile): Outline {
  const outline: Outline = {
    declares: new Map(),
    exported: new Set(),
    identifiers: new Set(),
    specifiers: new Set(),
    vars: [],
    isJavaScript: true,
    hasValue: false,
  };
  for (const statement of file.statements) declareStatement(statement, outline);
  collectVars(file, outline);
  collectIdentifiers(file, outline);
  const last = file.statements.findLast((statement) => !ts.isEmptyStatement(statement));
  outline.hasValue = last !== undefined && isValueStatement(last);
  return outline;
}

/** `1 + 1` and `export default 1 + 1`: statements whose value a cell shows. */
export function isValueStatement(
  statement: TypeScript.Statement,
): statement is TypeScript.ExpressionStatement | TypeScript.ExportAssignment {
  return ts.isExpressionStatement(statement) || ts.isExportAssignment(statement);
}

/** Every name that a binding introduces, in source order. */
function bindingNames(name: TypeScript.BindingName): TypeScript.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bindingNames(element.name)));
}

export function hasModifier(node: TypeScript.Node, kind: TypeScript.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false);
}

function declareStatement(statement: TypeScript.Statement, outline: Outline): void {
  if (hasModifier(statement, ts.SyntaxKind.DeclareKeyword) && !ts.isInterfaceDeclaration(statement)) {
    if (!ts.isTypeAliasDeclaration(statement)) return;
  }
  const exported = hasModifier(statement, ts.SyntaxKind.ExportKeyword);
  const add = (name: TypeScript.Identifier | undefined, kind: DeclarationKind) => {
    if (name === undefined) return;
    outline.declares.set(name.text, together(outline.declares.get(name.text), kind));
    if (exported && !hasModifier(statement, ts.SyntaxKind.DefaultKeyword)) outline.exported.add(name.text);
  };
  if (ts.isVariableStatement(statement)) {
    const kind = statement.declarationList.flags & ts.NodeFlags.Const ? "const" : "let";
    for (const declaration of statement.declarationList.declarations) {
      for (const name of bindingNames(declaration.name)) add(name, kind);
    }
  } else if (ts.isFunctionDeclaration(statement)) add(statement.name, "function");
  else if (ts.isClassDeclaration(statement)) add(statement.name, "class");
  else if (ts.isEnumDeclaration(statement)) add(statement.name, "enum");
  else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) add(statement.name, "type");
  else if (ts.isModuleDeclaration(statement)) {
    if (ts.isIdentifier(statement.name) && statement.name.text !== "global") add(statement.name, "namespace");
  } else if (ts.isImportEqualsDeclaration(statement)) add(statement.name, "import");
  else if (ts.isImportDeclaration(statement)) {
    const clause = statement.importClause;
    const kind = clause?.isTypeOnly ? "type" : "import";
    add(clause?.name, kind);
    const bindings = clause?.namedBindings;
    if (bindings === undefined) return;
    if (ts.isNamespaceImport(bindings)) add(bindings.name, kind);
    else for (const element of bindings.elements) add(element.name, element.isTypeOnly ? "type" : kind);
  } else if (ts.isExportDeclaration(statement)) exportNames(statement, outline);
}

/** `export { a }` says again what is declared; `export { a as b }` and `export … from` make names for later cells. */
function exportNames(statement: TypeScript.ExportDeclaration, outline: Outline): void {
  const clause = statement.exportClause;
  const elements = clause && ts.isNamedExports(clause) ? clause.elements : [];
  for (const { name, propertyName, isTypeOnly } of elements) {
    if (!ts.isIdentifier(name) || name.text === "default") continue;
    outline.exported.add(name.text);
    if (propertyName === undefined && statement.moduleSpecifier === undefined) continue;
    outline.declares.set(name.text, statement.isTypeOnly || isTypeOnly ? "type" : "import");
  }
  if (clause && ts.isNamespaceExport(clause) && ts.isIdentifier(clause.name)) {
    outline.exported.add(clause.name.text);
    outline.declares.set(clause.name.text, statement.isTypeOnly ? "type" : "import");
  }
}

/** What a name is that is declared twice in one cell. */
function together(known: DeclarationKind | undefined, kind: DeclarationKind): DeclarationKind {
  if (known === undefined) return kind;
  for (const [value, other] of [
    [known, kind],
    [kind, known],
  ]) {
    if (value === "function" && other === "type") return "function+type";
    if ((value === "const" || value === "let") && (other === "type" || other === "namespace")) return `${value}+type`;
  }
  return known === "type" ? kind : known;
}

/** `var` in blocks and loop headers belongs to the cell too. */
function collectVars(node: TypeScript.Node, outline: Outline): void {
  ts.forEachChild(node, (child) => {
    if (ts.isFunctionLike(child) || ts.isClassLike(child) || ts.isModuleDeclaration(child)) return;
    if (ts.isExpression(child)) return;
    if (ts.isVariableDeclarationList(child) && !(child.flags & ts.NodeFlags.BlockScoped)) {
      const ambient = ts.isVariableStatement(node) && hasModifier(node, ts.SyntaxKind.DeclareKeyword);
      for (const declaration of ambient ? [] : child.declarations) {
        for (const name of bindingNames(declaration.name)) {
          outline.vars.push(name.text);
          if (!outline.declares.has(name.text)) outline.declares.set(name.text, "let");
        }
      }
    }
    collectVars(child, outline);
  });
}

function collectIdentifiers(file: TypeScript.SourceFile, outline: Outline): void {
  eachNode(file, (node) => {
    if (ts.isIdentifier(node)) outline.identifiers.add(node.text);
    const specifier = specifierOf(node);
    if (specifier && ts.isStringLiteralLike(specifier)) outline.specifiers.add(specifier.text);
    if (outline.isJavaScript && isTypeSyntax(node)) outline.isJavaScript = false;
  });
}

function isTypeSyntax(node: TypeScript.Node): boolean {
  if (ts.isTypeNode(node)) return !ts.isExpressionWithTypeArguments(node);
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node);
}

/** The module that a node names: `import … from "m"`, `export … from "m"`, `import("m")`, also as a type. */
function specifierOf(node: TypeScript.Node): TypeScript.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return node.arguments[0];
  return undefined;
}

/**
 * Calls `use` for a node and all below it, in source order, on a stack of its own: a chain of thousands of `+` is a tree
 * as deep as it is long.
 */
export function eachNode(root: TypeScript.Node, use: (node: TypeScript.Node) => void): void {
  const open: TypeScript.Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    use(node);
    const children: TypeScript.Node[] = [];
    ts.forEachChild(node, (child) => {
      children.push(child);
    });
    for (let at = children.length - 1; at >= 0; at -= 1) open.push(children[at] as TypeScript.Node);
  }
}

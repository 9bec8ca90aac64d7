import { type TypeScript, ts } from "../typescript.js";
import type { UserPart } from "./cell-text.js";
import { runtimeNames } from "./layout.js";

/** Which identifiers of one cell mean a name that cells share; collects the boxes that the compiled cell asks for. */
export class CellNames {
  /** Names whose boxes the emitted code uses. */
  readonly boxes = new Set<string>();
  /** `var`s, which are undefined from the cell's start. */
  readonly hoistedVars: string[];
  readonly #bySymbol = new Map<TypeScript.Symbol, boolean>();

  readonly #checker: TypeScript.TypeChecker;
  readonly #file: TypeScript.SourceFile;
  readonly #shared: ReadonlySet<string>;
  readonly #part: UserPart;

  /**
   * @param shared - names the cell declares or takes from earlier cells; others are never looked up
   */
  constructor(
    checker: TypeScript.TypeChecker,
    file: TypeScript.SourceFile,
    shared: ReadonlySet<string>,
    part: UserPart,
    vars: readonly string[],
  ) {
    this.#checker = checker;
    this.#file = file;
    this.#shared = shared;
    this.#part = part;
    this.hoistedVars = [...vars];
  }

  /** Whether an identifier stands for the value of a shared name. */
  boxed(node: TypeScript.Identifier): boolean {
    if (!this.#shared.has(node.text) || !isReference(node)) return false;
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? this.#checker.getShorthandAssignmentValueSymbol(node.parent)
      : this.#checker.getSymbolAtLocation(node);
    if (symbol === undefined || !this.#isShared(symbol)) return false;
    return !this.#insideOwnDeclaration(node, symbol);
  }

  /** Whether the variables of a list are names of the cell (and not of a block, a function or an ambient declaration). */
  ownsList(list: TypeScript.VariableDeclarationList): boolean {
    const first = list.declarations[0];
    return first !== undefined && this.#isTopLevel(first);
  }

  /** Whether a declaration exists at run time (an ambient one and a namespace of types do not). */
  isValue(node: TypeScript.ClassDeclaration | TypeScript.EnumDeclaration | TypeScript.ModuleDeclaration): boolean {
    if (ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.DeclareKeyword)) return false;
    const symbol = node.name && this.#checker.getSymbolAtLocation(node.name);
    // A namespace of types beside a const is a value by the const alone.
    const wanted = ts.isModuleDeclaration(node) ? ts.SymbolFlags.ValueModule : ts.SymbolFlags.Value;
    return symbol !== undefined && (symbol.flags & wanted) !== 0;
  }

  /** Whether an import's name has a value; a type alone has none and is not asked of the module. */
  importsValue(name: TypeScript.Identifier): boolean {
    const symbol = this.#checker.getSymbolAtLocation(name);
    if (symbol === undefined || !(symbol.flags & ts.SymbolFlags.Alias)) return true;
    const target = this.#checker.getAliasedSymbol(symbol);
    return (target.flags & ts.SymbolFlags.Value) !== 0;
  }

  /** Those of some names that mean, at the cell's top level, a name that cells share. */
  sharedOf(names: readonly string[]): ReadonlySet<string> {
    if (names.length === 0) return new Set();
    const inScope = this.#checker.getSymbolsInScope(this.#file, ts.SymbolFlags.Value | ts.SymbolFlags.Alias);
    const shared = inScope.filter((symbol) => names.includes(symbol.name) && this.#isShared(symbol));
    return new Set(shared.map(({ name }) => name));
  }

  #isShared(symbol: TypeScript.Symbol): boolean {
    const known = this.#bySymbol.get(symbol);
    if (known !== undefined) return known;
    const shared = symbol.declarations?.some((declaration) => this.#isTopLevel(declaration)) ?? false;
    this.#bySymbol.set(symbol, shared);
    return shared;
  }

  #isTopLevel(declaration: TypeScript.Node): boolean {
    if (declaration.getSourceFile() !== this.#file) return false;
    const ours = declaration.getStart(this.#file) < this.#part.start;
    let node = declaration;
    while (ts.isBindingElement(node) || ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node)) {
      node = node.parent;
    }
    if (ts.isVariableDeclaration(node)) {
      if (!ts.isVariableDeclarationList(node.parent)) return false;
      if (node.parent.flags & ts.NodeFlags.BlockScoped) {
        return ts.isVariableStatement(node.parent.parent) && this.#isOwnStatement(node.parent.parent, ours);
      }
      let holder: TypeScript.Node = node.parent.parent;
      if (ts.isVariableStatement(holder) && !this.#isOwnStatement(holder, ours) && holder.parent === this.#file)
        return false;
      while (!ts.isFunctionLike(holder) && !ts.isModuleBlock(holder) && !ts.isClassStaticBlockDeclaration(holder)) {
        if (ts.isSourceFile(holder)) return true;
        holder = holder.parent;
      }
      return false;
    }
    if (ts.isImportSpecifier(node) || ts.isNamespaceImport(node) || ts.isImportClause(node)) return true;
    return ts.isStatement(node) && this.#isOwnStatement(node, ours);
  }

  /** The `declare let`s of our prelude stand for earlier cells' names; the user's own `declare` for something global. */
  #isOwnStatement(statement: TypeScript.Statement, ours: boolean): boolean {
    if (statement.parent !== this.#file) return false;
    if (ours || !ts.canHaveModifiers(statement)) return true;
    return !ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.DeclareKeyword);
  }

  /** Inside its own body a class (enum, namespace) has a binding of its own, there before the box is filled. */
  #insideOwnDeclaration(node: TypeScript.Node, symbol: TypeScript.Symbol): boolean {
    for (const declaration of symbol.declarations ?? []) {
      const holds =
        ts.isClassDeclaration(declaration) || ts.isEnumDeclaration(declaration) || ts.isModuleDeclaration(declaration);
      if (holds && node.pos >= declaration.pos && node.end <= declaration.end && !isHeritage(node, declaration)) {
        return true;
      }
    }
    return false;
  }
}

/** `$_name.v`, remembered as used. */
export function boxAccess(names: CellNames, name: string): TypeScript.PropertyAccessExpression {
  names.boxes.add(name);
  const { factory } = ts;
  return factory.createPropertyAccessExpression(factory.createIdentifier(runtimeNames.box + name), "v");
}

/** `class A extends mixin(A)` reads the A of before. */
function isHeritage(node: TypeScript.Node, declaration: TypeScript.Declaration): boolean {
  for (let at = node.parent; at !== declaration && at !== undefined; at = at.parent) {
    if (ts.isHeritageClause(at) && at.parent === declaration) return true;
  }
  return false;
}

/** Whether an identifier reads or writes a binding, rather than declare or label something. */
function isReference(node: TypeScript.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent) || ts.isParameter(parent)) {
    return parent.initializer === node;
  }
  if (ts.isBindingElement(parent) || ts.isPropertyDeclaration(parent) || ts.isEnumMember(parent)) {
    return parent.initializer === node;
  }
  if (ts.isFunctionLike(parent)) return ts.isArrowFunction(parent) && parent.body === node;
  if (ts.isClassLike(parent) || ts.isEnumDeclaration(parent) || ts.isModuleDeclaration(parent)) return false;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isImportClause(parent)) return false;
  if (ts.isNamespaceImport(parent) || ts.isImportEqualsDeclaration(parent) || ts.isMetaProperty(parent)) return false;
  if (ts.isJsxAttribute(parent) || ts.isQualifiedName(parent)) return false;
  return true;
}

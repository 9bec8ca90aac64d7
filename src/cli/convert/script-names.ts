import type TypeScript from "typescript";
import { ts } from "../../kernel/engine/typescript.js";

/** What a script imports, gathered from all cells: one declaration per module, each name once. */
interface Imported {
  module: string;
  /** `default`, `*`, or the name in the module. */
  name: string;
  local: string;
  typeOnly: boolean;
}

/**
 * Brings cells together in one scope. In a notebook a cell may declare a name again, and import again what is there; in a script
 * the later name gets a number, in that cell and in the cells after it, and imports stand on top.
 */
export class ScriptNames {
  readonly #taken: Set<string>;
  readonly #declared = new Set<string>();
  /** What a name of a cell is called in the script, where that differs. */
  readonly #renamed = new Map<string, string>();
  readonly #imports: Imported[] = [];
  /** Imports for their effect alone, and forms that are kept as they are. */
  readonly #plainImports = new Set<string>();
  readonly #resolve: (module: string) => string;

  /**
   * @param sources - every cell, so that a new name is none of theirs
   * @param resolve - a module's name as the script writes it
   */
  constructor(sources: readonly string[], resolve: (module: string) => string) {
    this.#taken = new Set(sources.join("\n").match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
    this.#resolve = resolve;
  }

  /** Something the converter itself has written into a cell. */
  import(module: string, name: string): void {
    if (this.#imports.some((known) => known.module === module && known.name === name)) return;
    this.#imports.push({ module, name, local: name, typeOnly: false });
    this.#declared.add(name);
  }

  /** The cell's text as it stands in the script. */
  add(text: string): string {
    const { file, checker } = bindAlone(text);
    const imports = file.statements.filter((statement) => ts.isImportDeclaration(statement));
    for (const statement of imports) this.#takeImport(statement, file);
    for (const name of topLevelNames(file)) this.#declare(name);
    const edits = [...this.#renames(file, checker), ...imports.map((statement) => removal(statement, file))];
    edits.sort((a, b) => b.start - a.start);
    let result = text;
    for (const { start, end, text: instead } of edits) result = result.slice(0, start) + instead + result.slice(end);
    return result.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
  }

  /** The script's import declarations. */
  importText(): string {
    const modules = [...new Set(this.#imports.map(({ module }) => module))];
    const named = modules.flatMap((module) => this.#importOf(module));
    return [...named, ...this.#plainImports].join("\n");
  }

  #importOf(module: string): string[] {
    const from = `from ${JSON.stringify(this.#resolve(module))}`;
    const own = this.#imports.filter((known) => known.module === module);
    const whole = own.filter(({ name }) => name === "default" || name === "*");
    const named = own.filter(({ name }) => name !== "default" && name !== "*");
    const specifiers = named
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, local, typeOnly }) => `${typeOnly ? "type " : ""}${name === local ? name : `${name} as ${local}`}`);
    return [
      ...whole.map(({ name, local }) => `import ${name === "*" ? `* as ${local}` : local} ${from}`),
      ...(specifiers.length > 0 ? [`import ${bracedList(specifiers)} ${from}`] : []),
    ];
  }

  #takeImport(statement: TypeScript.ImportDeclaration, file: TypeScript.SourceFile): void {
    const { importClause: clause } = statement;
    const module = (statement.moduleSpecifier as TypeScript.StringLiteral).text;
    if (!clause) {
      this.#plainImports.add(`import ${JSON.stringify(this.#resolve(module))}`);
      return;
    }
    if (statement.attributes || (clause.isTypeOnly && clause.namedBindings === undefined)) {
      this.#plainImports.add(
        statement.getText(file).replace(statement.moduleSpecifier.getText(file), JSON.stringify(this.#resolve(module))),
      );
      return;
    }
    const { namedBindings: bindings } = clause;
    if (clause.name) this.#takeName(module, "default", clause.name.text, false);
    if (bindings && ts.isNamespaceImport(bindings)) this.#takeName(module, "*", bindings.name.text, false);
    if (bindings && ts.isNamedImports(bindings)) {
      for (const { name, propertyName, isTypeOnly } of bindings.elements) {
        this.#takeName(module, (propertyName ?? name).text, name.text, clause.isTypeOnly || isTypeOnly);
      }
    }
  }

  #takeName(module: string, name: string, local: string, typeOnly: boolean): void {
    const known = this.#imports.find((other) => other.module === module && other.name === name);
    if (known) {
      known.typeOnly &&= typeOnly;
      this.#call(local, known.local);
      return;
    }
    this.#declare(local);
    this.#imports.push({ module, name, local: this.#renamed.get(local) ?? local, typeOnly });
  }

  #declare(name: string): void {
    if (!this.#declared.has(name)) {
      this.#declared.add(name);
      this.#call(name, name);
      return;
    }
    let number = 2;
    while (this.#taken.has(`${name}${number}`)) number++;
    const fresh = `${name}${number}`;
    this.#taken.add(fresh);
    this.#declared.add(fresh);
    this.#call(name, fresh);
  }

  #call(name: string, inScript: string): void {
    if (name === inScript) this.#renamed.delete(name);
    else this.#renamed.set(name, inScript);
  }

  /** Every mention of a name of this cell's top level, or of an earlier cell. */
  #renames(file: TypeScript.SourceFile, checker: TypeScript.TypeChecker): Edit[] {
    const edits: Edit[] = [];
    const visit = (node: TypeScript.Node): void => {
      if (ts.isImportDeclaration(node)) return;
      if (ts.isIdentifier(node)) {
        const instead = this.#renamed.get(node.text);
        if (instead !== undefined && isMention(node) && isOutermost(node, file, checker)) {
          const keep = isShorthand(node) ? `${node.text}: ` : "";
          edits.push({ start: node.getStart(file), end: node.end, text: keep + instead });
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return edits;
  }
}

/** On one line where it fits. */
function bracedList(items: readonly string[]): string {
  const line = `{ ${items.join(", ")} }`;
  return line.length <= 90 ? line : `{\n${items.map((item) => `  ${item},\n`).join("")}}`;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** A program of the cell alone: enough to know which declaration a name means. */
function bindAlone(text: string): { file: TypeScript.SourceFile; checker: TypeScript.TypeChecker } {
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

function topLevelNames(file: TypeScript.SourceFile): Set<string> {
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

/** False for names of properties, labels and the like, which are no variables. */
function isMention(node: TypeScript.Identifier): boolean {
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

function isShorthand({ parent }: TypeScript.Identifier): boolean {
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  return (
    ts.isBindingElement(parent) &&
    !parent.propertyName &&
    !parent.dotDotDotToken &&
    ts.isObjectBindingPattern(parent.parent)
  );
}

/** Whether a name is one of the cell's top level, or of none here: then it is an earlier cell's. */
function isOutermost(
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

/** The statement with its line, and the blank ones below. */
function removal(statement: TypeScript.Statement, file: TypeScript.SourceFile): Edit {
  const end = /^[^\S\n]*;?(?:[^\S\n]*\n)*/.exec(file.text.slice(statement.end))?.[0].length ?? 0;
  return { start: statement.getStart(file), end: statement.end + end, text: "" };
}

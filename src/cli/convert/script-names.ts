import type TypeScript from "typescript";
import { ts } from "../../kernel/engine/typescript.js";
import { bindAlone, isMention, isOutermost, isShorthand, topLevelNames } from "./cell-scope.js";
import { type Imported, ScriptImports } from "./script-imports.js";

/**
 * Brings cells together in one scope. In a notebook a cell may declare a name again, and import again what is there; in a script
 * the later name gets a number, in that cell and in the cells after it, and imports stand on top.
 */
export class ScriptNames {
  readonly #taken: Set<string>;
  readonly #declared = new Set<string>();
  /** What a name of a cell is called in the script, where that differs. */
  readonly #renamed = new Map<string, string>();
  readonly #imports: ScriptImports;
  /** Names as the script has them that stand for values, and those that stand in types. */
  readonly #values = new Set<string>();
  readonly #types = new Set<string>();

  readonly #resolve: (module: string) => string;

  /**
   * @param sources - every cell, so that a new name is not one of theirs
   * @param resolve - a module's name as the script writes it
   */
  constructor(sources: readonly string[], resolve: (module: string) => string) {
    this.#resolve = resolve;
    this.#taken = new Set(sources.join("\n").match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
    this.#imports = new ScriptImports(resolve);
  }

  /** Something the converter itself has written into a cell. */
  import(module: string, name: string): void {
    if (this.#imports.find(module, name)) return;
    this.#imports.add({ module, name, local: name, typeOnly: false });
    this.#declared.add(name);
    this.#values.add(name);
  }

  /** The cell's text as it stands in the script. */
  add(text: string): string {
    const { file, checker } = bindAlone(text);
    const imports = file.statements.filter((statement) => ts.isImportDeclaration(statement));
    for (const imported of imports.flatMap((statement) => this.#imports.read(statement, file))) {
      this.#takeImport(imported);
    }
    for (const name of topLevelNames(file)) this.#declare(name);
    const edits = [...this.#renames(file, checker), ...imports.map((statement) => removal(statement, file))];
    edits.sort((a, b) => b.start - a.start);
    let result = text;
    for (const { start, end, text: instead } of edits) result = result.slice(0, start) + instead + result.slice(end);
    return result.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
  }

  /** The script's import declarations. What stands in types only is imported so: Node strips types without looking further. */
  importText(): string {
    return this.#imports.text((local) => this.#types.has(local) && !this.#values.has(local));
  }

  /** Whether a value of this name is used that no cell declares. */
  isFree(name: string): boolean {
    return this.#values.has(name) && !this.#declared.has(name);
  }

  #takeImport(imported: Imported): void {
    const { module, name, local, typeOnly } = imported;
    const known = this.#imports.find(module, name);
    if (known) {
      known.typeOnly &&= typeOnly;
      this.#call(local, known.local);
      return;
    }
    this.#declare(local);
    this.#imports.add({ module, name, local: this.#renamed.get(local) ?? local, typeOnly });
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

  /** Every mention of a name of this cell's top level, or of an earlier cell; and modules that are imported where they are used. */
  #renames(file: TypeScript.SourceFile, checker: TypeScript.TypeChecker): Edit[] {
    const edits: Edit[] = [];
    const visit = (node: TypeScript.Node): void => {
      if (ts.isImportDeclaration(node)) return;
      if (ts.isIdentifier(node) && isMention(node) && isOutermost(node, file, checker)) {
        const instead = this.#renamed.get(node.text);
        (ts.isPartOfTypeNode(node) ? this.#types : this.#values).add(instead ?? node.text);
        if (instead !== undefined) {
          const keep = isShorthand(node) ? `${node.text}: ` : "";
          edits.push({ start: node.getStart(file), end: node.end, text: keep + instead });
        }
      }
      const module = importedHere(node);
      if (module !== undefined && this.#resolve(module.text) !== module.text) {
        edits.push({ start: module.getStart(file), end: module.end, text: JSON.stringify(this.#resolve(module.text)) });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return edits;
  }
}

/** The module of `import("./x.ts")`, as a value or in a type. */
function importedHere(node: TypeScript.Node): TypeScript.StringLiteralLike | undefined {
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [module] = node.arguments;
    return module && ts.isStringLiteralLike(module) ? module : undefined;
  }
  if (!ts.isImportTypeNode(node) || !ts.isLiteralTypeNode(node.argument)) return undefined;
  return ts.isStringLiteral(node.argument.literal) ? node.argument.literal : undefined;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The statement with its line, and the blank ones below. */
function removal(statement: TypeScript.Statement, file: TypeScript.SourceFile): Edit {
  const behind = file.text.slice(statement.end);
  const rest = /^[^\S\n]*;?/.exec(behind)?.[0].length ?? 0;
  const blankLines = /^(?:[^\S\n]*\n)*/.exec(behind.slice(rest))?.[0].length ?? 0;
  return { start: statement.getStart(file), end: statement.end + rest + blankLines, text: "" };
}

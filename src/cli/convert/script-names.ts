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

  /**
   * @param sources - every cell, so that a new name is none of theirs
   * @param resolve - a module's name as the script writes it
   */
  constructor(sources: readonly string[], resolve: (module: string) => string) {
    this.#taken = new Set(sources.join("\n").match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
    this.#imports = new ScriptImports(resolve);
  }

  /** Something the converter itself has written into a cell. */
  import(module: string, name: string): void {
    if (this.#imports.find(module, name)) return;
    this.#imports.add({ module, name, local: name, typeOnly: false });
    this.#declared.add(name);
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

  /** The script's import declarations. */
  importText(): string {
    return this.#imports.text();
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

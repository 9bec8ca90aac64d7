import { relative } from "node:path";
import type { MimeBundle } from "../../../render/mime-bundle.js";
import {
  type AssistRequest,
  browserCell,
  type CellInput,
  type Compiled,
  type CompiledCell,
  type CompiledModule,
  type Completeness,
  type Completion,
  type Diagnostic,
  type Engine,
} from "../engine.js";
import { isOwnVariable } from "../own-variable.js";
import { type TypeScript, ts } from "../typescript.js";
import { cellSourceMap } from "./cell-source-map.js";
import { FolderConverter, type ModuleCell } from "./folder-converter.js";
import { annotateNames, type CellPlace, cellDiagnostics, unspellable } from "./tslab-diagnostics.js";
import { type TslabExtra, type TslabModuleExtra, tslabFormat } from "./tslab-format.js";
import type { CodeMetadata, TslabDiagnostic, TslabPackage, TslabTypeScript } from "./tslab-package.js";
import { slashes, sourceFile } from "./watched-system.js";

export interface TslabEngineOptions {
  /** The notebook's folder: relative imports and node_modules are looked up from here. */
  cwd: string;
  /** Declarations every cell sees, as the text of a `.d.ts`. */
  ambient?: string;
}

/**
 * tslab's converter as an `Engine`: the language of tslab's notebooks, TypeScript 5.0.4, not strict.
 * A cell's declarations are kept from the moment it compiles, so that names above a throw can be used.
 */
export class TslabEngine implements Engine {
  readonly name = "tslab";
  readonly typescriptVersion: string;
  readonly #ambient: string;
  readonly #modules = new Map<string, ModuleCell>();
  #folder: FolderConverter;
  /** What earlier cells declared, as tslab's converter hands it on. */
  #declarations = "";

  constructor({ cwd, ambient = "" }: TslabEngineOptions) {
    this.#ambient = ambient;
    this.#folder = this.#open(cwd);
    this.typescriptVersion = this.#folder.tslab.ts.version;
  }

  async compile(cell: CellInput): Promise<Compiled> {
    const metadata = this.#folder.tslab.getCodeMetadata(cell.text);
    if (cell.expression) return this.#compileExpression(cell);
    if (metadata.mode === "browser") return { ...emptyCell(cell), diagnostics: [browserCell] };
    if (metadata.module !== undefined) return this.#addModule(cell, metadata.module, metadata);
    return this.#convert(cell, "");
  }

  async complete({ code, cursor, only }: AssistRequest): Promise<Completion> {
    const { start, end, candidates, original } = this.#folder.asIs().complete(this.#previous(), code, cursor);
    const entries = new Map((original?.entries ?? []).map((entry) => [entry.name, entry]));
    // To tslab's converter, names of earlier cells are globals among others.
    const earlier = declaredVariables(only === undefined ? "" : this.#declarations);
    const types = candidates.flatMap((text) => {
      const { kind = "", sortText = "" } = entries.get(text) ?? {};
      const wanted = only === undefined || earlier.has(text) || isOwnVariable(text, { kind, sortText });
      return wanted ? [{ text, type: String(kind) }] : [];
    });
    return { matches: types.map(({ text }) => text), start, end, types };
  }

  async inspect({ code, cursor }: AssistRequest): Promise<MimeBundle | undefined> {
    const info = this.#folder.asIs().inspect(this.#previous(), code, cursor);
    if (!info) return undefined;
    return { data: { "text/plain": this.#folder.tslab.printQuickInfo(info) } };
  }

  async isComplete(code: string): Promise<Completeness> {
    return tslabCompleteness(this.#folder.tslab, code);
  }

  async compileModule(specifier: string, from: string): Promise<CompiledModule | undefined> {
    const { cwd } = this.#folder;
    const source = sourceFile(specifier, from, (path) => this.#folder.isModuleCell(path));
    if (source === undefined) return undefined;
    const inFolder = slashes(relative(cwd, source));
    if (inFolder.startsWith("../")) return { ok: false, diagnostics: [outside(source)] };
    const text = `import * as found from ${JSON.stringify(`./${inFolder.replace(/\.tsx?$/, "")}`)};`;
    const result = this.#folder.current().convert(this.#previous(), text);
    if (result.diagnostics.length > 0) {
      this.#folder.noteMissing(result.diagnostics);
      return { ok: false, diagnostics: cellDiagnostics({}, result.diagnostics, { cwd }) };
    }
    const extra: TslabModuleExtra = {
      path: source.replace(/\.tsx?$/, ".js"),
      files: this.#folder.files(result.sideOutputs),
    };
    return { ok: true, extra };
  }

  hasName(name: string): boolean {
    return declaredNames(this.#declarations).has(name);
  }

  moveTo(cwd: string): void {
    this.#folder.close();
    this.#folder = this.#open(cwd);
  }

  async reset(): Promise<void> {
    this.#declarations = "";
  }

  async close(): Promise<void> {
    this.#folder.close();
  }

  #open(cwd: string): FolderConverter {
    return new FolderConverter({ cwd, ambient: this.#ambient }, this.#modules);
  }

  #previous(): string {
    return this.#folder.compiler.ambientImport + this.#declarations;
  }

  async #compileExpression(cell: CellInput): Promise<Compiled> {
    const declarations = this.#declarations;
    try {
      return this.#convert(cell, "(");
    } finally {
      this.#declarations = declarations;
    }
  }

  #addModule(cell: CellInput, name: string, metadata: CodeMetadata): Compiled {
    const found = this.#folder.addModule(name, { text: cell.text, metadata });
    if (found.length > 0) return this.#refuse(cell, found, { ownFile: `${name}.ts${metadata.jsx ? "x" : ""}` });
    return emptyCell(cell);
  }

  /** @param opening - "(" for an expression, whose end is closed too */
  #convert(cell: CellInput, opening: "" | "("): Compiled {
    const { compiler, tslab } = this.#folder;
    const { ts } = tslab;
    const text = opening === "(" ? `(${cell.text}\n)` : blankExports(ts, cell.text);
    const prefix = opening.length;
    const result = this.#folder.current().convert(this.#previous(), text);
    if (result.diagnostics.length > 0) {
      const spelled = opening === "" ? this.#convertSpelled(cell, result.diagnostics) : undefined;
      return spelled ?? this.#refuse(cell, result.diagnostics, { prefix });
    }
    this.#declarations = result.declOutput ?? "";
    const extra: TslabExtra = {
      imports: ts.preProcessFile(text, true, false).importedFiles.map((file) => file.fileName),
      files: this.#folder.files(result.sideOutputs),
      lastExpression: result.lastExpressionVar,
    };
    return {
      ok: true,
      format: tslabFormat,
      count: cell.count,
      js: result.output ?? "",
      declares: cell.expression ? [] : compiler.declaredNames(),
      sourceMap: cellSourceMap(compiler.scripts.maps(), cell, prefix),
      extra,
    };
  }

  /** Once more, when nothing is wrong but that some names have types which cannot be spelled. */
  #convertSpelled(cell: CellInput, found: readonly TslabDiagnostic[]): CompiledCell | undefined {
    if (!found.every(({ code, fileName }) => fileName === undefined && unspellable.has(code))) return undefined;
    const spelled = annotateNames(
      this.#folder.tslab.ts,
      cell,
      found.map(({ end }) => end.offset),
    );
    const compiled = spelled && this.#convert(spelled, "");
    return compiled?.ok ? compiled : undefined;
  }

  #refuse(cell: CellInput, found: readonly TslabDiagnostic[], place: Omit<CellPlace, "cwd">): Compiled {
    this.#folder.noteMissing(found);
    return { ok: false, diagnostics: cellDiagnostics(cell, found, { cwd: this.#folder.cwd, ...place }) };
  }
}

function emptyCell({ count }: CellInput): CompiledCell {
  const extra: TslabExtra = { imports: [], files: [] };
  return { ok: true, format: tslabFormat, count, js: "", declares: [], extra };
}

/** tslab emits nothing for such a file. */
function outside(source: string): Diagnostic {
  const message = `${source} lies outside the notebook's folder, and this engine compiles the files inside only.`;
  return { message, code: "", category: "error", start: 0, length: 0 };
}

/**
 * A cell without the `export` in front of its declarations: tslab's converter exports every name by itself, and refuses
 * to do it twice. They are replaced by spaces, so that every position stays the same.
 */
function blankExports(ts: TslabTypeScript, text: string): string {
  if (!text.includes("export")) return text;
  const file = ts.createSourceFile("cell.ts", text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const characters = text.split(""); // by UTF-16 units, as positions are
  for (const statement of file.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)) continue;
    const exported = modifiers.find((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
    if (!exported) continue;
    const { end } = exported;
    characters.fill(" ", end - "export".length, end);
  }
  return characters.join("");
}

/** Names of the variables that a text of declarations has at its top, as tslab's converter writes them. */
function declaredVariables(declarations: string): Set<string> {
  return namesIn(declarations, (statement) => (ts.isVariableStatement(statement) ? variablesOf(statement) : []));
}

/** Everything that has a value, functions, classes and imports too. */
function declaredNames(declarations: string): Set<string> {
  return namesIn(declarations, (statement) => {
    if (ts.isVariableStatement(statement)) return variablesOf(statement);
    if (ts.isImportDeclaration(statement)) return statement.importClause ? importedNames(statement.importClause) : [];
    const { name } = statement as { name?: TypeScript.Node };
    return name && ts.isIdentifier(name) ? [name.text] : [];
  });
}

function namesIn(declarations: string, names: (statement: TypeScript.Statement) => string[]): Set<string> {
  const { statements } = ts.createSourceFile("declarations.d.ts", declarations, ts.ScriptTarget.Latest);
  return new Set(statements.flatMap(names));
}

function variablesOf({ declarationList }: TypeScript.VariableStatement): string[] {
  return declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
}

function importedNames({ name, namedBindings }: TypeScript.ImportClause): string[] {
  const named = namedBindings && (ts.isNamespaceImport(namedBindings) ? [namedBindings] : namedBindings.elements);
  return [...(name ? [name.text] : []), ...(named ?? []).map((each) => each.name.text)];
}

/** Whether a cell can be run as it stands: tslab's answer, which takes text that is no TypeScript for complete. */
function tslabCompleteness({ ts, isCompleteCode }: TslabPackage, code: string): Completeness {
  const { completed, indent = "" } = isCompleteCode(code);
  if (!completed) return { status: "incomplete", indent };
  const file = ts.createSourceFile("cell.ts", `export {};${code}`, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const [first] = (file as { parseDiagnostics?: Array<{ code: number }> }).parseDiagnostics ?? [];
  if (first === undefined) return { status: "complete" };
  return unfinishedText.has(first.code) ? { status: "incomplete", indent: "" } : { status: "invalid" };
}

/** A template literal or a comment that goes on (TS1160, TS1010). */
const unfinishedText = new Set([1160, 1010]);

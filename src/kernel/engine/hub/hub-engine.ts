import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { own } from "../../../own.js";
import type { MimeBundle } from "../../../render/mime-bundle.js";
import { completenessOf } from "../completeness.js";
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
import { type TypeScript, ts } from "../typescript.js";
import { Assistant } from "./assistant.js";
import { type CellText, cellText, isBrowserCell, type ModuleCell, moduleCellOf, userOffset } from "./cell-text.js";
import { Checker } from "./checker.js";
import type { HubExtra, ModuleExtra } from "./compiled-extra.js";
import { cellDiagnostics, fileDiagnostic, isMeant, moduleDiagnostic } from "./diagnostics.js";
import { Documents, type WarmState } from "./documents.js";
import { emitCell } from "./emit.js";
import { hubFormat } from "./layout.js";
import { LocalModules } from "./local-modules.js";
import { type Configuration, readConfiguration } from "./options.js";
import { slashes } from "./resolution.js";
import type { Scope } from "./scope.js";

export interface HubEngineOptions {
  /** The notebook's folder. */
  cwd: string;
  /** Global declarations that every cell sees. */
  ambient?: string;
  /** Calls that get the TypeScript type of what they ask for, see `typed-calls.ts`. */
  typedCalls?: readonly string[];
  /** What an earlier engine leaves to this one. */
  warm?: WarmState;
  /** What `readConfiguration` gives for `cwd`, where it is known. */
  configuration?: Configuration;
}

/** The engine on stock TypeScript: one program, of the cell at hand and what earlier cells declare. */
export class HubEngine implements Engine {
  readonly name = "hub";
  readonly typescriptVersion = ts.version;
  /** What is wrong with the folder's tsconfig.json. */
  readonly problems: readonly string[];
  /** The current program, for tests of what an edit leaves of it. */
  readonly checker: Checker;
  readonly #scope: Scope;
  readonly #modules: LocalModules;
  readonly #assistant: Assistant;
  readonly #typedCalls: ReadonlySet<string>;
  readonly #configuration: string;
  /** Versions of local files that have been checked, with what was wrong in them. */
  readonly #checked = new Map<string, { version: string; errors: readonly TypeScript.Diagnostic[] }>();
  /** Takes the last cell's declarations into the scope; done when its value is out, or the next request comes. */
  #pending: (() => void) | undefined;
  #soon: NodeJS.Immediate | undefined;

  constructor(options: HubEngineOptions) {
    const { warm, configuration: configured = readConfiguration(options.cwd) } = options;
    this.#configuration = JSON.stringify(configured);
    const documents = new Documents(configured.options, warm);
    this.#typedCalls = new Set(options.typedCalls);
    this.checker = new Checker(options.cwd, configured.options, documents, options.ambient ?? "", warm);
    this.problems = configured.problems;
    this.#scope = this.checker.scope;
    this.#modules = new LocalModules(this.checker);
    this.#assistant = new Assistant(this.checker, this.#scope);
  }

  async compile(input: CellInput): Promise<Compiled> {
    return this.compileNow(input);
  }

  /** The same, at once: a snapshot is made without waiting for anything. */
  compileNow(input: CellInput): Compiled {
    this.#settle();
    this.checker.refresh();
    if (!input.expression && isBrowserCell(input.text)) return { ...emptyCell(input), diagnostics: [browserCell] };
    const module = input.expression ? undefined : moduleCellOf(input.text, this.checker.layout.cwd);
    if (module) return this.#compileModuleCell(module, input);
    const unknown = input.expression ? [] : this.checker.references.take(input, () => this.checker.program());
    if (unknown.length > 0) return this.#refuse(unknown);
    const cell = cellText(input, this.#scope, this.checker.options);
    const program = this.checker.open(cell);
    const file = this.checker.cellFile();
    const diagnostics = this.#check(program, file, cell, input);
    if (diagnostics.length > 0) return this.#refuse(diagnostics);

    const emitted = emitCell(program, file, cell, input, this.#typedCalls);
    const extra: HubExtra = {
      head: emitted.head,
      boxes: emitted.boxes,
      hasValue: cell.outline.hasValue,
      ...this.#modules.linksOf(file),
    };
    if (!input.expression && leavesDeclarations(cell)) this.#defer(() => this.#commit(program, file, cell));
    return {
      ok: true,
      format: hubFormat,
      count: input.count,
      js: emitted.js,
      sourceMap: emitted.sourceMap,
      declares: input.expression ? [] : [...cell.outline.declares.keys()],
      extra,
    };
  }

  async complete(request: AssistRequest): Promise<Completion> {
    return this.completeNow(request);
  }

  completeNow(request: AssistRequest): Completion {
    this.#settle();
    return this.#assistant.complete(request);
  }

  async inspect(request: AssistRequest): Promise<MimeBundle | undefined> {
    return this.inspectNow(request);
  }

  inspectNow(request: AssistRequest): MimeBundle | undefined {
    this.#settle();
    return this.#assistant.inspect(request);
  }

  async isComplete(code: string): Promise<Completeness> {
    return completenessOf(code);
  }

  hasName(name: string): boolean {
    this.#settle();
    return this.#scope.names().has(name) || this.checker.hasGlobal(name);
  }

  moveTo(cwd: string): void {
    this.#settle();
    this.checker.moveTo(cwd);
  }

  async reset(): Promise<void> {
    this.#settle();
    this.#scope.reset();
    this.checker.references.reset();
  }

  /**
   * Makes this engine, which knows no cell, that of the notebook folder `cwd`, and its program ready for the first cell
   * unless that is there already.
   * @param configuration - that folder's
   * @returns false when it asks for other options: then nothing is done
   */
  settleIn(cwd: string, configuration: Configuration): boolean {
    if (JSON.stringify(configuration) !== this.#configuration) return false;
    this.checker.settleIn(cwd);
    this.#soon = setImmediate(() => this.checker.open(cellText({ text: "" }, this.#scope, this.checker.options)));
    return true;
  }

  /** What this engine leaves to another one in the same process. */
  warmth(): WarmState {
    return { parsed: this.checker.documents.parsedFiles(), resolved: this.checker.resolution.resolutions() };
  }

  async close(): Promise<void> {
    this.checker.service.dispose();
  }

  async compileModule(specifier: string, from: string): Promise<CompiledModule | undefined> {
    this.#settle();
    this.checker.refresh();
    const path = specifier.startsWith("file:") ? fileURLToPath(specifier) : resolve(dirname(from), specifier);
    const { name, cell } = this.#importOf(slashes(path));
    const program = this.checker.open(cell);
    const file = this.checker.cellFile();
    const { links, modules } = this.#modules.linksOf(file);
    const found = own(links, name);
    if (found === undefined) return undefined;
    const diagnostics = this.#checkLocalFiles(program, file);
    if (diagnostics.length > 0) return { ok: false, diagnostics };
    const extra: ModuleExtra = { path: found, modules };
    return { ok: true, extra };
  }

  #importOf(name: string): { name: string; cell: CellText } {
    return { name, cell: cellText({ text: `import ${JSON.stringify(name)};` }, this.#scope, this.checker.options) };
  }

  #refuse(diagnostics: Diagnostic[]): Compiled {
    if (diagnostics.some(({ code }) => notFound.has(code))) this.checker.lookAgain();
    return { ok: false, diagnostics };
  }

  /** A cell that begins with `@module name` is a file for other cells to import; it runs when they do. */
  #compileModuleCell(module: ModuleCell, input: CellInput): Compiled {
    const { documents, layout } = this.checker;
    const before = documents.snapshot(module.path);
    documents.set(module.path, input.text, module.kind);
    const program = this.checker.open(this.#importOf(module.specifier).cell);
    const file = program.getSourceFile(module.path);
    const found = file ? [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)] : [];
    const diagnostics = found.filter(isMeant).map((diagnostic) => moduleDiagnostic(diagnostic, input));
    documents.setCell(layout.cell, "");
    if (diagnostics.length > 0) {
      if (before) documents.set(module.path, before.getText(0, before.getLength()), module.kind);
      else documents.delete(module.path);
      return this.#refuse(diagnostics);
    }
    return emptyCell(input);
  }

  #check(program: TypeScript.Program, file: TypeScript.SourceFile, cell: CellText, input: CellInput): Diagnostic[] {
    if (cell.syntaxErrors.length > 0) return cell.syntaxErrors.map((error) => moduleDiagnostic(error, input));
    const syntactic = cellDiagnostics(program.getSyntacticDiagnostics(file), cell, input, this.#scope);
    if (syntactic.length > 0) return syntactic;
    if (input.expression) {
      const problem = notAnExpression(file, cell, input);
      if (problem) return [problem];
    }
    const semantic = cellDiagnostics(this.checker.errorsOf(file), cell, input, this.#scope);
    return semantic.length > 0 ? semantic : this.#checkLocalFiles(program, file);
  }

  /** Errors in files beside the notebook that this cell imports refuse it too. */
  #checkLocalFiles(program: TypeScript.Program, file: TypeScript.SourceFile): Diagnostic[] {
    const { modules } = this.#modules.linksOf(file);
    return modules.flatMap(({ path, version }) => {
      const local = path.endsWith(".json") ? undefined : program.getSourceFile(path);
      if (local === undefined) return [];
      let known = this.#checked.get(path);
      if (known?.version !== version) {
        const found = [...program.getSyntacticDiagnostics(local), ...program.getSemanticDiagnostics(local)];
        known = { version, errors: found.filter(isMeant) };
        this.#checked.set(path, known);
      }
      return known.errors.map((error) => fileDiagnostic(error, this.checker.layout.cwd));
    });
  }

  #commit(program: TypeScript.Program, file: TypeScript.SourceFile, cell: CellText): void {
    const { declares } = cell.outline;
    let declarations: string | undefined;
    program.emit(
      file,
      (_name, text) => {
        declarations = text;
      },
      undefined,
      true,
    );
    // A type that no declaration can name keeps the cell's own text: the checker infers it again where it is used.
    if (declarations === undefined) this.#scope.commit(declares, cell.text, cell.kind);
    else this.#scope.commit(declares, declarations);
  }

  #defer(work: () => void): void {
    this.#pending = work;
    this.#soon = setImmediate(() => this.#settle());
  }

  #settle(): void {
    const work = this.#pending;
    this.#pending = undefined;
    // A call that waits holds its program.
    clearImmediate(this.#soon);
    work?.();
  }
}

/** Whether later cells see anything of it: names, or what `declare global` and `declare module` add. */
function leavesDeclarations({ outline, text, part }: CellText): boolean {
  return outline.declares.size > 0 || /\bdeclare\b/.test(text.slice(part.start, part.end));
}

/** What runs nothing. */
function emptyCell({ count }: CellInput): CompiledCell {
  const nothing: HubExtra = { head: 0, boxes: [], hasValue: false, links: {}, modules: [] };
  return { ok: true, format: hubFormat, count, js: "(async () => {})", declares: [], extra: nothing };
}

/** A module that is imported is not there; the second for its effects alone. */
const notFound: ReadonlySet<string> = new Set(["TS2307", "TS2882"]);

/** `a; b` or a declaration where one expression is wanted. */
function notAnExpression(file: TypeScript.SourceFile, cell: CellText, input: CellInput): Diagnostic | undefined {
  const own = file.statements.filter((statement) => statement.end > cell.part.start);
  const [only] = own;
  if (own.length === 1 && only && ts.isExpressionStatement(only) && ts.isParenthesizedExpression(only.expression)) {
    return undefined;
  }
  const start = userOffset(cell, input, own[1]?.getStart(file) ?? 0);
  return { message: "One expression is expected here.", code: "", category: "error", start, length: 0 };
}

import { type TypeScript, ts } from "../typescript.js";
import type { CellText } from "./cell-text.js";
import type { ParseOptions } from "./collect-imports.js";
import type { Documents, WarmState } from "./documents.js";
import {
  type CellFiles,
  editProgram,
  forgetChecker,
  importsAreCurrent,
  type Resolved,
  semanticErrors,
} from "./edit-program.js";
import { cellSpecifier, Layout } from "./layout.js";
import { References } from "./references.js";
import { nodeTypesFile, Resolution, slashes } from "./resolution.js";
import { Scope } from "./scope.js";

/** A checker keeps what it knows of every cell it has seen: after so many edits another one takes its place. */
const checkerLife = 40;

/** How long TypeScript may check for one completion or hover, ms; front ends have given up on it after one second. */
const assistTime = 2000;

/** TypeScript's language service over the notebook's folder, the cell at hand and what earlier cells declare. */
export class Checker implements CellFiles {
  readonly layout: Layout;
  /** What earlier cells declare. */
  readonly scope: Scope;
  /** What cells refer to by `/// <reference … />`. */
  readonly references: References;
  readonly resolution: Resolution;
  readonly service: TypeScript.LanguageService;
  readonly #stale = { all: false };
  #latest: TypeScript.Program | undefined;
  /** The version of the documents that `latest` was made of. */
  #made = -1;
  /** Edits of the program since it has its checker. */
  #checkedCells = 0;
  readonly #clock = new Clock();

  constructor(
    cwd: string,
    readonly options: TypeScript.CompilerOptions,
    readonly documents: Documents,
    ambient: string,
    warm?: WarmState,
  ) {
    this.layout = new Layout(folderOf(cwd));
    const { layout } = this;
    const resolve: Resolution["resolve"] = (...args) => this.resolution.resolve(...args);
    const host = serviceHost(
      layout,
      () => [...this.references.files(), ...this.scope.roots()],
      options,
      documents,
      resolve,
      () => this.#stale.all,
      () => this.resolution.cache,
      this.#clock,
    );
    this.resolution = new Resolution(layout, options, host, warm);
    documents.set(layout.ambient, ambient);
    this.references = new References(documents, layout);
    this.scope = new Scope(documents, layout);
    this.#placeCell();
    this.service = ts.createLanguageService(host, documents.registry());
  }

  /** Makes `cell` the cell at hand. */
  open(cell: CellText): TypeScript.Program {
    const { scope } = this;
    scope.addModules(
      [...cell.outline.specifiers].filter((name) => !scope.hasModule(name) && this.resolution.finds(name)),
    );
    this.documents.setCell(this.layout.cell, cell.text, cell.kind, scope.importsOf(cell.text));
    return this.program();
  }

  /** Cells lie in another folder from now on (`%cd`); the options stay those of the notebook's. */
  moveTo(cwd: string): void {
    const folder = folderOf(cwd);
    if (folder === this.layout.cwd) return;
    this.#move(() => this.layout.moveTo(folder));
  }

  /** Makes a checker that knows no cell one of the notebook folder `cwd`, as if it had been made there. */
  settleIn(cwd: string): void {
    this.#move(() => this.layout.settleIn(folderOf(cwd)));
    this.scope.reset();
    // The folder may have packages of its own that the ambient declarations name.
    if (!this.#isAmbientCurrent()) this.lookAgain();
  }

  #move(change: () => void): void {
    change();
    this.resolution.moved();
    this.scope.moved();
    this.#placeCell();
  }

  /** The entry has another text in another folder, or its import would be thought to lead where it did. */
  #placeCell(): void {
    const { documents, layout } = this;
    documents.setCell(layout.entry, `export default ${JSON.stringify(layout.cwd)};`, ts.ScriptKind.TS, [cellSpecifier]);
    documents.setCell(layout.cell, "");
  }

  #isAmbientCurrent(): boolean {
    const file = this.#latest?.getSourceFile(this.layout.ambient);
    return (
      file !== undefined &&
      this.#latest !== undefined &&
      importsAreCurrent(this.#latest, file, (literal) => this.resolve(literal, file))
    );
  }

  /** Local files edited since the last call, and packages installed, are seen from now on. */
  refresh(): void {
    this.documents.refreshLocal();
    if (!this.resolution.refresh()) return;
    this.documents.refreshPackages();
    this.lookAgain();
  }

  /** The next program asks anew what every import means: one was not found, or packages have changed. */
  lookAgain(): void {
    this.#stale.all = true;
    this.documents.projectVersion += 1;
  }

  /** Whether a value of this name is there without any cell that declares it. */
  hasGlobal(name: string): boolean {
    // Not among the public types of the checker.
    const checker = this.program().getTypeChecker() as TypeScript.TypeChecker & {
      resolveName(name: string, at: undefined, meaning: TypeScript.SymbolFlags, excludeGlobals: boolean): unknown;
    };
    return checker.resolveName(name, undefined, ts.SymbolFlags.Value, false) !== undefined;
  }

  program(): TypeScript.Program {
    this.#edit();
    const program = this.service.getProgram();
    if (program === undefined) throw new Error("The language service has no program.");
    this.#stale.all = false;
    if (program !== this.#latest) {
      findReexports(program);
      this.#checkedCells = 0;
    }
    this.#latest = program;
    this.#made = this.documents.projectVersion;
    return program;
  }

  /**
   * What is wrong with the types of a file of cells. A checker keeps what it has found under a file's name and the place in
   * it, so one that has found errors is not asked about the next cell.
   */
  errorsOf(file: TypeScript.SourceFile): readonly TypeScript.Diagnostic[] {
    const { errors, found } = semanticErrors(this.program(), file);
    if (found) this.spoilChecker();
    return errors;
  }

  /** Code that may be wrong was looked at: the next cell gets a new checker. */
  spoilChecker(): void {
    this.#checkedCells = checkerLife;
  }

  /**
   * Asks the service about the cell at hand, for a limited time: a cell that is to run waits behind it. TypeScript looks at the
   * clock where it begins a function, a class or an interface; one type that takes long is not left half-way.
   * @returns undefined when the time was over
   */
  assist<T>(ask: (service: TypeScript.LanguageService) => T): T | undefined {
    const program = this.program();
    const checker = program.getTypeChecker();
    this.#clock.end = Date.now() + assistTime;
    try {
      return checker.runWithCancellationToken(this.#clock, () => ask(this.service));
    } catch (error) {
      if (!(error instanceof ts.OperationCanceledException)) throw error;
      // What it has half found out must not be taken for known.
      forgetChecker(program);
      return undefined;
    } finally {
      this.#clock.end = Number.POSITIVE_INFINITY;
      this.spoilChecker();
    }
  }

  /** Brings newer texts into the program there is; else the language service makes another one when it is asked. */
  #edit(): void {
    const { documents } = this;
    const latest = this.#latest;
    if (documents.edited.size === 0) return;
    const edited = [...documents.edited];
    const isCurrent = latest !== undefined && this.#made === documents.projectVersion && !this.#stale.all;
    const done = isCurrent && editProgram(latest, edited, this);
    documents.edited.clear();
    if (!done) {
      documents.projectVersion += 1;
      return;
    }
    this.#checkedCells += 1;
    if (this.#checkedCells <= checkerLife) return;
    forgetChecker(latest);
    this.#checkedCells = 0;
  }

  // What an edit of the program asks.

  isOfCells(fileName: string): boolean {
    return this.layout.isOfCells(fileName);
  }

  parse(fileName: string, options: ParseOptions): TypeScript.SourceFile | undefined {
    return this.documents.parsedFile(fileName, options);
  }

  resolve(literal: TypeScript.StringLiteralLike, file: TypeScript.SourceFile): Resolved | undefined {
    return this.resolution.resolve([literal], file.fileName, file)[0];
  }

  cellFile(): TypeScript.SourceFile {
    const file = this.program().getSourceFile(this.layout.cell);
    if (file === undefined) throw new Error("The program lacks the cell's own file.");
    return file;
  }
}

/** What TypeScript looks at while it works, and stops when it is later than `end`, ms since the epoch. */
class Clock implements TypeScript.CancellationToken {
  end = Number.POSITIVE_INFINITY;

  isCancellationRequested(): boolean {
    return Date.now() > this.end;
  }

  throwIfCancellationRequested(): void {
    if (this.isCancellationRequested()) throw new ts.OperationCanceledException();
  }
}

function serviceHost(
  layout: Layout,
  references: () => string[],
  options: TypeScript.CompilerOptions,
  documents: Documents,
  resolve: Resolution["resolve"],
  isStale: () => boolean,
  moduleCache: () => TypeScript.ModuleResolutionCache,
  clock: Clock,
): TypeScript.LanguageServiceHost &
  TypeScript.ModuleResolutionHost & {
    hasInvalidatedResolutions(): boolean;
    getModuleResolutionCache(): TypeScript.ModuleResolutionCache;
  } {
  const nodeTypes = nodeTypesFile();
  const node = { resolvedTypeReferenceDirective: { primary: true, resolvedFileName: nodeTypes } };
  return {
    getScriptFileNames: () => [nodeTypes, layout.ambient, ...references(), layout.entry],
    getCompilationSettings: () => options,
    getCancellationToken: () => clock,
    hasInvalidatedResolutions: isStale,
    getModuleResolutionCache: () => moduleCache(),
    getProjectVersion: () => String(documents.projectVersion),
    getScriptVersion: (fileName) => documents.version(fileName),
    getScriptSnapshot: (fileName) => documents.snapshot(fileName),
    getScriptKind: (fileName) => documents.kind(fileName),
    getCurrentDirectory: () => layout.cwd,
    getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
    fileExists: (fileName) => documents.has(fileName) || ts.sys.fileExists(fileName),
    readFile: (fileName) => ts.sys.readFile(fileName),
    directoryExists: (path) => ts.sys.directoryExists(path) || documents.holdsFolder(path),
    getDirectories: (path) => ts.sys.getDirectories(path),
    readDirectory: (...args) => ts.sys.readDirectory(...args),
    realpath: (path) => ts.sys.realpath?.(path) ?? path,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    resolveModuleNameLiterals: (literals, containingFile, _redirected, _options, file) =>
      resolve(literals, containingFile, file),
    resolveTypeReferenceDirectiveReferences: (references, containingFile, _redirected, settings) =>
      references.map((reference) => {
        const name = typeof reference === "string" ? reference : reference.fileName;
        if (name === "node") return node;
        return ts.resolveTypeReferenceDirective(name, layout.standsFor(containingFile), settings, ts.sys);
      }),
  };
}

function folderOf(cwd: string): string {
  return slashes(cwd).replace(/\/$/, "");
}

/**
 * To print a type of an earlier cell, TypeScript asks which of the cell's imports re-exports it, without the import's
 * mode; finding no answer it looks through every export of every file, which took half of a hover's time (measured).
 */
function findReexports(program: TypeScript.Program): void {
  type Resolve = (file: TypeScript.SourceFile, name: string, mode: TypeScript.ResolutionMode) => unknown;
  const asked = program as TypeScript.Program & { getResolvedModule: Resolve };
  const resolve = asked.getResolvedModule;
  asked.getResolvedModule = (file, name, mode) =>
    resolve(file, name, mode) ?? (mode === undefined ? resolve(file, name, ts.ModuleKind.ESNext) : undefined);
}

import { type TypeScript, ts } from "../typescript.js";
import type { CellText } from "./cell-text.js";
import type { Documents } from "./documents.js";
import { type Layout, layoutOf } from "./layout.js";
import { readConfiguration } from "./options.js";
import { nodeTypesFile, Resolution, slashes } from "./resolution.js";
import type { WarmState } from "./warm-state.js";

/** TypeScript's language service over the notebook's folder, the cell at hand and what earlier cells declare. */
export class Checker {
  readonly layout: Layout;
  readonly options: TypeScript.CompilerOptions;
  /** What is wrong with the folder's tsconfig.json. */
  readonly problems: readonly string[];
  readonly resolution: Resolution;
  readonly service: TypeScript.LanguageService;
  private readonly stale = { all: false };

  constructor(
    cwd: string,
    readonly documents: Documents,
    ambient: string,
    warm?: WarmState,
  ) {
    this.layout = layoutOf(slashes(cwd).replace(/\/$/, ""));
    const { options, problems } = readConfiguration(this.layout.cwd);
    this.options = options;
    this.problems = problems;
    const { layout } = this;
    const resolve: Resolution["resolve"] = (...args) => this.resolution.resolve(...args);
    const host = serviceHost(
      layout,
      options,
      documents,
      resolve,
      () => this.stale.all,
      () => this.resolution.cache,
    );
    this.resolution = new Resolution(layout.cwd, options, host, warm);
    documents.set(layout.ambient, ambient);
    documents.set(layout.cell, "");
    this.service = ts.createLanguageService(host, documents.registry());
  }

  /** Makes `cell` the cell at hand. */
  open(cell: CellText): TypeScript.Program {
    this.documents.set(this.layout.cell, cell.text, cell.kind);
    return this.program();
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
    this.stale.all = true;
    this.documents.projectVersion += 1;
  }

  program(): TypeScript.Program {
    const program = this.service.getProgram();
    if (program === undefined) throw new Error("The language service has no program.");
    this.stale.all = false;
    return program;
  }

  cellFile(): TypeScript.SourceFile {
    const file = this.program().getSourceFile(this.layout.cell);
    if (file === undefined) throw new Error("The program lacks the cell's own file.");
    return file;
  }
}

function serviceHost(
  layout: Layout,
  options: TypeScript.CompilerOptions,
  documents: Documents,
  resolve: Resolution["resolve"],
  isStale: () => boolean,
  moduleCache: () => TypeScript.ModuleResolutionCache,
): TypeScript.LanguageServiceHost &
  TypeScript.ModuleResolutionHost & {
    hasInvalidatedResolutions(): boolean;
    getModuleResolutionCache(): TypeScript.ModuleResolutionCache;
  } {
  const nodeTypes = nodeTypesFile();
  const roots = [nodeTypes, layout.ambient, layout.cell];
  const node = { resolvedTypeReferenceDirective: { primary: true, resolvedFileName: nodeTypes } };
  return {
    getScriptFileNames: () => roots,
    getCompilationSettings: () => options,
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
    directoryExists: (path) => ts.sys.directoryExists(path),
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
        return ts.resolveTypeReferenceDirective(name, containingFile, settings, ts.sys);
      }),
  };
}

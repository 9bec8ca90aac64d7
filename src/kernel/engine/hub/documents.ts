import { readFileSync, statSync } from "node:fs";
import { ownFolders } from "../../own-package.js";
import { type TypeScript, ts } from "../typescript.js";

interface Document {
  version: string;
  snapshot: TypeScript.IScriptSnapshot;
  kind: TypeScript.ScriptKind;
  /** Real files outside node_modules and this package: looked at again before each cell. */
  local: boolean;
  /** What the file imports whatever its text says; of files in memory only. */
  imports: readonly string[];
}

/** Files that change only with the snapshot's key. */
const installedWithUs = /\/node_modules\/(typescript|@types\/node|undici-types)\//;

/**
 * Every text the checker sees, with its parsed form: files in memory, and files on disk read once.
 * It is the language service's document registry too: the stock one parses libs and cells in one JSDoc mode, and
 * libs' JSDoc is a third of the start-up time (measured), while cells need theirs for hover.
 */
export class Documents {
  /** Parsed files by name and version; outlives the notebook folder in a startup snapshot. */
  readonly #parsed: WarmState["parsed"];
  /** Files of the snapshot; they are part of the installation and are not looked at again. */
  readonly #frozen: ReadonlySet<string>;
  readonly #own = ownFolders().map((folder) => folder.replaceAll("\\", "/"));
  readonly #documents = new Map<string, Document>();
  #counter = 0;
  /** Grows when files come, go or are read anew; the language service asks for nothing while it stays. */
  projectVersion = 0;
  /** Files of cells that have a newer text than the program has. */
  readonly edited = new Set<string>();

  readonly #options: TypeScript.CompilerOptions;

  constructor(options: TypeScript.CompilerOptions, warm?: WarmState) {
    this.#options = options;
    this.#parsed = new Map(warm?.parsed);
    this.#frozen = new Set([...(warm?.parsed.keys() ?? [])].filter((name) => installedWithUs.test(name)));
  }

  /** Every file parsed from disk so far. */
  parsedFiles(): WarmState["parsed"] {
    return new Map([...this.#parsed].filter(([, { version }]) => !version.startsWith("m")));
  }

  /** Puts a file in memory, or replaces it; the same text again changes nothing. */
  set(fileName: string, text: string, kind: TypeScript.ScriptKind = ts.ScriptKind.TS): void {
    if (this.#write(fileName, text, kind, [])) this.projectVersion += 1;
  }

  /**
   * The same for a file that comes into the program and changes there as cells need it.
   * @param imports - what the file imports besides what its text says; each is known to be found
   */
  setCell(fileName: string, text: string, kind = ts.ScriptKind.TS, imports: readonly string[] = []): void {
    if (this.#write(fileName, text, kind, imports)) this.edited.add(fileName);
  }

  /** @returns whether that is anything new */
  #write(fileName: string, text: string, kind: TypeScript.ScriptKind, imports: readonly string[]): boolean {
    const old = this.#documents.get(fileName);
    if (old?.kind === kind && !old.local && old.imports.join() === imports.join()) {
      if (old.snapshot.getLength() === text.length && old.snapshot.getText(0, text.length) === text) return false;
    }
    this.#counter += 1;
    const snapshot = ts.ScriptSnapshot.fromString(text);
    this.#documents.set(fileName, { version: `m${this.#counter}`, snapshot, kind, local: false, imports });
    return true;
  }

  has(fileName: string): boolean {
    return this.#documents.has(fileName);
  }

  /** Whether a file in memory lies in that folder, or below it, though the disk may not have it. */
  holdsFolder(path: string): boolean {
    const prefix = path.endsWith("/") ? path : `${path}/`;
    for (const [name, { version }] of this.#documents) {
      if (version.startsWith("m") && name.startsWith(prefix)) return true;
    }
    return false;
  }

  /** Forgets files in memory, parsed forms included. */
  delete(fileName: string): void {
    this.#documents.delete(fileName);
    this.#parsed.delete(fileName);
    this.projectVersion += 1;
  }

  /** Undefined when there is no such file. */
  snapshot(fileName: string): TypeScript.IScriptSnapshot | undefined {
    return this.#document(fileName)?.snapshot;
  }

  version(fileName: string): string {
    return this.#document(fileName)?.version ?? "";
  }

  kind(fileName: string): TypeScript.ScriptKind {
    return this.#documents.get(fileName)?.kind ?? kindOf(fileName);
  }

  /** Looks at local files again; edited and removed ones are read anew. Returns whether any was. */
  refreshLocal(): boolean {
    let changed = false;
    for (const [fileName, document] of this.#documents) {
      if (!document.local || versionOnDisk(fileName) === document.version) continue;
      this.#documents.delete(fileName);
      changed = true;
    }
    if (changed) this.projectVersion += 1;
    return changed;
  }

  /** After an install: packages' files are looked at again too. */
  refreshPackages(): void {
    for (const [fileName, { version }] of this.#documents) {
      if (version.startsWith("m") || this.#frozen.has(fileName) || !fileName.includes("/node_modules/")) continue;
      if (versionOnDisk(fileName) !== version) this.#documents.delete(fileName);
    }
    this.projectVersion += 1;
  }

  /** The newest version of a file, parsed; undefined when there is no such file. */
  parsedFile(
    fileName: string,
    options: TypeScript.CreateSourceFileOptions | TypeScript.ScriptTarget,
  ): TypeScript.SourceFile | undefined {
    const document = this.#document(fileName);
    return document && this.#parse(fileName, document.snapshot, document.version, document.kind, options);
  }

  /** As the language service wants it. */
  registry(): TypeScript.DocumentRegistry {
    const acquire: TypeScript.DocumentRegistry["acquireDocumentWithKey"] = (
      fileName,
      _path,
      _host,
      _key,
      snapshot,
      version,
      kind,
      options,
    ) => this.#parse(fileName, snapshot, version, kind, options);
    const acquirePlain: TypeScript.DocumentRegistry["acquireDocument"] = (
      fileName,
      _host,
      snapshot,
      version,
      kind,
      options,
    ) => this.#parse(fileName, snapshot, version, kind, options);
    const key = "hub" as TypeScript.DocumentRegistryBucketKey & string;
    const nothing = () => undefined;
    return {
      acquireDocument: acquirePlain,
      acquireDocumentWithKey: acquire,
      updateDocument: acquirePlain,
      updateDocumentWithKey: acquire,
      getKeyForCompilationSettings: () => key,
      releaseDocument: nothing,
      releaseDocumentWithKey: nothing,
      reportStats: () => `${this.#parsed.size} files`,
    };
  }

  #parse(
    fileName: string,
    snapshot: TypeScript.IScriptSnapshot,
    version: string,
    kind: TypeScript.ScriptKind | undefined,
    options: TypeScript.CreateSourceFileOptions | TypeScript.ScriptTarget | undefined,
  ): TypeScript.SourceFile {
    const known = this.#parsed.get(fileName);
    if (known?.version === version) return known.file;
    const own = version.startsWith("m");
    const given = typeof options === "object" ? options : { languageVersion: options ?? ts.ScriptTarget.Latest };
    const mode = own ? ts.JSDocParsingMode.ParseAll : ts.JSDocParsingMode.ParseNone;
    const file = ts.createLanguageServiceSourceFile(
      fileName,
      snapshot,
      { ...given, jsDocParsingMode: mode },
      version,
      own,
      kind,
    );
    const held = own ? (this.#documents.get(fileName)?.imports ?? []) : [];
    if (held.length > 0) holdImports(file, held, this.#options);
    this.#parsed.set(fileName, { version, file });
    return file;
  }

  #document(fileName: string): Document | undefined {
    const known = this.#documents.get(fileName);
    if (known) return known;
    const parsed = this.#parsed.get(fileName);
    const version = parsed && this.#frozen.has(fileName) ? parsed.version : versionOnDisk(fileName);
    if (version === undefined) return undefined;
    const snapshot =
      parsed?.version === version
        ? ts.ScriptSnapshot.fromString(parsed.file.text)
        : ts.ScriptSnapshot.fromString(ts.sys.readFile(fileName) ?? readFileSync(fileName, "utf8"));
    const isInstalled = fileName.includes("/node_modules/") || this.#own.some((folder) => fileName.startsWith(folder));
    const local = !this.#frozen.has(fileName) && !isInstalled;
    const document = { version, snapshot, kind: kindOf(fileName), local, imports: [] };
    this.#documents.set(fileName, document);
    return document;
  }
}

/** Size and time of change; undefined when there is no such file. */
function versionOnDisk(fileName: string): string | undefined {
  const stats = statSync(fileName, { throwIfNoEntry: false });
  return stats?.isFile() ? `${stats.mtimeMs}-${stats.size}` : undefined;
}

function kindOf(fileName: string): TypeScript.ScriptKind {
  if (fileName.endsWith(".tsx")) return ts.ScriptKind.TSX;
  if (fileName.endsWith(".json")) return ts.ScriptKind.JSON;
  if (/\.[mc]?js$/.test(fileName)) return ts.ScriptKind.JS;
  if (fileName.endsWith(".jsx")) return ts.ScriptKind.JSX;
  return ts.ScriptKind.TS;
}

/** What an engine has already done for the next one: files parsed and bound, imports between them resolved. */
export interface WarmState {
  /** TypeScript's libs, `@types/node`, the package's own declarations; as they were then. */
  parsed: Map<string, { version: string; file: TypeScript.SourceFile }>;
  resolved: Map<string, TypeScript.ResolvedModuleWithFailedLookupLocations>;
}

/**
 * Makes a file in memory import modules that its text does not name, so that they stay in the program, and TypeScript
 * finds their names when it writes a type.
 * @param names - each is known to be found
 */
function holdImports(file: TypeScript.SourceFile, names: readonly string[], options: TypeScript.CompilerOptions): void {
  const held: { imports?: readonly TypeScript.StringLiteralLike[] } = {};
  // TypeScript collects a file's imports when it makes a program, and keeps them here.
  Object.defineProperty(file, "imports", {
    configurable: true,
    enumerable: true,
    get: () => held.imports,
    set: (found: readonly TypeScript.StringLiteralLike[]) => {
      // `import x = require("m")` may mean another file than `import`.
      const isPlain = (literal: TypeScript.StringLiteralLike) =>
        ts.getModeForUsageLocation(file, literal, options) !== ts.ModuleKind.CommonJS;
      const own = new Set(found.filter(isPlain).map(({ text }) => text));
      held.imports = [...found, ...names.filter((name) => !own.has(name)).map((name) => unwritten(file, name))];
    },
  });
}

/** An import that stands in no text, as TypeScript makes one for JSX's runtime. */
function unwritten(file: TypeScript.SourceFile, name: string): TypeScript.StringLiteral {
  const literal = ts.factory.createStringLiteral(name);
  const declaration = ts.factory.createImportDeclaration(undefined, undefined, literal);
  const real = ~ts.NodeFlags.Synthesized;
  Object.assign(literal, { parent: declaration, flags: literal.flags & real });
  Object.assign(declaration, { parent: file, flags: declaration.flags & real });
  return literal;
}

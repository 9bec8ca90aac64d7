import { basename } from "node:path";
import type { MimeBundle } from "../../../render/mime-bundle.js";
import type {
  AssistRequest,
  CellInput,
  Compiled,
  CompiledCell,
  Completeness,
  Completion,
  Diagnostic,
  Engine,
} from "../engine.js";
import type { Segment } from "../hub/source-map.js";
import { toSource } from "../position-map.js";
import { AdaptedCompiler } from "./adapted-compiler.js";
import { annotateNames, unspellable } from "./annotate-names.js";
import { blankExports } from "./blank-exports.js";
import { cellSourceMap, fileSourceMap, linesAbove } from "./cell-source-map.js";
import { type TslabExtra, type TslabFile, tslabFormat } from "./tslab-format.js";
import { loadTslab, type TslabPackage } from "./tslab-package.js";

export interface TslabEngineOptions {
  /** The notebook's folder: relative imports and node_modules are looked up from here. */
  cwd: string;
  /** Declarations every cell sees, as the text of a `.d.ts`. */
  ambient?: string;
}

type Converter = ReturnType<TslabPackage["createConverter"]>;
type CodeMetadata = ReturnType<TslabPackage["getCodeMetadata"]>;
type TslabDiagnostic = ReturnType<Converter["convert"]>["diagnostics"][number];

/** A cell that begins with a comment holding `@module name`. */
interface ModuleCell {
  text: string;
  metadata: CodeMetadata;
}

/** An import that could not be resolved, with or without types for it (TS2307, TS7016). */
const unresolvedImport = new Set([2307, 7016]);

/**
 * tslab's converter as an `Engine`: the language of tslab's notebooks, TypeScript 5.0.4, not strict.
 * A cell's declarations are kept from the moment it compiles, so that names above a throw can be used.
 */
export class TslabEngine implements Engine {
  readonly name = "tslab";
  readonly typescriptVersion: string;
  readonly #tslab: TslabPackage;
  readonly #compiler: AdaptedCompiler;
  readonly #modules = new Map<string, ModuleCell>();
  #converter: Converter;
  /** What earlier cells declared, as tslab's converter hands it on. */
  #declarations = "";
  /** The compiler remembers failed look-ups; after one, the next cell gets a new converter that looks again. */
  #lookAgain = false;

  constructor({ cwd, ambient = "" }: TslabEngineOptions) {
    const { tslab, compiler } = loadTslab((ts) => new AdaptedCompiler(ts, { cwd, ambient }));
    this.#tslab = tslab;
    this.#compiler = compiler;
    this.typescriptVersion = this.#tslab.ts.version;
    this.#converter = this.#tslab.createConverter();
  }

  async compile(cell: CellInput): Promise<Compiled> {
    this.#refresh();
    const metadata = this.#tslab.getCodeMetadata(cell.text);
    if (cell.expression) return this.#compileExpression(cell);
    if (metadata.module !== undefined) return this.#addModule(cell, metadata.module, metadata);
    if (metadata.mode === "browser") return { ...emptyCell(cell), diagnostics: [browserCell] };
    return this.#convert(cell, "");
  }

  async complete({ code, cursor }: AssistRequest): Promise<Completion> {
    this.#compiler.noticeChangedFiles();
    const { start, end, candidates, original } = this.#converter.complete(this.#previous(), code, cursor);
    const kinds = new Map((original?.entries ?? []).map((entry) => [entry.name, String(entry.kind)]));
    const types = candidates.map((text) => ({ text, type: kinds.get(text) ?? "" }));
    return { matches: candidates, start, end, types };
  }

  async inspect({ code, cursor }: AssistRequest): Promise<MimeBundle | undefined> {
    this.#compiler.noticeChangedFiles();
    const info = this.#converter.inspect(this.#previous(), code, cursor);
    if (!info) return undefined;
    return { data: { "text/plain": this.#tslab.printQuickInfo(info) } };
  }

  async isComplete(code: string): Promise<Completeness> {
    const { completed, indent = "" } = this.#tslab.isCompleteCode(code);
    if (!completed) return { status: "incomplete", indent };
    const { ts } = this.#tslab;
    const file = ts.createSourceFile("cell.ts", `export {};${code}`, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
    const [first] = (file as { parseDiagnostics?: Array<{ code: number }> }).parseDiagnostics ?? [];
    if (first === undefined) return { status: "complete" };
    return unfinishedText.has(first.code) ? { status: "incomplete", indent: "" } : { status: "invalid" };
  }

  async reset(): Promise<void> {
    this.#declarations = "";
  }

  async close(): Promise<void> {
    this.#converter.close();
  }

  #previous(): string {
    return this.#compiler.ambientImport + this.#declarations;
  }

  #refresh(): void {
    this.#compiler.noticeChangedFiles();
    if (!this.#lookAgain) return;
    this.#lookAgain = false;
    this.#converter.close();
    this.#converter = this.#tslab.createConverter();
    for (const [name, { text, metadata }] of this.#modules) this.#converter.addModule(name, text, metadata);
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
    this.#modules.set(name, { text: cell.text, metadata });
    const found = this.#converter.addModule(name, cell.text, metadata);
    if (found.length > 0)
      return {
        ok: false,
        diagnostics: this.#diagnostics(cell, found, { ownFile: `${name}.ts${metadata.jsx ? "x" : ""}` }),
      };
    return emptyCell(cell);
  }

  /** @param opening - "(" for an expression, whose end is closed too */
  #convert(cell: CellInput, opening: "" | "("): Compiled {
    const text = opening === "(" ? `(${cell.text}\n)` : blankExports(this.#tslab.ts, cell.text);
    const prefix = opening.length;
    const result = this.#converter.convert(this.#previous(), text);
    if (result.diagnostics.length > 0) {
      const spelled = opening === "" ? this.#convertSpelled(cell, result.diagnostics) : undefined;
      return spelled ?? { ok: false, diagnostics: this.#diagnostics(cell, result.diagnostics, { prefix }) };
    }
    this.#declarations = result.declOutput ?? "";
    const extra: TslabExtra = {
      imports: this.#tslab.ts.preProcessFile(text, true, false).importedFiles.map((file) => file.fileName),
      files: (result.sideOutputs ?? []).map(({ path, data }) => this.#file(path, data)),
      lastExpression: result.lastExpressionVar,
    };
    return {
      ok: true,
      format: tslabFormat,
      count: cell.count,
      js: result.output ?? "",
      declares: cell.expression ? [] : this.#compiler.declaredNames(),
      sourceMap: cellSourceMap(this.#compiler.scripts.maps(), cell, opening.length),
      extra,
    };
  }

  /** Once more, when nothing is wrong but that some names have types which cannot be spelled. */
  #convertSpelled(cell: CellInput, found: readonly TslabDiagnostic[]): CompiledCell | undefined {
    if (!found.every(({ code, fileName }) => fileName === undefined && unspellable.has(code))) return undefined;
    const spelled = annotateNames(
      this.#tslab.ts,
      cell,
      found.map(({ end }) => end.offset),
    );
    const compiled = spelled && this.#convert(spelled, "");
    return compiled?.ok ? compiled : undefined;
  }

  /** A local file, or a `@module` cell, which has a line of tslab's above it. */
  #file(path: string, js: string): TslabFile {
    const { path: source = path, text = "" } = this.#compiler.sourceOf(path) ?? {};
    const cell = this.#modules.get(basename(source, ".ts"));
    const above = cell ? linesAbove : 0;
    const place = ([generated, line, column]: Segment): Segment[] =>
      line < above ? [] : [[generated, line - above, column]];
    const sourceMap = fileSourceMap(this.#compiler.scripts.maps(path), source, cell?.text ?? text, place);
    return { path, js, source, sourceMap };
  }

  /** @param place - characters before the cell's own text; the cell's own name when it is a `@module` cell */
  #diagnostics(
    cell: CellInput,
    found: readonly TslabDiagnostic[],
    { prefix = 0, ownFile }: { prefix?: number; ownFile?: string },
  ): Diagnostic[] {
    this.#lookAgain ||= found.some((diagnostic) => unresolvedImport.has(diagnostic.code));
    return found.map(({ fileName, messageText, code, category, start, end }) => {
      const inCell = fileName === undefined || fileName === ownFile;
      const place = `${fileName}:${start.line + 1}:${start.character + 1}`;
      return {
        message: inCell ? messageText : `${place} - ${messageText}`,
        code: `TS${code}`,
        category: category === 0 ? "warning" : "error",
        start: inCell ? toSource(cell.map, Math.max(0, start.offset - prefix)) : 0,
        length: inCell ? end.offset - start.offset : 0,
      };
    });
  }
}

/** tslab registers such a cell and runs nothing. */
const browserCell: Diagnostic = {
  message: "This cell is marked @browser: it runs nothing here.",
  code: "",
  category: "warning",
  start: 0,
  length: 0,
};

function emptyCell({ count }: CellInput): CompiledCell {
  const extra: TslabExtra = { imports: [], files: [] };
  return { ok: true, format: tslabFormat, count, js: "", declares: [], extra };
}

/** A template literal or a comment that goes on (TS1160, TS1010). */
const unfinishedText = new Set([1160, 1010]);

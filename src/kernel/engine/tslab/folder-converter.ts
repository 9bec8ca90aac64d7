import { basename, join } from "node:path";
import type { Segment } from "../hub/source-map.js";
import { AdaptedCompiler, type AdaptOptions } from "./adapted-compiler.js";
import { fileSourceMap, linesAbove } from "./cell-source-map.js";
import type { TslabFile } from "./tslab-format.js";
import {
  type CodeMetadata,
  type Converter,
  loadTslab,
  type TslabDiagnostic,
  type TslabPackage,
} from "./tslab-package.js";
import { slashes } from "./watched-system.js";

/** A cell that begins with a comment holding `@module name`. */
export interface ModuleCell {
  text: string;
  metadata: CodeMetadata;
}

/** An import that could not be resolved, with or without types for it (TS2307, TS7016). */
const unresolvedImport = new Set([2307, 7016]);

/** tslab's converter in one folder: its compiler fixes the folder when it is made. */
export class FolderConverter {
  readonly tslab: TslabPackage;
  readonly compiler: AdaptedCompiler;
  readonly cwd: string;
  readonly #modules: Map<string, ModuleCell>;
  #converter: Converter;
  /** The compiler remembers failed look-ups; after one, the next cell gets a new converter that looks again. */
  #lookAgain = false;

  /** @param modules - the notebook's `@module` cells by name, wherever it has been; new ones are added */
  constructor(options: AdaptOptions, modules: Map<string, ModuleCell>) {
    const { tslab, compiler } = loadTslab((ts) => new AdaptedCompiler(ts, options));
    this.tslab = tslab;
    this.cwd = options.cwd;
    this.compiler = compiler;
    this.#modules = modules;
    this.#converter = this.#create();
  }

  /** For one cell: files and packages are as they are now. */
  current(): Converter {
    this.compiler.noticeChangedFiles();
    if (this.#lookAgain) {
      this.#lookAgain = false;
      this.#converter.close();
      this.#converter = this.#create();
    }
    return this.#converter;
  }

  /** For completion and hover, which have no time to look up anew what was not found. */
  asIs(): Converter {
    this.compiler.noticeChangedFiles();
    return this.#converter;
  }

  addModule(name: string, module: ModuleCell): TslabDiagnostic[] {
    const converter = this.current();
    this.#modules.set(name, module);
    return converter.addModule(name, module.text, module.metadata);
  }

  /** Takes note of what was not found, so that the next cell looks again. */
  noteMissing(found: readonly TslabDiagnostic[]): void {
    this.#lookAgain ||= found.some(({ code }) => unresolvedImport.has(code));
  }

  /** Whether a path is that of a `@module` cell. */
  isModuleCell(path: string): boolean {
    const name = basename(path).replace(/\.tsx?$/, "");
    const { jsx } = this.#modules.get(name)?.metadata ?? {};
    return this.#modules.has(name) && path === slashes(join(this.cwd, `${name}.ts${jsx ? "x" : ""}`));
  }

  /** What the converter has emitted besides a cell. */
  files(emitted: ReadonlyArray<{ path: string; data: string }> = []): TslabFile[] {
    return emitted.map(({ path, data }) => this.#file(path, data));
  }

  /** A compiled local file, or a `@module` cell, which has a line of tslab's above it. */
  #file(path: string, js: string): TslabFile {
    const { path: source = path, text = "" } = this.compiler.sourceOf(path) ?? {};
    const cell = this.#modules.get(basename(source, ".ts"));
    const above = cell ? linesAbove : 0;
    const place = ([generated, line, column]: Segment): Segment[] =>
      line < above ? [] : [[generated, line - above, column]];
    const sourceMap = fileSourceMap(this.compiler.scripts.maps(path), source, cell?.text ?? text, place);
    return { path, js, source, sourceMap };
  }

  close(): void {
    this.#converter.close();
  }

  #create(): Converter {
    const converter = this.tslab.createConverter();
    for (const [name, { text, metadata }] of this.#modules) converter.addModule(name, text, metadata);
    return converter;
  }
}

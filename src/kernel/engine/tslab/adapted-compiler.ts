import { join } from "node:path";
import type * as typescript from "@tslab/typescript-for-tslab";
import { plainCalls, writeOutShorthands } from "./emit-transformers.js";
import { EmittedScripts } from "./emitted-scripts.js";
import type { TslabTypeScript } from "./tslab-package.js";
import { slashes, WatchedSystem } from "./watched-system.js";

export interface AdaptOptions {
  /** The notebook's folder. */
  cwd: string;
  /** Declarations every cell sees, as the text of a `.d.ts`. */
  ambient: string;
}

type Builder = typescript.EmitAndSemanticDiagnosticsBuilderProgram;
type WatchHost = typescript.WatchCompilerHostOfFilesAndCompilerOptions<Builder>;

const ambientModule = "__runlab__";
/** tslab's own name for the running cell. */
const currentCell = "__tslab__.ts";

/**
 * tslab's compiler, changed where a notebook needs it:
 * - modules resolve as `Bundler`, not `Node10`: `exports` of package.json are honoured (`vega-lite`, `hono/cors`);
 * - top-level await is parsed as such: `await (expr)` and `for await` compile;
 * - the types of ES2023 that TypeScript 5.0 has are there: `findLast`;
 * - `import()` stays a function call that our evaluator answers;
 * - `{ name }` of an earlier cell's name is written out: tslab leaves the bare name, which no longer is one;
 * - an error and its explanations are one diagnostic; tslab makes several of them, and forgets the file of each;
 * - source maps are made, and kept in `scripts`.
 */
export class AdaptedCompiler {
  readonly ts: TslabTypeScript;
  readonly scripts: EmittedScripts;
  /** Import of the ambient declarations; stands in front of what earlier cells declared. */
  readonly ambientImport = `import "./${ambientModule}";\n`;
  readonly #cwd: string;
  readonly #system: WatchedSystem;
  #builder: Builder | undefined;

  constructor(ts: TslabTypeScript, { cwd, ambient }: AdaptOptions) {
    this.#cwd = cwd;
    const files = new Map([[slashes(join(cwd, `${ambientModule}.d.ts`)), ambient]]);
    this.#system = new WatchedSystem(ts, { cwd, files });
    this.scripts = new EmittedScripts(cwd);
    const internals = ts as TslabTypeScript & {
      getPreEmitDiagnosticsOfFiles(...given: unknown[]): typescript.Diagnostic[];
    };
    this.ts = {
      ...ts,
      sys: this.#system.sys,
      createWatchCompilerHost: this.#hostMaker(ts),
      getPreEmitDiagnostics: (program: typescript.Program, ...rest: unknown[]) =>
        asOneMessage(ts, Reflect.apply(ts.getPreEmitDiagnostics, ts, [program, ...rest])),
      getPreEmitDiagnosticsOfFiles: (...given: unknown[]) =>
        asOneMessage(ts, Reflect.apply(internals.getPreEmitDiagnosticsOfFiles, ts, given)),
      transpileModule: (text: string, options: typescript.TranspileOptions) => {
        const compilerOptions = { ...options.compilerOptions, sourceMap: true };
        const transformers = { before: [plainCalls(ts)] };
        return this.scripts.commonJs(ts.transpileModule(text, { ...options, compilerOptions, transformers }));
      },
    } as unknown as TslabTypeScript;
  }

  /** Tells the compiler which of the user's files have changed since the last call. */
  noticeChangedFiles(): void {
    this.#system.noticeChanges();
  }

  /** Every name, of a value or a type, that the cell compiled last declares; in source order. */
  declaredNames(): string[] {
    const file = this.#builder?.getSourceFile(slashes(join(this.#cwd, currentCell)));
    const locals = (file as { locals?: Map<string, typescript.Symbol> } | undefined)?.locals ?? new Map();
    const at = (symbol: typescript.Symbol) => symbol.declarations?.[0]?.pos ?? 0;
    return [...locals].sort(([, one], [, other]) => at(one) - at(other)).map(([name]) => name);
  }

  /** The file that a script was made of: its path, and its text as the compiler has it. */
  sourceOf(script: string): { path: string; text: string } | undefined {
    const typed = script.replace(/\.js$/, ".ts");
    const file = this.#builder?.getSourceFile(typed) ?? this.#builder?.getSourceFile(script);
    return file && { path: file.fileName, text: file.text };
  }

  #hostMaker(ts: TslabTypeScript) {
    const create = ts.createWatchCompilerHost as (...args: unknown[]) => WatchHost;
    return (roots: string[], options: typescript.CompilerOptions, ...rest: unknown[]): WatchHost => {
      const host = create(roots, { ...options, ...changedOptions(ts) }, ...rest);
      const createProgram = host.createProgram;
      host.createProgram = (...args) => {
        const builder = createProgram(...args);
        this.#builder = builder;
        return this.scripts.follow(builder, writeOutShorthands(ts, builder.getProgram()));
      };
      return host;
    };
  }
}

function asOneMessage(ts: TslabTypeScript, diagnostics: readonly typescript.Diagnostic[]): typescript.Diagnostic[] {
  return diagnostics.map((diagnostic) => ({
    ...diagnostic,
    messageText: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
  }));
}

function changedOptions(ts: TslabTypeScript): typescript.CompilerOptions {
  return {
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts"],
    disableTopLevelAwait: false,
    sourceMap: true,
  };
}

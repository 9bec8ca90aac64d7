import { join, relative } from "node:path";
import type * as typescript from "@tslab/typescript-for-tslab";
import { dynamicImportName } from "./tslab-format.js";
import type { TslabTypeScript } from "./tslab-package.js";
import { slashes, WatchedSystem } from "./watched-system.js";

export interface AdaptOptions {
  /** The notebook's folder. */
  cwd: string;
  /** Declarations every cell sees, as the text of a `.d.ts`. */
  ambient: string;
}

type Builder = typescript.EmitAndSemanticDiagnosticsBuilderProgram;
type Transformer = typescript.TransformerFactory<typescript.SourceFile>;
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

/** tslab's own name for the declarations of earlier cells. */
const earlierCells = "__prev__.d.ts";

/** `{ name }`, where an earlier cell declared the name, to `{ name: exports.name }`. */
function writeOutShorthands(ts: TslabTypeScript, program: typescript.Program): Transformer {
  const { factory } = ts;
  const checker = program.getTypeChecker();
  const isEarlier = (node: typescript.ShorthandPropertyAssignment) =>
    checker
      .getShorthandAssignmentValueSymbol(node)
      ?.declarations?.some((declaration) => declaration.getSourceFile().fileName.endsWith(earlierCells));
  return (context) => (file) => {
    const visit = (node: typescript.Node): typescript.Node => {
      if (!ts.isShorthandPropertyAssignment(node) || !isEarlier(node)) return ts.visitEachChild(node, visit, context);
      const target = factory.createPropertyAccessExpression(factory.createIdentifier("exports"), node.name.text);
      const initial = node.objectAssignmentInitializer;
      const value = initial ? factory.createAssignment(target, visit(initial) as typescript.Expression) : target;
      return ts.setTextRange(factory.createPropertyAssignment(node.name.text, value), node);
    };
    return ts.visitNode(file, visit) as typescript.SourceFile;
  };
}

/**
 * Calls as a cell means them: `import(x)` calls our evaluator's own function, which TypeScript will not turn into
 * `require`; an earlier cell's function, which tslab reads off `exports`, gets no `this`.
 */
function plainCalls(ts: TslabTypeScript): Transformer {
  const { factory } = ts;
  const calleeOf = (expression: typescript.Expression): typescript.Expression => {
    if (expression.kind === ts.SyntaxKind.ImportKeyword) return factory.createIdentifier(dynamicImportName);
    const isOnExports =
      ts.isPropertyAccessExpression(expression) &&
      ts.isIdentifier(expression.expression) &&
      expression.expression.text === "exports";
    return isOnExports
      ? factory.createParenthesizedExpression(factory.createComma(factory.createNumericLiteral(0), expression))
      : expression;
  };
  return (context) => (file) => {
    const visit = (node: typescript.Node): typescript.Node => {
      const inner = ts.visitEachChild(node, visit, context);
      if (!ts.isCallExpression(inner)) return inner;
      return factory.updateCallExpression(inner, calleeOf(inner.expression), inner.typeArguments, inner.arguments);
    };
    return ts.visitNode(file, visit) as typescript.SourceFile;
  };
}

/** Folder that tslab gives as `outDir`; nothing is written there. */
const outDir = "outDir";
const cellScript = "__tslab__.js";

/**
 * Keeps the source maps of what tslab compiles: TypeScript to a script, then that script to CommonJS.
 * tslab turns a local file into CommonJS while it is being written, and the cell after all files are.
 */
class EmittedScripts {
  readonly #cwd: string;
  readonly #toScript = new Map<string, string>();
  readonly #toCommonJs = new Map<string, string>();
  #writing: string;

  constructor(cwd: string) {
    this.#cwd = cwd;
    this.#writing = this.#cell;
  }

  get #cell(): string {
    return slashes(join(this.#cwd, cellScript));
  }

  /** Source maps, as JSON text, of the steps to one script; absent: to the cell's. */
  maps(path = this.#cell): string[] {
    return [this.#toScript.get(path), this.#toCommonJs.get(path)].filter((map) => map !== undefined);
  }

  /** The builder itself, whose emit runs `before` first and leaves its maps here. */
  follow(builder: Builder, before: Transformer): Builder {
    const emit = builder.emit;
    builder.emit = (file, write, cancel, onlyDeclarations, custom) => {
      const transformers = { ...custom, before: [before, ...(custom?.before ?? [])] };
      const result = emit(file, this.#follow(write), cancel, onlyDeclarations, transformers);
      this.#writing = this.#cell;
      return result;
    };
    return builder;
  }

  /** Takes the map of a script that has become CommonJS, and the comment that names the map's file. */
  commonJs(output: typescript.TranspileOutput): typescript.TranspileOutput {
    this.#toCommonJs.set(this.#writing, output.sourceMapText ?? "");
    return { ...output, outputText: withoutMapComment(output.outputText) };
  }

  #follow(write: typescript.WriteFileCallback | undefined): typescript.WriteFileCallback {
    return (path, text, ...rest) => {
      const script = slashes(join(this.#cwd, relative(outDir, path)));
      if (path.endsWith(".js.map")) {
        this.#toScript.set(script.slice(0, -".map".length), text);
        return;
      }
      this.#writing = script;
      write?.(path, withoutMapComment(text), ...rest);
    };
  }
}

function withoutMapComment(js: string): string {
  return js.replace(/\n?\/\/# sourceMappingURL=[^\n]*\n?$/, "\n");
}

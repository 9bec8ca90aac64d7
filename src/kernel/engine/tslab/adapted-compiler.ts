import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type * as typescript from "@tslab/typescript-for-tslab";
import { ownPackageRoot } from "./own-package.js";
import { dynamicImportName } from "./tslab-format.js";
import type { TslabTypeScript } from "./tslab-package.js";

export interface AdaptOptions {
  /** The notebook's folder. */
  cwd: string;
  /** Declarations every cell sees, as the text of a `.d.ts`. */
  ambient: string;
}

/** tslab's compiler with other options, and with the files it watches looked at when asked instead of by the system. */
export interface AdaptedCompiler {
  ts: TslabTypeScript;
  /** Import of the ambient declarations; stands in front of what earlier cells declared. */
  ambientImport: string;
  /** Tells the compiler which of the user's files have changed since the last call. */
  noticeChangedFiles(): void;
  /** Every name, of a value or a type, that the cell compiled last declares; in source order. */
  declaredNames(): string[];
  /** Source maps of the two steps from the cell compiled last to its JavaScript. */
  sourceMaps(): string[];
}

const ambientModule = "__runlab__";
/** tslab's own names for its two files: the running cell, and the declarations of earlier ones. */
const currentCell = "__tslab__.ts";
const earlierCells = "__prev__.d.ts";

/**
 * What differs from tslab's own set-up, and why:
 * - modules resolve as `Bundler`, not `Node10`: `exports` of package.json are honoured (`vega-lite`, `hono/cors`);
 * - top-level await is parsed as such: `await (expr)` and `for await` compile;
 * - the types of ES2023 that TypeScript 5.0 has are there: `findLast`;
 * - `import()` stays a function call that our evaluator answers;
 * - `{ name }` of an earlier cell's name is written out: tslab would emit `{ exports.name }`, which is no JavaScript;
 * - no system watchers: a file edited just before a cell runs is always seen, and the process holds no handles.
 */
export function adaptCompiler(ts: TslabTypeScript, options: AdaptOptions): AdaptedCompiler {
  const watched = new Map<string, { callback: typescript.FileWatcherCallback; modified: number }>();
  const sys = systemFor(ts, options, watched);
  const latest: Latest = {};
  const adapted = {
    ...ts,
    sys,
    createWatchCompilerHost: (
      roots: string[],
      compilerOptions: typescript.CompilerOptions,
      system: typescript.System,
      ...rest: unknown[]
    ) => {
      const create = ts.createWatchCompilerHost as (...args: unknown[]) => WatchHost;
      const host = create(roots, { ...compilerOptions, ...changedOptions(ts) }, system, ...rest);
      const createProgram = host.createProgram;
      host.createProgram = (...args) => {
        const builder = createProgram(...args);
        latest.builder = builder;
        return withEmit(builder, {
          before: writeOutShorthands(ts, builder),
          onMap: (map) => {
            latest.checkedToScript = map;
          },
        });
      };
      return host;
    },
    transpileModule: (text: string, transpile: typescript.TranspileOptions) => {
      const compilerOptions = { ...transpile.compilerOptions, sourceMap: true };
      const transformers = { before: [callDynamicImport(ts)] };
      const output = ts.transpileModule(text, { ...transpile, compilerOptions, transformers });
      latest.scriptToCommonJs = output.sourceMapText;
      return { ...output, outputText: withoutMapComment(output.outputText) };
    },
  } as unknown as TslabTypeScript;
  return {
    ts: adapted,
    ambientImport: `import "./${ambientModule}";\n`,
    declaredNames: () => {
      const file = latest.builder?.getSourceFile(slashes(join(options.cwd, currentCell)));
      const locals = (file as { locals?: Map<string, typescript.Symbol> } | undefined)?.locals ?? new Map();
      const at = (symbol: typescript.Symbol) => symbol.declarations?.[0]?.pos ?? 0;
      return [...locals].sort(([, one], [, other]) => at(one) - at(other)).map(([name]) => name);
    },
    sourceMaps: () => [latest.checkedToScript, latest.scriptToCommonJs].filter((map) => map !== undefined),
    noticeChangedFiles: () => {
      for (const [path, file] of watched) {
        const modified = modifiedTime(path);
        if (modified === file.modified) continue;
        const kind = modified === 0 ? ts.FileWatcherEventKind.Deleted : ts.FileWatcherEventKind.Changed;
        file.modified = modified;
        file.callback(path, kind);
      }
    },
  };
}

/** What the compiler did last; the cell at hand is always what it does last. */
interface Latest {
  builder?: Builder;
  /** Source maps of the two steps to JavaScript. */
  checkedToScript?: string;
  scriptToCommonJs?: string;
}

type Builder = typescript.EmitAndSemanticDiagnosticsBuilderProgram;
type WatchHost = typescript.WatchCompilerHostOfFilesAndCompilerOptions<Builder>;
type Transformer = typescript.TransformerFactory<typescript.SourceFile>;

function changedOptions(ts: TslabTypeScript): typescript.CompilerOptions {
  return {
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts"],
    disableTopLevelAwait: false,
    sourceMap: true,
  };
}

function systemFor(
  ts: TslabTypeScript,
  { cwd, ambient }: AdaptOptions,
  watched: Map<string, { callback: typescript.FileWatcherCallback; modified: number }>,
): typescript.System {
  const own = ts.sys;
  const ambientPath = slashes(join(cwd, `${ambientModule}.d.ts`));
  const forward = forwardOwnPackage(cwd);
  return {
    ...own,
    getCurrentDirectory: () => slashes(cwd),
    readFile: (path, encoding) => (path === ambientPath ? ambient : own.readFile(forward(path), encoding)),
    fileExists: (path) => path === ambientPath || own.fileExists(forward(path)),
    directoryExists: (path) => own.directoryExists(forward(path)),
    watchFile: (path, callback) => {
      // Files of packages and of the compiler itself do not change under a session; looking at hundreds would cost.
      if (isUserFile(cwd, path)) watched.set(path, { callback, modified: modifiedTime(path) });
      return { close: () => watched.delete(path) };
    },
    watchDirectory: () => ({ close: () => undefined }),
  };
}

/** Where no folder up from `cwd` has `runlab`, paths of one in `cwd` lead to our own copy, as tslab does for itself. */
function forwardOwnPackage(cwd: string): (path: string) => string {
  if (hasPackage(cwd, "runlab")) return (path) => path;
  const from = slashes(join(cwd, "node_modules", "runlab"));
  const root = slashes(ownPackageRoot());
  return (path) => (path === from || path.startsWith(`${from}/`) ? root + path.slice(from.length) : path);
}

function hasPackage(folder: string, name: string): boolean {
  if (existsSync(join(folder, "node_modules", name, "package.json"))) return true;
  const parent = dirname(folder);
  return parent !== folder && hasPackage(parent, name);
}

function isUserFile(cwd: string, path: string): boolean {
  const inside = relative(cwd, path);
  return !inside.startsWith("..") && !inside.split(sep).includes("node_modules");
}

/** ms since the epoch; 0 when there is no such file. */
function modifiedTime(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}

function withEmit(builder: Builder, { before, onMap }: { before: Transformer; onMap: (map: string) => void }): Builder {
  const emit = builder.emit;
  builder.emit = (file, write, cancel, onlyDeclarations, custom) => {
    const writeScript: typescript.WriteFileCallback = (path, text, ...rest) => {
      if (path.endsWith(".js.map")) onMap(text);
      else write?.(path, withoutMapComment(text), ...rest);
    };
    const transformers = { ...custom, before: [before, ...(custom?.before ?? [])] };
    return emit(file, writeScript, cancel, onlyDeclarations, transformers);
  };
  return builder;
}

/** The comment that names a file of the map, which nobody writes. */
function withoutMapComment(js: string): string {
  return js.replace(/\n?\/\/# sourceMappingURL=[^\n]*\n?$/, "\n");
}

/** `{ name }`, where an earlier cell declared the name, to `{ name: exports.name }`. */
function writeOutShorthands(ts: TslabTypeScript, builder: Builder): Transformer {
  const { factory } = ts;
  const checker = builder.getProgram().getTypeChecker();
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

function callDynamicImport(ts: TslabTypeScript): Transformer {
  return (context) => (file) => {
    const visit = (node: typescript.Node): typescript.Node => {
      const inner = ts.visitEachChild(node, visit, context);
      if (!ts.isCallExpression(inner) || inner.expression.kind !== ts.SyntaxKind.ImportKeyword) return inner;
      const callee = ts.factory.createIdentifier(dynamicImportName);
      return ts.factory.createCallExpression(callee, undefined, inner.arguments);
    };
    return ts.visitNode(file, visit) as typescript.SourceFile;
  };
}

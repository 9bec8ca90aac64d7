import { type TypeScript, ts } from "../typescript.js";
import { slashes } from "./resolution.js";

/** What holds in every notebook, whatever its tsconfig.json says: the engine's own way of making programs. */
const fixed: TypeScript.CompilerOptions = {
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  esModuleInterop: true,
  skipLibCheck: true,
  declaration: true,
  sourceMap: true,
  preserveConstEnums: true,
  allowUnreachableCode: true,
  allowUnusedLabels: true,
  noUnusedLocals: false,
  noUnusedParameters: false,
  noEmit: false,
  noEmitOnError: false,
  // What a build wants, and a cell must not have.
  composite: false,
  incremental: false,
  isolatedModules: false,
  isolatedDeclarations: false,
  verbatimModuleSyntax: false,
  erasableSyntaxOnly: false,
  emitDeclarationOnly: false,
  noLib: false,
  removeComments: false,
  stripInternal: false,
  importHelpers: false,
  inlineSourceMap: false,
  declarationMap: false,
  types: [],
};

/** What a tsconfig.json may change. Target ES2024: what Node 20 runs as it is; `using` and decorators are lowered. */
const defaults: TypeScript.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2024,
  lib: ["lib.esnext.d.ts"],
  jsx: ts.JsxEmit.ReactJSX,
};

const dropped = [
  "outDir",
  "outFile",
  "rootDir",
  "rootDirs",
  "declarationDir",
  "tsBuildInfoFile",
  "sourceRoot",
  "mapRoot",
];

export interface Configuration {
  options: TypeScript.CompilerOptions;
  /** What is wrong with the notebook folder's tsconfig.json, for the person; it is then used as far as it goes. */
  problems: string[];
}

/** Options for a notebook in `cwd`: strict by default, the nearest tsconfig.json honoured (that folder's or a parent's). */
export function readConfiguration(cwd: string): Configuration {
  const fileName = ts.findConfigFile(slashes(cwd), ts.sys.fileExists);
  if (fileName === undefined) return { options: { ...defaults, ...fixed }, problems: [] };
  const read = ts.readConfigFile(fileName, ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(
    { ...(read.config ?? {}), files: [], include: [], references: [] },
    ts.sys,
    fileName.slice(0, fileName.lastIndexOf("/")),
    undefined,
    fileName,
  );
  // 18002, 18003: no input files; there are none on purpose.
  const errors = [...(read.error ? [read.error] : []), ...parsed.errors].filter(
    ({ code }) => code !== 18002 && code !== 18003,
  );
  const own: TypeScript.CompilerOptions = { ...parsed.options };
  for (const name of dropped) delete own[name];
  // An older target would only make cells slower; a newer one would let `using` through to a Node that lacks it.
  delete own.target;
  // `preserve` leaves JSX to a bundler; a cell has none behind it.
  if (own.jsx === ts.JsxEmit.Preserve || own.jsx === ts.JsxEmit.ReactNative) delete own.jsx;
  return {
    options: { ...defaults, ...own, ...fixed },
    problems: errors.map(({ messageText }) => `${fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`),
  };
}

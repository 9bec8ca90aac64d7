import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type TypeScript from "typescript";
import { readConfiguration } from "../../kernel/engine/hub/options.js";
import { ts } from "../../kernel/engine/typescript.js";

/** A script as JavaScript, with the local TypeScript files that it imports. */
export interface JavaScriptFiles {
  /** Text by path; the script comes first. */
  files: Map<string, string>;
  /** Where the imported files are, when there are some. */
  folder: string | undefined;
}

/**
 * Compiles a script to what plain Node runs. The local TypeScript files that it imports are compiled into a folder
 * beside it, `<script>.modules/`; JavaScript files and packages stay where they are.
 * @param text - TypeScript, with imports as from `from`'s folder
 * @param from - the notebook's path; @param to - the script's
 */
export function toJavaScript(text: string, from: string, to: string): JavaScriptFiles {
  const source = join(dirname(from), `${basename(to, extname(to))}.convert.mts`);
  const { options } = readConfiguration(dirname(from));
  const compilerOptions: TypeScript.CompilerOptions = {
    ...options,
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2023,
    noCheck: true,
    declaration: false,
    sourceMap: false,
    allowJs: false,
    // Every file is written by the callback below, so the folder only has to be none of the sources'.
    outDir: join(dirname(to), "out"),
  };
  const host = ts.createCompilerHost(compilerOptions, true);
  const read = host.readFile.bind(host);
  host.readFile = (name) => (samePath(name, source) ? text : read(name));
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => samePath(name, source) || exists(name);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    const isOurs =
      samePath(name, source) || (/\.[mc]?tsx?$/.test(name) && !/\.d\.[mc]?ts$|[\\/]node_modules[\\/]/.test(name));
    const content = isOurs ? host.readFile(name) : undefined;
    return content === undefined
      ? getSourceFile(name, ...rest)
      : ts.createSourceFile(name, markBlankLines(content, name), rest[0], true);
  };
  const program = ts.createProgram({ rootNames: [source], options: compilerOptions, host });
  const modules = program
    .getSourceFiles()
    .filter((file) => !file.isDeclarationFile && !program.isSourceFileFromExternalLibrary(file))
    .map(({ fileName }) => resolve(fileName))
    .filter((name) => !samePath(name, source));
  const folder = `${to.slice(0, to.length - extname(to).length)}.modules`;
  const targets = new Map([[resolve(source), to], ...targetPaths(modules, folder)]);
  const files = new Map<string, string>();
  program.emit(
    undefined,
    (_name, written, _bom, _error, sources) => {
      const origin = sources?.[0]?.fileName;
      const target = origin === undefined ? undefined : targets.get(resolve(origin));
      if (target !== undefined) files.set(target, unmarkBlankLines(written));
    },
    undefined,
    false,
    { before: [(context) => (file) => rewrite(file, context)] },
  );
  const script = files.get(to) ?? "";
  files.delete(to);
  return { files: new Map([[to, script], ...files]), folder: files.size > 0 ? folder : undefined };

  /** Imports and `import.meta` of a file, as they mean the same from where its JavaScript is. */
  function rewrite(file: TypeScript.SourceFile, context: TypeScript.TransformationContext): TypeScript.SourceFile {
    const origin = resolve(file.fileName);
    const target = targets.get(origin);
    if (target === undefined) return file;
    const { factory } = context;
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      if (ts.isStringLiteralLike(node) && isSpecifier(node)) {
        const specifier = specifierFor(node.text, origin, target, hasAttributes(node));
        return specifier === node.text ? node : factory.createStringLiteral(specifier);
      }
      if (origin !== resolve(source) && ts.isPropertyAccessExpression(node) && ts.isMetaProperty(node.expression)) {
        const meta = metaOf(node, relativePath(dirname(target), origin), factory);
        if (meta !== undefined) return meta;
      }
      return ts.visitEachChild(node, visit, context);
    };
    return ts.visitEachChild(file, visit, context);
  }

  function specifierFor(specifier: string, origin: string, target: string, attributes: boolean): string {
    const found = ts.resolveModuleName(specifier, origin, compilerOptions, host).resolvedModule;
    const path = found && !found.isExternalLibraryImport ? resolve(found.resolvedFileName) : undefined;
    const compiled = path === undefined ? undefined : targets.get(path);
    if (compiled !== undefined && !attributes) return relativePath(dirname(target), compiled);
    if (!/^\.{0,2}\//.test(specifier)) return specifier;
    return relativePath(dirname(target), path ?? resolve(dirname(origin), specifier));
  }
}

/** `import.meta.url`, `.filename` and `.dirname` of the file that was compiled. */
function metaOf(
  { name }: TypeScript.PropertyAccessExpression,
  origin: string,
  factory: TypeScript.NodeFactory,
): TypeScript.Expression | undefined {
  const property = (object: TypeScript.Expression, key: string) => factory.createPropertyAccessExpression(object, key);
  const call = (callee: TypeScript.Expression, argument: TypeScript.Expression) =>
    factory.createCallExpression(callee, undefined, [argument]);
  const builtin = (module: string) =>
    call(property(factory.createIdentifier("process"), "getBuiltinModule"), factory.createStringLiteral(module));
  const meta = factory.createMetaProperty(ts.SyntaxKind.ImportKeyword, factory.createIdentifier("meta"));
  const url = call(property(meta, "resolve"), factory.createStringLiteral(origin));
  if (name.text === "url") return url;
  const filename = call(property(builtin("node:url"), "fileURLToPath"), url);
  if (name.text === "filename") return filename;
  return name.text === "dirname" ? call(property(builtin("node:path"), "dirname"), filename) : undefined;
}

function isSpecifier(node: TypeScript.StringLiteralLike): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return parent.moduleSpecifier === node;
  return ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword;
}

function hasAttributes({ parent }: TypeScript.StringLiteralLike): boolean {
  if (ts.isCallExpression(parent)) return parent.arguments.length > 1;
  return (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) && parent.attributes !== undefined;
}

/** Where each module's JavaScript goes: as the modules lie to one another. */
function targetPaths(modules: readonly string[], folder: string): Map<string, string> {
  const root = commonFolder(modules);
  const targets = new Map<string, string>();
  const taken = new Set<string>();
  for (const file of modules) {
    const stem = join(folder, relative(root, file)).replace(/\.(?:[mc]?tsx?|json)$/, "");
    let path = `${stem}.mjs`;
    for (let number = 2; taken.has(path); number++) path = `${stem}-${number}.mjs`;
    taken.add(path);
    targets.set(file, path);
  }
  return targets;
}

function commonFolder(files: readonly string[]): string {
  const [first = "", ...rest] = files.map((file) => dirname(file));
  return rest.reduce((common, folder) => {
    let shared = common;
    while (folder !== shared && !folder.startsWith(shared.endsWith(sep) ? shared : shared + sep))
      shared = dirname(shared);
    return shared;
  }, first);
}

function relativePath(folder: string, path: string): string {
  const found = relative(folder, path).split(sep).join("/");
  return found.startsWith(".") ? found : `./${found}`;
}

function samePath(a: string, b: string): boolean {
  return pathToFileURL(a).href === pathToFileURL(b).href;
}

/** The compiler keeps comments and drops blank lines, so that a blank line is a comment while it works. */
const mark = "//:runlab blank line:";

function markBlankLines(text: string, name: string): string {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, true);
  const offsets: number[] = [];
  const visit = (node: TypeScript.Node): void => {
    if (ts.isStatement(node) || ts.isClassElement(node)) {
      const start = node.getStart(file);
      const before = text.slice(node.pos, start);
      for (const found of before.matchAll(/\n(?=[^\S\n]*\n)/g)) offsets.push(node.pos + found.index + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  let result = text;
  for (const offset of [...new Set(offsets)].sort((a, b) => b - a)) {
    result = `${result.slice(0, offset)}${mark}${result.slice(offset)}`;
  }
  return result;
}

/** Only lines of ours change: text of the user's may hold as many blank lines as it likes. */
function unmarkBlankLines(text: string): string {
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() !== mark) lines.push(line);
    else if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
  }
  return lines.join("\n");
}

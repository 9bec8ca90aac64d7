import { setOwn } from "../../../own.js";
import { type TypeScript, ts } from "../typescript.js";
import type { Checker } from "./checker.js";
import type { LocalModule } from "./compiled-extra.js";
import { runtimeNames } from "./layout.js";
import { eachNode, hasModifier } from "./outline.js";
import { slashes } from "./resolution.js";
import { moduleTransformer } from "./transform.js";

/** Compiles the `.ts` files beside the notebook that cells import; each version of a file once. */
export class LocalModules {
  readonly #compiled = new Map<string, LocalModule>();

  readonly #checker: Checker;

  constructor(checker: Checker) {
    this.#checker = checker;
  }

  /** Local files that `file` imports, by specifier, and all that is needed to load them, deepest first. */
  linksOf(file: TypeScript.SourceFile): { links: Record<string, string>; modules: LocalModule[] } {
    const modules = new Map<string, LocalModule>();
    const links = this.#resolve(file).links;
    const open = new Set<string>();
    const visit = (path: string) => {
      if (modules.has(path) || open.has(path)) return;
      open.add(path);
      const module = this.#compile(path);
      for (const link of module ? Object.values(module.links) : []) visit(link);
      if (module) modules.set(path, module);
    };
    for (const path of Object.values(links)) visit(path);
    return { links, modules: [...modules.values()] };
  }

  #compile(path: string): LocalModule | undefined {
    const version = this.#checker.documents.version(path);
    const known = this.#compiled.get(path);
    if (known?.version === version) return known;
    const file = this.#checker.program().getSourceFile(path) ?? this.#readJavaScript(path);
    if (file === undefined) return undefined;
    const module = path.endsWith(".json")
      ? { path, version, js: "", sourceMap: "", head: 0, async: false, commonJs: false, links: {}, imports: [] }
      : this.#transpile(file, version);
    this.#compiled.set(path, module);
    return module;
  }

  /** JavaScript is no part of the program, unless the tsconfig.json says so. */
  #readJavaScript(path: string): TypeScript.SourceFile | undefined {
    const snapshot = this.#checker.documents.snapshot(path);
    if (snapshot === undefined) return undefined;
    return ts.createSourceFile(path, snapshot.getText(0, snapshot.getLength()), ts.ScriptTarget.Latest, true);
  }

  #transpile(file: TypeScript.SourceFile, version: string): LocalModule {
    const { links, imports } = this.#resolve(file);
    const isAsync = awaitsAtTop(file);
    const commonJs = isCommonJs(file) && !isAsync;
    const { options } = this.#checker;
    const output = ts.transpileModule(file.text, {
      // TypeScript takes a `.cjs` or `.mjs` for what it is called; here all become functions of the same shape.
      fileName: file.fileName.replace(/\.[mc](?=[jt]s$)/, "."),
      compilerOptions: {
        ...options,
        module: ts.ModuleKind.CommonJS,
        moduleDetection: commonJs ? ts.ModuleDetectionKind.Legacy : ts.ModuleDetectionKind.Force,
        declaration: false,
        inlineSources: true,
        lib: undefined,
        ...(commonJs ? { alwaysStrict: false, strict: false } : {}),
      },
      transformers: { before: [moduleTransformer()] },
    });
    const parameters = [
      runtimeNames.cell,
      runtimeNames.stop,
      "exports",
      "require",
      "module",
      "__filename",
      "__dirname",
    ];
    const head = `(${isAsync ? "async " : ""}function (${parameters.join(", ")}) {`;
    return {
      path: file.fileName,
      version,
      js: `${head}${output.outputText}\n})`,
      sourceMap: output.sourceMapText ?? "",
      head: head.length,
      async: isAsync,
      commonJs,
      links,
      imports,
    };
  }

  /** What a file imports: local files by path, everything else by name. */
  #resolve(file: TypeScript.SourceFile): { links: Record<string, string>; imports: string[] } {
    const links: Record<string, string> = {};
    const imports = new Set<string>();
    for (const { literal, isStatic } of importedNames(file)) {
      const [resolved] = this.#checker.resolution.resolve([literal], file.fileName, file);
      const found = resolved?.resolvedModule;
      if (found && isLocal(found)) setOwn(links, literal.text, slashes(found.resolvedFileName));
      else if (isStatic) imports.add(literal.text);
    }
    return { links, imports: [...imports] };
  }
}

function isLocal(module: TypeScript.ResolvedModuleFull): boolean {
  const { resolvedFileName: path, extension } = module;
  if (module.isExternalLibraryImport || path.includes("/node_modules/") || /\.d\.[mc]?ts$/.test(path)) return false;
  return /^\.([mc]?[jt]sx?|json)$/.test(extension);
}

/** JavaScript without `import` and `export`, and what is called `.cjs`. */
function isCommonJs(file: TypeScript.SourceFile): boolean {
  if (/\.cjs$/.test(file.fileName)) return true;
  return /\.jsx?$/.test(file.fileName) && !file.statements.some(isModuleSyntax);
}

function isModuleSyntax(statement: TypeScript.Statement): boolean {
  if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) {
    return true;
  }
  return hasModifier(statement, ts.SyntaxKind.ExportKeyword);
}

/** String literals that name modules to load (not those of types alone). */
function importedNames(
  file: TypeScript.SourceFile,
): Array<{ literal: TypeScript.StringLiteralLike; isStatic: boolean }> {
  const found: Array<{ literal: TypeScript.StringLiteralLike; isStatic: boolean }> = [];
  const add = (node: TypeScript.Node | undefined, isStatic: boolean) => {
    if (node && ts.isStringLiteralLike(node)) found.push({ literal: node, isStatic });
  };
  const visit = (node: TypeScript.Node): void => {
    if (ts.isImportDeclaration(node)) {
      if (!node.importClause?.isTypeOnly) add(node.moduleSpecifier, true);
    } else if (ts.isExportDeclaration(node)) {
      if (!node.isTypeOnly) add(node.moduleSpecifier, true);
    } else if (ts.isExternalModuleReference(node)) add(node.expression, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "require") {
      add(node.arguments[0], false);
    }
  };
  if (/\b(import|from|require)\b/.test(file.text)) eachNode(file, visit);
  return found;
}

function awaitsAtTop(file: TypeScript.SourceFile): boolean {
  const visit = (node: TypeScript.Node): boolean => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)) return true;
    if (ts.isVariableDeclarationList(node)) {
      if ((node.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.AwaitUsing) return true;
    }
    return ts.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return visit(file);
}

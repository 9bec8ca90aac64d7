import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import ts from "typescript";
import { packageInfo } from "../src/cli/package-info.js";

/** The folder of runlab's own modules. */
export const source = join(packageInfo().folder, "src");

/** One module or package that a file names. */
export interface Import {
  file: string;
  specifier: string;
  typeOnly: boolean;
  /** Loaded when a call comes to it, not with its module. */
  later: boolean;
}

/** The circles that a walk through the imports runs into, each as its modules in order. */
export function circles(uses: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (module: string, above: readonly string[]): void => {
    if (above.includes(module)) {
      found.push([...above.slice(above.indexOf(module)), module].map(shown).join(" -> "));
      return;
    }
    if (done.has(module)) return;
    for (const used of uses.get(module) ?? []) walk(used, [...above, module]);
    done.add(module);
  };
  for (const module of uses.keys()) walk(module, []);
  return found;
}

/** A module as its importers name it, without `.ts` or `.js`. */
export function withoutEnding(path: string): string {
  return path.replace(/\.[jt]sx?$/, "");
}

/** Every TypeScript file below a folder. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

export function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
}

/** Static imports and re-exports, `import()`, `require()` and `import("…")` types. */
export function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean, later = false) => {
    if (node && ts.isStringLiteralLike(node)) found.push({ file, specifier: node.text, typeOnly, later });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && isLoad(node.expression)) add(node.arguments[0], false, true);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

/** The values that a file imports from modules of a name; `*` for all of one. */
export function importedNames(file: string, module: RegExp): string[] {
  return parse(file).statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || isTypeOnly(statement.importClause)) return [];
    if (!ts.isStringLiteralLike(statement.moduleSpecifier) || !module.test(statement.moduleSpecifier.text)) return [];
    const { name, namedBindings } = statement.importClause ?? {};
    if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return ["*"];
    return namedBindings.elements.filter(({ isTypeOnly }) => !isTypeOnly).map((element) => element.name.text);
  });
}

function isLoad(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require");
}

/** `import type …`, and an import all of whose names are marked `type`. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { namedBindings } = clause;
  if (clause.name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

/** The folder of `src/` that a file is in; `server/` has a room for each kind. A file at the top is a room of its own. */
export function roomOf(path: string): string {
  const [first = "", second = ""] = relative(source, path).split(sep);
  return withoutEnding(first === "server" ? `${first}/${second}` : first);
}

/** The package of `@scope/name/part` or `name/part`. */
export function packageName(specifier: string): string {
  const [scope = "", name = ""] = specifier.split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

/** A path as errors show it: below `src/`, with `/`. */
export function shown(file: string): string {
  return relative(source, file).split(sep).join("/");
}

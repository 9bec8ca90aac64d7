import { type TypeScript, ts } from "../typescript.js";

/** A file as TypeScript's programs and checkers know it, beyond its public type. */
export interface CheckedFile extends TypeScript.SourceFile {
  path: string;
  imports: readonly TypeScript.StringLiteralLike[];
  moduleAugmentations: readonly TypeScript.Node[];
  bindDiagnostics: readonly TypeScript.Diagnostic[];
  commentDirectives?: readonly Directive[];
}

/** A comment that says "ignore" or "expect error" to TypeScript. */
export interface Directive {
  range: TypeScript.TextRange;
  type: number;
}

export type ParseOptions = TypeScript.ScriptTarget | TypeScript.CreateSourceFileOptions;

/** What a program sets in a file that it takes in, and what the file was parsed with. */
interface TakenIn extends CheckedFile {
  resolvedPath: string;
  originalFileName: string;
  packageJsonLocations: unknown;
  packageJsonScope: unknown;
  ambientModuleNames: readonly string[];
  setExternalModuleIndicator: NonNullable<TypeScript.CreateSourceFileOptions["setExternalModuleIndicator"]>;
}

/** TypeScript's `NodeFlags.PossiblyContainsDynamicImport`: of types, too. */
const mayImportInside = 1 << 22;

/** Who parses the newest version of a file. */
interface Parser {
  parse(fileName: string, options: ParseOptions): TypeScript.SourceFile | undefined;
}

/**
 * The newest versions of files, with what each imports.
 * @param olderOf - the version that is in the program
 */
export function withImports(
  names: readonly string[],
  options: TypeScript.CompilerOptions,
  files: Parser,
  olderOf: (name: string) => CheckedFile | undefined,
): Array<CheckedFile | undefined> {
  const plain = new Map(names.map((name) => [name, plainFile(name, files, olderOf(name))]));
  const others = names.filter((name) => plain.get(name) === undefined);
  const collected = others.length === 0 ? undefined : collectedFiles(others, options, files);
  return names.map((name) => plain.get(name) ?? collected?.get(name));
}

/**
 * A file that imports in its own statements alone, as nearly all cells do: what TypeScript does beyond reading those took a
 * sixth of a trivial cell's compilation (measured).
 * @returns undefined when TypeScript has to be asked
 */
function plainFile(name: string, files: Parser, older: CheckedFile | undefined): CheckedFile | undefined {
  if (older === undefined) return undefined;
  const known = older as TakenIn;
  const { languageVersion, impliedNodeFormat, setExternalModuleIndicator } = known;
  const file = files.parse(name, { languageVersion, impliedNodeFormat, setExternalModuleIndicator }) as
    | TakenIn
    | undefined;
  if (file === undefined || file.isDeclarationFile || file.flags & mayImportInside) return undefined;
  // JSX imports a runtime that no statement names.
  if (file.languageVariant !== ts.LanguageVariant.Standard || file.statements.some(ts.isModuleDeclaration))
    return undefined;
  file.path = known.path;
  file.resolvedPath = known.resolvedPath;
  file.originalFileName = known.originalFileName;
  file.packageJsonLocations = known.packageJsonLocations;
  file.packageJsonScope = known.packageJsonScope;
  file.imports = file.statements.flatMap((statement) => specifierOf(statement) ?? []);
  file.moduleAugmentations = [];
  file.ambientModuleNames = [];
  return file;
}

function specifierOf(statement: TypeScript.Statement): TypeScript.StringLiteral | undefined {
  const named =
    ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference)
      ? statement.moduleReference.expression
      : ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)
        ? statement.moduleSpecifier
        : undefined;
  return named && ts.isStringLiteral(named) && named.text !== "" ? named : undefined;
}

/** TypeScript collects what files import as it makes a program, here one of these files alone. */
function collectedFiles(
  names: readonly string[],
  options: TypeScript.CompilerOptions,
  files: Parser,
): Map<string, CheckedFile | undefined> {
  const parsed = new Map<string, CheckedFile | undefined>();
  const { useCaseSensitiveFileNames } = ts.sys;
  ts.createProgram({
    rootNames: names,
    options: { ...options, noLib: true, noResolve: true, types: [] },
    host: {
      getSourceFile: (name, languageVersion) => {
        const file = files.parse(name, languageVersion) as CheckedFile | undefined;
        parsed.set(name, file);
        return file;
      },
      resolveModuleNameLiterals: (literals) => literals.map(() => ({ resolvedModule: undefined })),
      getDefaultLibFileName: () => "",
      writeFile: () => undefined,
      getCurrentDirectory: () => "/",
      getCanonicalFileName: (name) => (useCaseSensitiveFileNames ? name : name.toLowerCase()),
      useCaseSensitiveFileNames: () => useCaseSensitiveFileNames,
      getNewLine: () => "\n",
      fileExists: () => false,
      readFile: () => undefined,
    },
  });
  return parsed;
}

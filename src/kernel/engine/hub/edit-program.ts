import { type TypeScript, ts } from "../typescript.js";

/** What TypeScript's programs, files and checkers have beyond their public types. */
interface EditableProgram {
  getFilesByNameMap(): Map<string, TypeScript.SourceFile | false | undefined>;
  getResolvedModule(file: TypeScript.SourceFile, name: string, mode: TypeScript.ResolutionMode): unknown;
}

interface CheckedFile extends TypeScript.SourceFile {
  path: string;
  imports: readonly TypeScript.StringLiteralLike[];
  moduleAugmentations: readonly TypeScript.Node[];
  bindDiagnostics: readonly TypeScript.Diagnostic[];
  commentDirectives?: readonly Directive[];
}

interface FullChecker extends TypeScript.TypeChecker {
  getDiagnostics(file: TypeScript.SourceFile): readonly TypeScript.Diagnostic[];
}

/** `@ts-ignore` or `@ts-expect-error`. */
interface Directive {
  range: TypeScript.TextRange;
  type: number;
}

/** Reads the newest version of a file. */
export type Parse = (
  fileName: string,
  options: TypeScript.ScriptTarget | TypeScript.CreateSourceFileOptions,
) => TypeScript.SourceFile | undefined;

/**
 * Puts newer versions of files into a program in place; its checker goes on with them. A program that TypeScript makes
 * from an older one looks at every file again, and its checker merges all their globals: a trivial cell paid three quarters of its
 * time for that, and five times as much after an import of a large package (measured). What a program knows
 * besides its files is how they import each other, so an edit is possible where it knows every module that the newer text
 * names. What a checker knows lies with the nodes and symbols of files, and newer files have their own.
 * @param edited - files of the program that have a newer version; none of them declares anything global
 * @returns false when the program must be made anew; nothing has changed then
 */
export function editProgram(program: TypeScript.Program, edited: readonly string[], parse: Parse): boolean {
  const options = program.getCompilerOptions();
  const newer = withImports(edited, options, parse);
  const pairs: Array<{ from: CheckedFile; to: CheckedFile }> = [];
  for (const [index, name] of edited.entries()) {
    const from = program.getSourceFile(name) as CheckedFile | undefined;
    const to = newer[index];
    if (from === undefined || to === undefined || !fits(program, from, to, options)) return false;
    pairs.push({ from, to });
  }
  const files = program.getSourceFiles() as TypeScript.SourceFile[];
  const byName = (program as TypeScript.Program & EditableProgram).getFilesByNameMap();
  for (const { from, to } of pairs) {
    bind(to, options);
    files[files.indexOf(from)] = to;
    byName.set(from.path, to);
  }
  return true;
}

/** Makes a program drop its checker, as it does when it is interrupted at its work. */
export function forgetChecker(program: TypeScript.Program): void {
  const interrupt: TypeScript.CustomTransformers = {
    get afterDeclarations(): never {
      throw new ts.OperationCanceledException();
    },
  };
  type ForcedEmit = (...args: [...Parameters<TypeScript.Program["emit"]>, forced: boolean]) => unknown;
  try {
    (program.emit as ForcedEmit)(program.getSourceFiles()[0], undefined, undefined, true, interrupt, true);
  } catch (error) {
    if (!(error instanceof ts.OperationCanceledException)) throw error;
  }
}

/**
 * TypeScript's semantic errors in a file of an edited program, whose own answer may be that for an older version.
 * @param file - TypeScript; about JavaScript the program itself must be asked
 */
export function semanticErrors(program: TypeScript.Program, file: TypeScript.SourceFile): TypeScript.Diagnostic[] {
  const { bindDiagnostics, commentDirectives } = file as CheckedFile;
  const errors = [...bindDiagnostics, ...(program.getTypeChecker() as FullChecker).getDiagnostics(file)];
  return commentDirectives?.length ? withoutExpected(errors, file, commentDirectives) : errors;
}

/** Only TypeScript itself collects what a file imports; it does so as it makes a program, here one of these files alone. */
function withImports(
  names: readonly string[],
  options: TypeScript.CompilerOptions,
  parse: Parse,
): Array<CheckedFile | undefined> {
  const files = new Map<string, TypeScript.SourceFile | undefined>();
  ts.createProgram({
    rootNames: names,
    options: { ...options, noLib: true, noResolve: true, types: [] },
    host: {
      getSourceFile: (name, languageVersion) => {
        const file = parse(name, languageVersion);
        files.set(name, file);
        return file;
      },
      resolveModuleNameLiterals: (literals) => literals.map(() => ({ resolvedModule: undefined })),
      getDefaultLibFileName: () => "",
      writeFile: () => undefined,
      getCurrentDirectory: () => "/",
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      fileExists: () => false,
      readFile: () => undefined,
    },
  });
  return names.map((name) => files.get(name) as CheckedFile | undefined);
}

function fits(
  program: TypeScript.Program,
  from: CheckedFile,
  to: CheckedFile,
  options: TypeScript.CompilerOptions,
): boolean {
  const known = program as TypeScript.Program & EditableProgram;
  if (from.path !== to.path || from.impliedNodeFormat !== to.impliedNodeFormat) return false;
  if ([from, to].some((file) => hasReferences(file) || file.moduleAugmentations.length > 0)) return false;
  return to.imports.every((literal) => {
    const mode = ts.getModeForUsageLocation(to, literal, options);
    return known.getResolvedModule(from, literal.text, mode) !== undefined;
  });
}

function hasReferences(file: TypeScript.SourceFile): boolean {
  const { referencedFiles, libReferenceDirectives, typeReferenceDirectives } = file;
  return referencedFiles.length + libReferenceDirectives.length + typeReferenceDirectives.length > 0;
}

/** A new checker binds every file; one that goes on is given files that are bound. */
function bind(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void {
  const { bindSourceFile } = ts as unknown as {
    bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
  };
  bindSourceFile(file, options);
}

/** Heeds directives: each holds for the next line that is neither empty nor a comment. */
function withoutExpected(
  errors: readonly TypeScript.Diagnostic[],
  file: TypeScript.SourceFile,
  directives: readonly Directive[],
): TypeScript.Diagnostic[] {
  const lines = file.text.split(/\r\n|[\n\r\u2028\u2029]/);
  const lineOf = (offset: number) => file.getLineAndCharacterOfPosition(offset).line;
  const byLine = new Map(directives.map((directive) => [lineOf(directive.range.end), directive]));
  const used = new Set<Directive>();
  const kept = errors.filter(({ start = 0 }) => {
    for (let line = lineOf(start) - 1; line >= 0; line -= 1) {
      const directive = byLine.get(line);
      if (directive) {
        used.add(directive);
        return false;
      }
      if (!/^\s*(\/\/.*)?$/.test(lines[line] ?? "")) return true;
    }
    return true;
  });
  const idle = directives.filter((directive) => directive.type === expectError && !used.has(directive));
  return [...kept, ...idle.map(({ range }) => unusedDirective(file, range))];
}

/** TypeScript's `CommentDirectiveType.ExpectError`. */
const expectError = 0;

function unusedDirective(file: TypeScript.SourceFile, { pos, end }: TypeScript.TextRange): TypeScript.Diagnostic {
  const messageText = "Unused '@ts-expect-error' directive.";
  return { category: ts.DiagnosticCategory.Error, code: 2578, file, start: pos, length: end - pos, messageText };
}

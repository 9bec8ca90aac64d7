import { type TypeScript, ts } from "../typescript.js";
import { type CheckedFile, type Directive, type ParseOptions, withImports } from "./collect-imports.js";

/** What TypeScript's programs, files and checkers have beyond their public types. */
interface EditableProgram extends TypeScript.Program {
  getFilesByNameMap(): Map<string, TypeScript.SourceFile | false | undefined>;
  /** Why each file is in the program, by its path. */
  getFileIncludeReasons(): Map<string, IncludeReason[]>;
  resolvedModules: Map<string, Resolutions>;
}

interface Resolutions {
  get(name: string, mode: TypeScript.ResolutionMode): Resolved | undefined;
  set(name: string, mode: TypeScript.ResolutionMode, resolved: Resolved): void;
}

/** An import is the file's `index`-th; TypeScript writes types with the words of an import that is there already. */
interface IncludeReason {
  kind: number;
  file?: string;
  index?: number;
}

/** TypeScript's `FileIncludeKind.Import`. */
const byImport = 3;

export type Resolved = TypeScript.ResolvedModuleWithFailedLookupLocations;

interface FullChecker extends TypeScript.TypeChecker {
  getDiagnostics(file: TypeScript.SourceFile): readonly TypeScript.Diagnostic[];
}

/** The files that an edit may change or bring into the program: what cells say. */
export interface CellFiles {
  isOfCells(fileName: string): boolean;
  /** The newest version. */
  parse(fileName: string, options: ParseOptions): TypeScript.SourceFile | undefined;
  /** What an import in a file means. */
  resolve(literal: TypeScript.StringLiteralLike, file: TypeScript.SourceFile): Resolved | undefined;
}

/** A file's newer version, or one that is new to the program. */
interface Change {
  from: CheckedFile | undefined;
  to: CheckedFile;
  resolved: Array<{ name: string; mode: TypeScript.ResolutionMode; resolved: Resolved }>;
}

/**
 * Puts newer versions of cells' files into a program in place, and files that these import; its checker goes on with them.
 * A program that TypeScript makes from an older one looks at every file again, and its checker merges all their globals: a
 * trivial cell took three times as long for that, and seven times after an import of a large package (measured). What a
 * program knows besides its files is what their imports mean. What a checker knows lies with the nodes and symbols of files, and
 * newer files have their own.
 * @param edited - files that have a newer version; one that the program lacks comes in when something imports it
 * @returns false when the program must be made anew: a cell declares something global, or imports what the program lacks;
 * nothing has changed then
 */
export function editProgram(program: TypeScript.Program, edited: readonly string[], files: CellFiles): boolean {
  const editable = program as EditableProgram;
  const changes = changesOf(editable, edited, files);
  if (changes === undefined) return false;
  const all = program.getSourceFiles() as TypeScript.SourceFile[];
  for (const { from, to } of changes) {
    bind(to, program.getCompilerOptions());
    if (from === undefined) all.push(to);
    else all[all.indexOf(from)] = to;
    editable.getFilesByNameMap().set(to.path, to);
  }
  // Once every file is there: imports lead from one to another.
  for (const change of changes) link(editable, change);
  return true;
}

/** Lets a file's imports mean what they do now, and no longer what those of its older version did. */
function link(program: EditableProgram, { from, to, resolved }: Change): void {
  const reasons = program.getFileIncludeReasons();
  const known = program.resolvedModules.get(to.path) ?? newResolutions();
  const targetOf = (found: Resolved | undefined) => {
    const fileName = found?.resolvedModule?.resolvedFileName;
    return fileName && (program.getSourceFile(fileName) as CheckedFile | undefined)?.path;
  };
  for (const literal of from?.imports ?? []) {
    const mode = ts.getModeForUsageLocation(to, literal, program.getCompilerOptions());
    const target = targetOf(known.get(literal.text, mode));
    if (target === undefined) continue;
    const others = (reasons.get(target) ?? []).filter(({ file }) => file !== to.path);
    reasons.set(target, others);
  }
  for (const [index, each] of resolved.entries()) {
    known.set(each.name, each.mode, each.resolved);
    const target = targetOf(each.resolved);
    if (target === undefined) continue;
    reasons.set(target, [...(reasons.get(target) ?? []), { kind: byImport, file: to.path, index }]);
  }
  program.resolvedModules.set(to.path, known);
}

function changesOf(program: EditableProgram, edited: readonly string[], files: CellFiles): Change[] | undefined {
  const options = program.getCompilerOptions();
  const changes = new Map<string, Change>();
  for (let names = edited.filter((name) => program.getSourceFile(name)); names.length > 0; ) {
    const wanted = new Set<string>();
    const olderOf = (name: string) => program.getSourceFile(name) as CheckedFile | undefined;
    for (const to of withImports(names, options, files, olderOf)) {
      if (to === undefined) return undefined;
      const from = olderOf(to.fileName);
      if (!files.isOfCells(to.fileName) || [from, to].some((file) => file && isGlobal(file))) return undefined;
      const resolved: Change["resolved"] = [];
      for (const literal of to.imports) {
        const found = files.resolve(literal, to);
        if (found === undefined) return undefined;
        const mode = ts.getModeForUsageLocation(to, literal, options);
        resolved.push({ name: literal.text, mode, resolved: found });
        const target = found.resolvedModule?.resolvedFileName;
        if (target === undefined || program.getSourceFile(target)) continue;
        if (!files.isOfCells(target)) return undefined;
        wanted.add(target);
      }
      changes.set(to.fileName, { from, to, resolved });
    }
    names = [...wanted].filter((name) => !changes.has(name));
  }
  return [...changes.values()];
}

function newResolutions(): Resolutions {
  return (ts as unknown as { createModeAwareCache(): Resolutions }).createModeAwareCache();
}

/** Whether the imports of a file of the program still lead to the files that they did when the program was made. */
export function importsAreCurrent(
  program: TypeScript.Program,
  file: TypeScript.SourceFile,
  resolve: (literal: TypeScript.StringLiteralLike) => Resolved | undefined,
): boolean {
  const known = (program as EditableProgram).resolvedModules.get((file as CheckedFile).path);
  return (file as CheckedFile).imports.every((literal) => {
    const mode = ts.getModeForUsageLocation(file, literal, program.getCompilerOptions());
    const before = known?.get(literal.text, mode)?.resolvedModule?.resolvedFileName;
    return resolve(literal)?.resolvedModule?.resolvedFileName === before;
  });
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
 * @returns `errors`; and whether the checker has found any, be they expected by a comment or not
 */
export function semanticErrors(
  program: TypeScript.Program,
  file: TypeScript.SourceFile,
): { errors: readonly TypeScript.Diagnostic[]; found: boolean } {
  const { bindDiagnostics, commentDirectives } = file as CheckedFile;
  const found = (program.getTypeChecker() as FullChecker).getDiagnostics(file);
  const all = [...bindDiagnostics, ...found];
  const errors = commentDirectives?.length ? withoutExpected(all, file, commentDirectives) : all;
  return { errors, found: found.length > 0 };
}

/** Whether a file says something about others. */
function isGlobal(file: CheckedFile): boolean {
  const { referencedFiles, libReferenceDirectives, typeReferenceDirectives, moduleAugmentations } = file;
  return [referencedFiles, libReferenceDirectives, typeReferenceDirectives, moduleAugmentations].some(
    ({ length }) => length > 0,
  );
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

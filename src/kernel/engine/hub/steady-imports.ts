import { type TypeScript, ts } from "../typescript.js";

/**
 * Makes a file in memory import the same modules in the same order as the text it replaces, whatever its own text
 * imports: a program whose files keep their imports is reused as it is, while one import more or less costs a walk over
 * every file, 25 ms in an empty notebook and 200 ms after an import of a large package (measured).
 * @param names - modules that the file imports beside its own; each is known to be found
 */
export function holdImports(
  file: TypeScript.SourceFile,
  names: readonly string[],
  options: TypeScript.CompilerOptions,
): void {
  const held: { imports?: readonly TypeScript.StringLiteralLike[] } = {};
  // TypeScript collects a file's imports when it makes a program, and keeps them here.
  Object.defineProperty(file, "imports", {
    configurable: true,
    enumerable: true,
    get: () => held.imports,
    set: (found: readonly TypeScript.StringLiteralLike[]) => {
      held.imports = steady(file, found, names, options);
    },
  });
}

function steady(
  file: TypeScript.SourceFile,
  found: readonly TypeScript.StringLiteralLike[],
  names: readonly string[],
  options: TypeScript.CompilerOptions,
): TypeScript.StringLiteralLike[] {
  const wanted = new Set(names);
  const own = new Map<string, TypeScript.StringLiteralLike>();
  const others: TypeScript.StringLiteralLike[] = [];
  for (const literal of found) {
    // `import x = require("m")` may mean another file than `import`.
    const isPlain = ts.getModeForUsageLocation(file, literal, options) !== ts.ModuleKind.CommonJS;
    if (!isPlain || !wanted.has(literal.text)) others.push(literal);
    else if (!own.has(literal.text)) own.set(literal.text, literal);
  }
  return [...others, ...names.map((name) => own.get(name) ?? unwritten(file, name))];
}

/** An import that stands in no text, as TypeScript makes one for JSX's runtime. */
function unwritten(file: TypeScript.SourceFile, name: string): TypeScript.StringLiteral {
  const literal = ts.factory.createStringLiteral(name);
  const declaration = ts.factory.createImportDeclaration(undefined, undefined, literal);
  const real = ~ts.NodeFlags.Synthesized;
  Object.assign(literal, { parent: declaration, flags: literal.flags & real });
  Object.assign(declaration, { parent: file, flags: declaration.flags & real });
  return literal;
}

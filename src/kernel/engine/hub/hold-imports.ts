import { type TypeScript, ts } from "../typescript.js";

/**
 * Makes a file in memory import modules that its text does not name, so that they stay in the program, and TypeScript
 * finds their names when it writes a type.
 * @param names - each is known to be found
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
      // `import x = require("m")` may mean another file than `import`.
      const isPlain = (literal: TypeScript.StringLiteralLike) =>
        ts.getModeForUsageLocation(file, literal, options) !== ts.ModuleKind.CommonJS;
      const own = new Set(found.filter(isPlain).map(({ text }) => text));
      held.imports = [...found, ...names.filter((name) => !own.has(name)).map((name) => unwritten(file, name))];
    },
  });
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

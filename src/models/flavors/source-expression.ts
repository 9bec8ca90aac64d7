import { Script } from "node:vm";

/**
 * A function's or class's source as an expression: a method (`predict(x) { … }`) is written as in an object.
 * @param name - the function's own, which is the method's key
 * @returns undefined for a source that is none, such as `[native code]`
 */
export function sourceExpression(source: string, name: string): string | undefined {
  if (parses(`(${source})`)) return `(${source})`;
  const member = /^(?:async)?\s*(?:\*\s*)?(?:\[|[\p{ID_Start}$_"'\d])/u.test(source)
    ? `({ ${source} })[${JSON.stringify(name)}]`
    : "";
  return member !== "" && parses(member) ? member : undefined;
}

function parses(code: string): boolean {
  try {
    // Only compiled, never run. `await` and `import.meta` of a cell stand inside functions.
    new Script(code.replaceAll("import.meta", "import_meta"));
    return !/\{\s*\[native code\]\s*\}\)?$/.test(code);
  } catch {
    return false;
  }
}

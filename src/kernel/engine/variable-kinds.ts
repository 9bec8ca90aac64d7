/** Kinds of completion entries, in TypeScript's words (`ScriptElementKind`), that hold a value of the user's. */
const kinds: ReadonlySet<string> = new Set(["const", "let", "var", "local var", "parameter", "using", "await using"]);

/** Whether a completion entry is a variable. */
export function isVariable(name: string, kind: string): boolean {
  return kinds.has(kind) && name !== "arguments";
}

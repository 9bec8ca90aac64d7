/** Kinds of completion entries, in TypeScript's words (`ScriptElementKind`), that hold a value of the user's. */
const kinds: ReadonlySet<string> = new Set(["const", "let", "var", "local var", "parameter", "using", "await using"]);

/** TypeScript's `SortText.GlobalsOrKeywords`: what no code of the notebook declares; what sorts before it, some code does. */
const globals = "15";

/** Whether a completion entry is a variable that the notebook declares. */
export function isOwnVariable(name: string, { kind, sortText }: { kind: string; sortText: string }): boolean {
  return kinds.has(kind) && sortText < globals && name !== "arguments";
}

import { ts } from "../typescript.js";

/** Names of the variables that a text of declarations has at its top, as tslab's converter writes them. */
export function declaredVariables(declarations: string): Set<string> {
  const file = ts.createSourceFile("declarations.d.ts", declarations, ts.ScriptTarget.Latest);
  const names = file.statements.flatMap((statement) =>
    ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []))
      : [],
  );
  return new Set(names);
}

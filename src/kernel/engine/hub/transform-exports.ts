import { type TypeScript, ts } from "../typescript.js";

/** A declaration without its `export`. An anonymous default export has no name to keep; nothing can refer to it. */
export function withoutExport(statement: TypeScript.Statement): TypeScript.Statement {
  const { factory } = ts;
  const keep = (modifiers: TypeScript.NodeArray<TypeScript.ModifierLike> | undefined) =>
    modifiers?.filter(({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword);
  if (ts.isFunctionDeclaration(statement)) {
    if (statement.name === undefined) return factory.createNotEmittedStatement(statement);
    return factory.updateFunctionDeclaration(
      statement,
      keep(statement.modifiers),
      statement.asteriskToken,
      statement.name,
      statement.typeParameters,
      statement.parameters,
      statement.type,
      statement.body,
    );
  }
  if (ts.isClassDeclaration(statement)) {
    if (statement.name === undefined) return factory.createNotEmittedStatement(statement);
    const { name, typeParameters, heritageClauses, members } = statement;
    return factory.updateClassDeclaration(
      statement,
      keep(statement.modifiers),
      name,
      typeParameters,
      heritageClauses,
      members,
    );
  }
  const modifiers = ts.canHaveModifiers(statement) ? keep(ts.getModifiers(statement) as never) : undefined;
  if (ts.isEnumDeclaration(statement)) {
    return factory.updateEnumDeclaration(statement, modifiers, statement.name, statement.members);
  }
  if (ts.isModuleDeclaration(statement)) {
    return factory.updateModuleDeclaration(statement, modifiers, statement.name, statement.body);
  }
  return statement;
}

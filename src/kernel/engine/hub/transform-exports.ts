import { type TypeScript, ts } from "../typescript.js";
import { boxAccess, type CellNames } from "./cell-names.js";
import { bindModule, bindNames, type Pair } from "./transform-imports.js";

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

/**
 * What `export { a as b }` and `export … from` name, for later cells; statements for the cell's head.
 * @returns undefined when nothing is to run: the names are types, or stand for themselves
 */
export function exportToBindings(
  node: TypeScript.ExportDeclaration,
  names: CellNames,
): TypeScript.Statement | undefined {
  if (node.isTypeOnly) return undefined;
  const clause = node.exportClause;
  const pairs: Pair[] = [];
  if (clause && ts.isNamespaceExport(clause)) {
    if (ts.isIdentifier(clause.name)) pairs.push([clause.name, "*"]);
  } else {
    for (const { name, propertyName = name, isTypeOnly } of clause?.elements ?? []) {
      if (isTypeOnly || !ts.isIdentifier(name) || name.text === "default" || !names.importsValue(name)) continue;
      if (node.moduleSpecifier || name !== propertyName) pairs.push([name, propertyName.text]);
    }
  }
  if (node.moduleSpecifier) return bindModule(node, node.moduleSpecifier, pairs, names);
  return pairs.length === 0 ? undefined : followOwn(node, pairs, names);
}

/** Names of the cell under other names: `$$cell.bind({ get a() { return box.v } }, [[box, "a", "b"]], "")`. */
function followOwn(node: TypeScript.ExportDeclaration, pairs: readonly Pair[], names: CellNames): TypeScript.Statement {
  const { factory } = ts;
  const getters = [...new Set(pairs.map(([, own]) => own))].map((own) => {
    const body = factory.createBlock([factory.createReturnStatement(boxAccess(names, own))]);
    return factory.createGetAccessorDeclaration(undefined, own, [], undefined, body);
  });
  const exports = factory.createObjectLiteralExpression(getters);
  const bound = bindNames(exports, pairs, factory.createStringLiteral(""), names);
  return ts.setTextRange(factory.createExpressionStatement(bound), node);
}

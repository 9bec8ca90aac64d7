import { type TypeScript, ts } from "../typescript.js";
import { boxAccess, type CellNames } from "./cell-names.js";
import { callOnCell } from "./factory.js";

/**
 * A static import as statements at the cell's head: `$$cell.bind((await $$cell.load("m")).exports, [[box, "name"], …])`.
 * @returns undefined when the import names types alone; it is then left out, as TypeScript leaves it out
 */
export function importToBindings(
  node: TypeScript.ImportDeclaration | TypeScript.ImportEqualsDeclaration,
  names: CellNames,
  visit: TypeScript.Visitor,
): TypeScript.Statement | undefined {
  if (ts.isImportEqualsDeclaration(node)) return importEquals(node, names, visit);
  const clause = node.importClause;
  if (clause?.isTypeOnly) return undefined;
  const pairs: Pair[] = [];
  if (clause?.name) pairs.push([clause.name, "default"]);
  const bindings = clause?.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) pairs.push([bindings.name, "*"]);
  else if (bindings) {
    for (const element of bindings.elements) {
      if (!element.isTypeOnly) pairs.push([element.name, (element.propertyName ?? element.name).text]);
    }
  }
  const values = pairs.filter(([local]) => names.importsValue(local));
  if (clause && values.length === 0) return undefined;
  return bindModule(node, node.moduleSpecifier, values, names);
}

/** A name of the cell, and what it is called in the module; `*` is the module itself. */
type Pair = readonly [local: TypeScript.Identifier, imported: string];

/** Loads a module, and makes names of the cell follow its bindings. */
function bindModule(
  node: TypeScript.ImportDeclaration | TypeScript.ExportDeclaration,
  specifier: TypeScript.Expression,
  pairs: readonly Pair[],
  names: CellNames,
): TypeScript.Statement {
  const attributes = attributesOf(node);
  const loaded = ts.factory.createAwaitExpression(
    callOnCell("load", attributes ? [specifier, attributes] : [specifier]),
  );
  const exports = ts.factory.createPropertyAccessExpression(loaded, "exports");
  const whole = pairs.length === 0 ? loaded : bindNames(exports, pairs, specifier, names);
  return ts.setTextRange(ts.factory.createExpressionStatement(whole), node);
}

/** `$$cell.bind(exports, [[box, "imported", "local"], …], "m")` */
function bindNames(
  exports: TypeScript.Expression,
  pairs: readonly Pair[],
  specifier: TypeScript.Expression,
  names: CellNames,
): TypeScript.Expression {
  const { factory } = ts;
  const texts = pairs.map(([local, imported]) => {
    const box = boxAccess(names, local.text).expression;
    const [from, to] = [factory.createStringLiteral(imported), factory.createStringLiteral(local.text)];
    return factory.createArrayLiteralExpression([box, from, to]);
  });
  return callOnCell("bind", [exports, factory.createArrayLiteralExpression(texts), specifier]);
}

/** `import x = require("m")` and `import x = Namespace.y`. */
function importEquals(
  node: TypeScript.ImportEqualsDeclaration,
  names: CellNames,
  visit: TypeScript.Visitor,
): TypeScript.Statement | undefined {
  if (node.isTypeOnly || !names.importsValue(node.name)) return undefined;
  const reference = node.moduleReference;
  const value = ts.isExternalModuleReference(reference)
    ? ts.factory.createAwaitExpression(callOnCell("require", [reference.expression]))
    : entityToExpression(reference, names, visit);
  const assignment = ts.factory.createAssignment(boxAccess(names, node.name.text), value);
  return ts.setTextRange(ts.factory.createExpressionStatement(assignment), node);
}

function entityToExpression(
  name: TypeScript.EntityName,
  names: CellNames,
  visit: TypeScript.Visitor,
): TypeScript.Expression {
  if (ts.isIdentifier(name)) return boxAccess(names, name.text);
  return ts.factory.createPropertyAccessExpression(entityToExpression(name.left, names, visit), name.right.text);
}

/** `with { type: "json" }` as the options of a dynamic import. */
function attributesOf(
  node: TypeScript.ImportDeclaration | TypeScript.ExportDeclaration,
): TypeScript.Expression | undefined {
  if (node.attributes === undefined) return undefined;
  const { factory } = ts;
  const pairs = node.attributes.elements.map(({ name, value }) => factory.createPropertyAssignment(name.text, value));
  return factory.createObjectLiteralExpression([
    factory.createPropertyAssignment("with", factory.createObjectLiteralExpression(pairs)),
  ]);
}

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

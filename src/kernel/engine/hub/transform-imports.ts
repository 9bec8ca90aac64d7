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
export type Pair = readonly [local: TypeScript.Identifier, imported: string];

/** Loads a module, and makes names of the cell follow its bindings. */
export function bindModule(
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
export function bindNames(
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

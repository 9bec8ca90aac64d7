import { type TypeScript, ts } from "../typescript.js";
import { boxAccess, type CellNames } from "./cell-names.js";
import { callOnCell } from "./factory.js";

/**
 * A static import as statements at the cell's head: `$$cell.bind(await $$cell.import("m"), [[box, "name"], …])`.
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
  const { factory } = ts;
  const pairs: TypeScript.Expression[] = [];
  const pair = (local: TypeScript.Identifier, imported: string) => {
    if (!names.importsValue(local)) return;
    boxAccess(names, local.text);
    const box = boxAccess(names, local.text).expression;
    pairs.push(
      factory.createArrayLiteralExpression([
        box,
        factory.createStringLiteral(imported),
        factory.createStringLiteral(local.text),
      ]),
    );
  };
  if (clause?.name) pair(clause.name, "default");
  const bindings = clause?.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) pair(bindings.name, "*");
  else if (bindings) {
    for (const element of bindings.elements) {
      if (!element.isTypeOnly) pair(element.name, (element.propertyName ?? element.name).text);
    }
  }
  if (clause && pairs.length === 0) return undefined;
  const attributes = attributesOf(node);
  const loaded = factory.createAwaitExpression(
    callOnCell("import", attributes ? [node.moduleSpecifier, attributes] : [node.moduleSpecifier]),
  );
  const whole =
    pairs.length === 0
      ? loaded
      : callOnCell("bind", [loaded, factory.createArrayLiteralExpression(pairs), node.moduleSpecifier]);
  return ts.setTextRange(factory.createExpressionStatement(whole), node);
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
    ? ts.factory.createCallExpression(ts.factory.createIdentifier("require"), undefined, [reference.expression])
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
function attributesOf(node: TypeScript.ImportDeclaration): TypeScript.Expression | undefined {
  if (node.attributes === undefined) return undefined;
  const { factory } = ts;
  const pairs = node.attributes.elements.map(({ name, value }) => factory.createPropertyAssignment(name.text, value));
  return factory.createObjectLiteralExpression([
    factory.createPropertyAssignment("with", factory.createObjectLiteralExpression(pairs)),
  ]);
}

import { type TypeScript, ts } from "../typescript.js";
import { boxAccess, type CellNames } from "./cell-names.js";
import { runtimeNames } from "./layout.js";

/** `$$cell.name(args)` */
export function callOnCell(name: string, args: readonly TypeScript.Expression[]): TypeScript.CallExpression {
  const { factory } = ts;
  const callee = factory.createPropertyAccessExpression(factory.createIdentifier(runtimeNames.cell), name);
  return factory.createCallExpression(callee, undefined, args);
}

/**
 * `if (typeof $$stop === "object" && …) $$cell.verb();`. A function that is run elsewhere from its own source text (in a
 * worker, a browser's page) has no such flag there, and runs on.
 * @param wanted - the condition, from the flag's words
 */
export function interruptCheck(
  wanted: (word: (index: number) => TypeScript.Expression) => TypeScript.Expression,
  verb: string,
): TypeScript.Statement {
  const { factory } = ts;
  const flag = factory.createIdentifier(runtimeNames.stop);
  const isThere = factory.createStrictEquality(
    factory.createTypeOfExpression(flag),
    factory.createStringLiteral("object"),
  );
  const condition = wanted((index) => factory.createElementAccessExpression(flag, index));
  return factory.createIfStatement(
    factory.createLogicalAnd(isThere, condition),
    factory.createExpressionStatement(callOnCell(verb, [])),
  );
}

/** A key of an object literal that makes an own property: `__proto__: x` would set the prototype. */
export function ownKey(name: string): TypeScript.PropertyName | string {
  return name === "__proto__" ? ts.factory.createComputedPropertyName(ts.factory.createStringLiteral(name)) : name;
}

/** Gives an anonymous function or class the name a declaration would give it: `{ f: () => {} }.f`. */
export function named(name: string, value: TypeScript.Expression): TypeScript.Expression {
  const anonymous =
    ts.isArrowFunction(value) ||
    ((ts.isFunctionExpression(value) || ts.isClassExpression(value)) && value.name === undefined);
  if (!anonymous) return value;
  const { factory } = ts;
  const holder = factory.createObjectLiteralExpression([factory.createPropertyAssignment(ownKey(name), value)]);
  return factory.createPropertyAccessExpression(holder, name);
}

/** `a = 1, { b } = x` as assignments to boxes; undefined when nothing is assigned (`var a`). */
export function declarationsToAssignments(
  list: TypeScript.VariableDeclarationList,
  names: CellNames,
  visit: TypeScript.Visitor,
): TypeScript.Expression | undefined {
  const { factory } = ts;
  const isVar = !(list.flags & ts.NodeFlags.BlockScoped);
  const assignments = list.declarations.flatMap((declaration): TypeScript.Expression[] => {
    if (declaration.initializer === undefined && isVar) return [];
    const value = declaration.initializer
      ? (ts.visitNode(declaration.initializer, visit, ts.isExpression) ?? declaration.initializer)
      : factory.createVoidZero();
    const target = patternToTarget(declaration.name, names, visit);
    const whole = ts.isIdentifier(declaration.name) ? named(declaration.name.text, value) : value;
    return [ts.setTextRange(factory.createAssignment(target, whole), declaration)];
  });
  const [first, ...rest] = assignments;
  return rest.reduce<TypeScript.Expression | undefined>(
    (left, right) => left && factory.createComma(left, right),
    first,
  );
}

/** A binding pattern as the assignment pattern of the same shape, over boxes. */
export function patternToTarget(
  name: TypeScript.BindingName,
  names: CellNames,
  visit: TypeScript.Visitor,
): TypeScript.Expression {
  const { factory } = ts;
  const expression = (node: TypeScript.Expression) => ts.visitNode(node, visit, ts.isExpression) ?? node;
  const withDefault = (element: TypeScript.BindingElement): TypeScript.Expression => {
    const target = patternToTarget(element.name, names, visit);
    if (element.initializer === undefined) return target;
    const value = expression(element.initializer);
    return factory.createAssignment(target, ts.isIdentifier(element.name) ? named(element.name.text, value) : value);
  };
  if (ts.isIdentifier(name)) return ts.setTextRange(boxAccess(names, name.text), name);
  if (ts.isArrayBindingPattern(name)) {
    const elements = name.elements.map((element): TypeScript.Expression => {
      if (ts.isOmittedExpression(element)) return element;
      return element.dotDotDotToken ? factory.createSpreadElement(withDefault(element)) : withDefault(element);
    });
    return ts.setTextRange(factory.createArrayLiteralExpression(elements), name);
  }
  const properties = name.elements.map((element): TypeScript.ObjectLiteralElementLike => {
    if (element.dotDotDotToken) return factory.createSpreadAssignment(withDefault(element));
    const key = element.propertyName ?? element.name;
    const property = ts.isPropertyName(key) ? (ts.visitNode(key, visit, ts.isPropertyName) ?? key) : "";
    return ts.setTextRange(factory.createPropertyAssignment(property, withDefault(element)), element);
  });
  return ts.setTextRange(factory.createObjectLiteralExpression(properties), name);
}

/**
 * Calls that TypeScript makes of JSX go to the names of cells: `h("b", …)` becomes `$_h.v("b", …)`.
 * After its own JSX transformer, which makes the callee anew.
 */
export function factoryCalls(
  names: CellNames,
  context: TypeScript.TransformationContext,
  file: TypeScript.SourceFile,
  shared: ReadonlySet<string>,
): TypeScript.SourceFile {
  const box = (node: TypeScript.Expression): TypeScript.Expression => {
    if (ts.isPropertyAccessExpression(node)) {
      return ts.factory.updatePropertyAccessExpression(node, box(node.expression), node.name);
    }
    return ts.isIdentifier(node) && node.pos < 0 && shared.has(node.text) ? boxAccess(names, node.text) : node;
  };
  const visit = (node: TypeScript.Node): TypeScript.Node => {
    const inner = ts.visitEachChild(node, visit, context);
    if (!ts.isCallExpression(inner) || inner.arguments.length < 2) return inner;
    const [tag, ...rest] = inner.arguments;
    if (tag === undefined) return inner;
    return ts.factory.updateCallExpression(inner, box(inner.expression), undefined, [box(tag), ...rest]);
  };
  return ts.visitEachChild(file, visit, context);
}

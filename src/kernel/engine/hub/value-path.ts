import type { ValuePath } from "../engine.js";
import { type TypeScript, ts } from "../typescript.js";

/** Calls that give an element of what they are called on, and calls that give as many of its elements as they like. */
const oneOf = new Set(["at", "find", "findLast", "get", "pop", "shift"]);
const someOf = new Set(["concat", "filter", "reverse", "slice", "sort", "splice", "toReversed", "toSorted", "values"]);

/** Callbacks that are given elements: the number of the first parameter that is one. */
const taking: ReadonlyMap<string, number> = new Map([
  ...["every", "filter", "find", "findIndex", "findLast", "flatMap", "forEach", "map", "some", "sort", "toSorted"].map(
    (name): [string, number] => [name, 0],
  ),
  ["reduce", 1],
]);

/** Longest chain that is followed, in steps. */
const mostSteps = 20;

/**
 * The way to the value in front of the dot at `position`, where its type does not say which keys it has: `any`, and records of any
 * key. It begins at a name that cells share: `row.` in `for (const row of rows)` leads to the first of `rows`.
 */
export function valuePathAt(
  file: TypeScript.SourceFile,
  position: number,
  checker: TypeScript.TypeChecker,
): ValuePath | undefined {
  const access = accessAt(file, position);
  if (access === undefined || !hasOpenKeys(checker.getTypeAtLocation(access.expression), checker)) return undefined;
  return new PathFinder(checker).of(access.expression, mostSteps);
}

function accessAt(file: TypeScript.SourceFile, position: number): TypeScript.PropertyAccessExpression | undefined {
  let found: TypeScript.PropertyAccessExpression | undefined;
  const visit = (node: TypeScript.Node): void => {
    if (node.pos > position || node.end < position) return;
    const isHere =
      ts.isPropertyAccessExpression(node) &&
      /^\s*\??\.\s*[\p{ID_Continue}$]*$/u.test(file.text.slice(node.expression.end, position));
    if (isHere) found = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function hasOpenKeys(type: TypeScript.Type, checker: TypeScript.TypeChecker): boolean {
  const given = checker.getNonNullableType(type);
  const parts = given.isUnion() ? given.types : [given];
  return parts.some(
    (part) =>
      (part.flags & ts.TypeFlags.Any) !== 0 || checker.getIndexInfoOfType(part, ts.IndexKind.String) !== undefined,
  );
}

class PathFinder {
  readonly #checker: TypeScript.TypeChecker;

  constructor(checker: TypeScript.TypeChecker) {
    this.#checker = checker;
  }

  /** @param left - steps that may still be taken */
  of(expression: TypeScript.Expression, left: number): ValuePath | undefined {
    if (left === 0) return undefined;
    const from = (next: TypeScript.Expression) => this.of(next, left - 1);
    if (ts.isIdentifier(expression)) return this.#ofName(expression, left);
    if (ts.isParenthesizedExpression(expression) || ts.isNonNullExpression(expression))
      return from(expression.expression);
    if (ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression)) return from(expression.expression);
    if (ts.isPropertyAccessExpression(expression)) return step(from(expression.expression), expression.name.text);
    if (ts.isElementAccessExpression(expression)) {
      const key = expression.argumentExpression;
      const literal = ts.isStringLiteralLike(key) || ts.isNumericLiteral(key);
      return step(from(expression.expression), literal ? key.text : undefined);
    }
    if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return undefined;
    const { name, expression: called } = expression.expression;
    if (oneOf.has(name.text)) return step(from(called), undefined);
    return someOf.has(name.text) ? from(called) : undefined;
  }

  #ofName(name: TypeScript.Identifier, left: number): ValuePath | undefined {
    const itself = { name: name.text, steps: [] };
    const declaration = this.#checker.getSymbolAtLocation(name)?.valueDeclaration;
    if (declaration === undefined) return itself;
    if (ts.isParameter(declaration)) return this.#ofParameter(declaration, left);
    if (!ts.isVariableDeclaration(declaration)) return itself;
    const list = declaration.parent;
    if (ts.isVariableDeclarationList(list) && ts.isForOfStatement(list.parent)) {
      return step(this.of(list.parent.expression, left - 1), undefined);
    }
    const made = declaration.initializer && this.of(declaration.initializer, left - 1);
    const isShared = ts.isVariableDeclarationList(list) && ts.isSourceFile(list.parent.parent);
    return made ?? (isShared ? itself : undefined);
  }

  #ofParameter(parameter: TypeScript.ParameterDeclaration, left: number): ValuePath | undefined {
    const callback = parameter.parent;
    const call = callback.parent;
    if (!ts.isCallExpression(call) || call.arguments[0] !== callback) return undefined;
    if (!ts.isPropertyAccessExpression(call.expression)) return undefined;
    const { name, expression } = call.expression;
    const first = taking.get(name.text);
    const at = callback.parameters.indexOf(parameter);
    // What compares takes two of them.
    const isElement = at === first || (at === 1 && (name.text === "sort" || name.text === "toSorted"));
    return isElement ? step(this.of(expression, left - 1), undefined) : undefined;
  }
}

function step(path: ValuePath | undefined, key: string | undefined): ValuePath | undefined {
  return path && { name: path.name, steps: [...path.steps, key ?? null] };
}

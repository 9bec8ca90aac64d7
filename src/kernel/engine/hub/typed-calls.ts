import type { TypeShape } from "../../../type-shape.js";
import { type TypeScript, ts } from "../typescript.js";
import { callOnCell } from "./factory.js";
import { typeShape } from "./type-shape.js";

/**
 * Calls that want to know a TypeScript type at run time. `f<T>()` becomes `f(shape of T)`; in `f(g)`, the function `g` gets a
 * note of its own type, which stays with it.
 */
export class TypedCalls {
  readonly #checker: TypeScript.TypeChecker;
  readonly #callees: ReadonlySet<string>;

  /** @param callees - as they are written: "signatureOf", "$magic.signature" */
  constructor(checker: TypeScript.TypeChecker, callees: ReadonlySet<string>) {
    this.#checker = checker;
    this.#callees = callees;
  }

  /** The arguments to compile in the place of the call's own, visited already; undefined for any other call. */
  arguments(
    node: TypeScript.CallExpression,
    visit: (argument: TypeScript.Expression) => TypeScript.Expression,
  ): TypeScript.Expression[] | undefined {
    if (this.#callees.size === 0 || !this.#callees.has(dotted(node.expression))) return undefined;
    const [typeNode] = node.typeArguments ?? [];
    const [first, ...rest] = node.arguments;
    if (first === undefined) {
      return typeNode && [literal(typeShape(this.#checker, this.#checker.getTypeFromTypeNode(typeNode), node))];
    }
    const type = this.#checker.getTypeAtLocation(first);
    if (type.getCallSignatures().length === 0) return undefined;
    return [callOnCell("typed", [visit(first), literal(typeShape(this.#checker, type, node))]), ...rest.map(visit)];
  }
}

/** `a.b.c`, or "" for any other expression. */
function dotted(node: TypeScript.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  if (!ts.isPropertyAccessExpression(node)) return "";
  const left = dotted(node.expression);
  return left === "" ? "" : `${left}.${node.name.text}`;
}

function literal(shape: TypeShape): TypeScript.Expression {
  const { factory } = ts;
  const parse = factory.createPropertyAccessExpression(factory.createIdentifier("JSON"), "parse");
  return factory.createCallExpression(parse, undefined, [factory.createStringLiteral(JSON.stringify(shape))]);
}

import type { TypeShape } from "../../../type-shape.js";
import { type TypeScript, ts } from "../typescript.js";
import { callOnCell } from "./factory.js";

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

/** Deeper types are written as text: no data of a model is nested so deep, and some generic types have no end. */
const maxDepth = 8;

/** A type as data; `at` is where it is asked for, which decides how a type of no shape is written. */
function typeShape(checker: TypeScript.TypeChecker, type: TypeScript.Type, at: TypeScript.Node): TypeShape {
  return shapeOf(type, []);

  /** @param above - the types that it stands in */
  function shapeOf(type: TypeScript.Type, above: readonly TypeScript.Type[]): TypeShape {
    if (above.includes(type))
      return { kind: "other", text: `${checker.typeToString(type, at)}, which contains itself` };
    if (above.length > maxDepth) return other(type);
    const { flags } = type;
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return { kind: "any" };
    if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Void)) return { kind: "nothing" };
    if (flags & ts.TypeFlags.NumberLike) return { kind: "number" };
    if (flags & ts.TypeFlags.StringLike) return { kind: "string" };
    if (flags & ts.TypeFlags.BooleanLike) return { kind: "boolean" };
    if (flags & ts.TypeFlags.BigIntLike) return { kind: "bigint" };
    if (type.isUnion()) return ofUnion(type, above);
    const [call] = type.getCallSignatures();
    if (call !== undefined) return ofFunction(call, above);
    return ofObject(type, above);
  }

  /** `0 | 1` is a number; null and undefined make the rest nullable. */
  function ofUnion(type: TypeScript.UnionType, above: readonly TypeScript.Type[]): TypeShape {
    const shapes = type.types.map((part) => shapeOf(part, [...above, type]));
    const distinct = new Map(
      shapes.filter(({ kind }) => kind !== "nothing").map((shape) => [JSON.stringify(shape), shape]),
    );
    const [only] = distinct.values();
    if (only === undefined || distinct.size > 1) return other(type);
    return shapes.some(({ kind }) => kind === "nothing") ? { kind: "nullable", of: only } : only;
  }

  function ofFunction(call: TypeScript.Signature, above: readonly TypeScript.Type[]): TypeShape {
    const parameters = call.getParameters().map((parameter) => ({
      name: parameter.name,
      type: shapeOf(checker.getTypeOfSymbolAtLocation(parameter, at), [...above, type]),
    }));
    const returned = call.getReturnType();
    return {
      kind: "function",
      parameters,
      returns: shapeOf(checker.getAwaitedType(returned) ?? returned, [...above, type]),
    };
  }

  function ofObject(type: TypeScript.Type, above: readonly TypeScript.Type[]): TypeShape {
    const name = type.getSymbol()?.name ?? "";
    const fromLibrary = isLibraryType(type);
    const [argument, second] = checker.getTypeArguments(type as TypeScript.TypeReference);
    if (checker.isTupleType(type)) return ofTuple(type as TypeScript.TypeReference, above);
    if (checker.isArrayType(type) && argument) return { kind: "array", items: shapeOf(argument, [...above, type]) };
    if (fromLibrary && name === "Date") return { kind: "date" };
    if (name === "Buffer") return { kind: "bytes" };
    if (fromLibrary && /^(Float|Int|Uint|BigInt|BigUint)\d+(Clamped)?Array$/.test(name)) return { kind: "typed", name };
    if (fromLibrary && name === "Map" && second) return { kind: "map", values: shapeOf(second, [...above, type]) };
    const index = type.getStringIndexType();
    if (index !== undefined) return { kind: "map", values: shapeOf(index, [...above, type]) };
    if (fromLibrary || !(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return other(type);
    const properties = checker.getPropertiesOfType(type).map((property) => {
      const shape = shapeOf(checker.getTypeOfSymbolAtLocation(property, at), [...above, type]);
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      return [property.name, optional && shape.kind !== "nullable" ? { kind: "nullable", of: shape } : shape] as const;
    });
    return { kind: "object", properties: Object.fromEntries(properties) as Record<string, TypeShape> };
  }

  /** A tuple whose elements are alike is a list. */
  function ofTuple(type: TypeScript.TypeReference, above: readonly TypeScript.Type[]): TypeShape {
    const items = checker.getTypeArguments(type).map((element) => shapeOf(element, [...above, type]));
    const distinct = new Map(items.map((item) => [JSON.stringify(item), item]));
    const [only] = distinct.values();
    return only !== undefined && distinct.size === 1 ? { kind: "array", items: only } : other(type);
  }

  function other(type: TypeScript.Type): TypeShape {
    return { kind: "other", text: checker.typeToString(type, at) };
  }
}

/** Declared in TypeScript's own lib files or in Node's types. */
function isLibraryType(type: TypeScript.Type): boolean {
  const files = type.getSymbol()?.declarations?.map((declaration) => declaration.getSourceFile().fileName) ?? [];
  return files.some((file) => /\/lib\.[\w.]+\.d\.ts$/.test(file) || file.includes("/@types/node/"));
}

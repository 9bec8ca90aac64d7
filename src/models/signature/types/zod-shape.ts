import type { TypeShape } from "../../../type-shape.js";

/** What is read of a zod 4 schema; the package itself is not needed. @see zod 4, `_zod.def` */
interface ZodSchema {
  _zod: { def: ZodDef; bag?: { Class?: { name: string } } };
}

interface ZodDef {
  type: string;
  format?: string;
  innerType?: ZodSchema;
  element?: ZodSchema;
  valueType?: ZodSchema;
  options?: ZodSchema[];
  items?: ZodSchema[];
  shape?: Record<string, ZodSchema>;
  entries?: Record<string, unknown>;
  values?: unknown[];
  in?: ZodSchema;
}

/** Whether a value is a schema of zod 4, of whichever copy of the package. */
export function isZod(value: unknown): value is ZodSchema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const inner: unknown = Reflect.get(value, "_zod");
  return typeof inner === "object" && inner !== null && "def" in inner;
}

/** `z.int32()` is `integer`, `z.float32()` `float`, other numbers `double`; what may be left out is optional. */
export function zodShape({ _zod: { def, bag } }: ZodSchema): TypeShape {
  const { innerType, element, valueType } = def;
  switch (def.type) {
    case "number":
      return def.format === "int32"
        ? scalar("integer")
        : def.format === "float32"
          ? scalar("float")
          : { kind: "number" };
    case "string":
    case "template_literal":
      return { kind: "string" };
    case "boolean":
    case "bigint":
    case "date":
      return { kind: def.type };
    case "any":
    case "unknown":
      return { kind: "any" };
    case "null":
    case "undefined":
    case "void":
      return { kind: "nothing" };
    case "enum":
      return ofValues(Object.values(def.entries ?? {}));
    case "literal":
      return ofValues(def.values ?? []);
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
      return { kind: "nullable", of: innerType ? strip(zodShape(innerType)) : { kind: "any" } };
    case "readonly":
    case "catch":
    case "nonoptional":
      return innerType ? zodShape(innerType) : { kind: "any" };
    // What goes in is what a caller sends.
    case "pipe":
      return def.in ? zodShape(def.in) : { kind: "any" };
    case "array":
      return element ? { kind: "array", items: zodShape(element) } : { kind: "any" };
    case "record":
      return valueType ? { kind: "map", values: zodShape(valueType) } : { kind: "any" };
    case "object":
      return { kind: "object", properties: mapValues(def.shape ?? {}, zodShape) };
    case "union":
      return ofUnion((def.options ?? []).map(zodShape));
    case "tuple": {
      const items = ofUnion((def.items ?? []).map(zodShape));
      return items.kind === "other" ? { kind: "other", text: "a tuple of different types" } : { kind: "array", items };
    }
    default:
      return ofClass(bag?.Class?.name) ?? { kind: "other", text: `z.${def.type}()` };
  }
}

function ofClass(name: string | undefined): TypeShape | undefined {
  if (name === "Date") return { kind: "date" };
  if (name === "Buffer") return { kind: "bytes" };
  return name !== undefined && /^(Float|Int|Uint|BigInt|BigUint)\d+(Clamped)?Array$/.test(name)
    ? { kind: "typed", name }
    : undefined;
}

function ofValues(values: readonly unknown[]): TypeShape {
  return ofUnion(
    values.map((value): TypeShape => {
      if (value === null || value === undefined) return { kind: "nothing" };
      const type = typeof value;
      return type === "string" || type === "number" || type === "boolean" || type === "bigint"
        ? { kind: type }
        : { kind: "other", text: `a literal of type ${type}` };
    }),
  );
}

function ofUnion(shapes: readonly TypeShape[]): TypeShape {
  const inner = shapes.map((shape) => (shape.kind === "nullable" ? shape.of : shape));
  const distinct = new Map(
    inner.filter(({ kind }) => kind !== "nothing").map((shape) => [JSON.stringify(shape), shape]),
  );
  const [only] = distinct.values();
  if (only === undefined || distinct.size > 1) {
    return { kind: "other", text: `a union of ${inner.map(({ kind }) => kind).join(" and ")}` };
  }
  return shapes.some(({ kind }) => kind === "nothing" || kind === "nullable") ? { kind: "nullable", of: only } : only;
}

function scalar(type: "integer" | "float"): TypeShape {
  return { kind: "scalar", type };
}

/** An optional of a nullable is one optional. */
function strip(shape: TypeShape): TypeShape {
  return shape.kind === "nullable" ? shape.of : shape;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

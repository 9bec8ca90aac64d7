/**
 * A type as data, for code that asks for types at run time: of TypeScript, which the engine writes, or of a zod schema. JSON
 * only. Literals are of their base kind; null and undefined make the rest nullable.
 */
export type TypeShape =
  | { kind: "number" | "string" | "boolean" | "bigint" | "date" | "bytes" | "any" | "nothing" }
  /** MLflow's own words, which only a zod schema can say. */
  | { kind: "scalar"; type: "integer" | "float" }
  | { kind: "array"; items: TypeShape }
  /** A typed array by its class: "Float32Array". */
  | { kind: "typed"; name: string }
  | { kind: "object"; properties: Record<string, TypeShape> }
  /** Any text as key. */
  | { kind: "map"; values: TypeShape }
  | { kind: "nullable"; of: TypeShape }
  | { kind: "function"; parameters: Array<{ name: string; type: TypeShape }>; returns: TypeShape }
  /** What has no shape here, as TypeScript writes it. */
  | { kind: "other"; text: string };

// A record, so that the compiler asks for a kind that is left out.
const kinds: Readonly<Record<TypeShape["kind"], true>> = {
  number: true,
  string: true,
  boolean: true,
  bigint: true,
  date: true,
  bytes: true,
  any: true,
  nothing: true,
  scalar: true,
  array: true,
  typed: true,
  object: true,
  map: true,
  nullable: true,
  function: true,
  other: true,
};

/** By its kind alone: nobody but runlab makes such objects. */
export function isTypeShape(value: unknown): value is TypeShape {
  const kind: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "kind") : undefined;
  return typeof kind === "string" && Object.hasOwn(kinds, kind);
}

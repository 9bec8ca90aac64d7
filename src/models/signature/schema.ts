/**
 * What a model takes and gives, in MLflow's words: a schema is a list of columns or a list of tensors.
 * @see MLflow 3.17 `mlflow.types.schema`
 */

/** MLflow's scalar types: `integer` has 32 bits, `long` 64, `float` 32, `double` 64. */
const scalarTypes = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"] as const;

export type ScalarType = (typeof scalarTypes)[number];

export type ColumnType =
  | { readonly type: ScalarType }
  /** Nothing is known and nothing is checked. */
  | { readonly type: "any" }
  | { readonly type: "array"; readonly items: ColumnType }
  | { readonly type: "object"; readonly properties: readonly Property[] }
  /** Text keys, values of one type. */
  | { readonly type: "map"; readonly values: ColumnType }
  /** Spark ML's own; only read and written, never inferred. */
  | { readonly type: "sparkml_vector" };

/** A field of an object, sorted by name in its object. */
export interface Property {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
}

export interface ColumnSpec {
  /** Undefined for an unnamed column; a number is the position of a data frame's column without a name. */
  readonly name: string | number | undefined;
  readonly type: ColumnType;
  readonly required: boolean;
}

export interface TensorSpec {
  readonly name: string | undefined;
  /** numpy's name: "float64", "int64", "uint8", "bool", "str", … */
  readonly dtype: string;
  /** -1 is a free axis. */
  readonly shape: readonly number[];
}

export type Schema =
  | { readonly kind: "columns"; readonly columns: readonly ColumnSpec[] }
  | { readonly kind: "tensors"; readonly tensors: readonly TensorSpec[] };

export interface ParamSpec {
  readonly name: string;
  readonly type: ColumnType;
  /** JSON value; a datetime is ISO text without a zone, in UTC. */
  readonly default: unknown;
  /** [-1] for a list, else undefined. */
  readonly shape: readonly number[] | undefined;
}

/** Whether a word is one of MLflow's scalar types. */
export function isScalarType(name: string): name is ScalarType {
  return (scalarTypes as readonly string[]).includes(name);
}

/** Equal in every part; the order of an object's properties does not count. */
export function sameType(a: ColumnType, b: ColumnType): boolean {
  if (a.type === "array") return b.type === "array" && sameType(a.items, b.items);
  if (a.type === "map") return b.type === "map" && sameType(a.values, b.values);
  if (a.type !== "object") return a.type === b.type;
  if (b.type !== "object" || a.properties.length !== b.properties.length) return false;
  return a.properties.every(({ name, type, required }) => {
    const other = b.properties.find((property) => property.name === name);
    return other !== undefined && other.required === required && sameType(type, other.type);
  });
}

import type { ColumnType, ScalarType } from "../signature/schema.js";
import type { DataColumn, DataReader } from "./model-data.js";

interface ArrowTable {
  numRows: number;
  schema: { fields: ReadonlyArray<{ name: string; type: unknown }> };
  getChildAt(at: number): ArrowVector | null;
}

interface ArrowVector {
  length: number;
  get(row: number): unknown;
}

/** Arrow's type by its text, e.g. "Float64", "Timestamp<MILLISECOND>"; uint64 has no type in MLflow. */
const scalars: ReadonlyArray<[RegExp, ScalarType]> = [
  [/^(Int8|Int16|Int32|Uint8|Uint16)$/, "integer"],
  [/^(Int64|Uint32)$/, "long"],
  [/^(Float16|Float32)$/, "float"],
  [/^Float64$/, "double"],
  [/^(Utf8|LargeUtf8)$/, "string"],
  [/^Bool$/, "boolean"],
  [/^(Binary|LargeBinary|FixedSizeBinary.*)$/, "binary"],
  [/^(Date|Timestamp)/, "datetime"],
];

/** Apache Arrow tables (`apache-arrow`, duckdb-wasm, lancedb): types from the schema, nested ones from the values. */
export const arrow: DataReader = {
  name: "arrow",
  read(value) {
    if (!isArrowTable(value)) return undefined;
    const columns = value.schema.fields.map(({ name, type }, index): DataColumn => {
      const known = typeOf(String(type));
      const vector = value.getChildAt(index);
      return {
        name,
        at: (row) => plain(vector?.get(row), known),
        ...(known ? { type: known } : {}),
        nanIsMissing: true,
      };
    });
    return { kind: "columns", rows: value.numRows, columns };
  },
};

function typeOf(text: string): ColumnType | undefined {
  // "Dictionary<Int32, Utf8>" holds what its second part says.
  const inner = /^Dictionary<[^,]*, ?(.*)>$/.exec(text)?.[1] ?? text;
  const scalar = scalars.find(([pattern]) => pattern.test(inner))?.[1];
  return scalar && { type: scalar };
}

/** Rows and lists of Arrow become plain objects and arrays; times become Dates. */
function plain(value: unknown, type: ColumnType | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (type?.type === "datetime" && (typeof value === "number" || typeof value === "bigint"))
    return new Date(Number(value));
  if (typeof value !== "object" || ArrayBuffer.isView(value) || value instanceof Date) return value;
  const { toJSON } = value as Record<string, unknown>;
  const inner: unknown = typeof toJSON === "function" ? toJSON.call(value) : value;
  if (Array.isArray(inner)) return inner.map((item) => plain(item, undefined));
  if (typeof inner !== "object" || inner === null) return inner;
  return Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, plain(item, undefined)]));
}

function isArrowTable(value: object): value is ArrowTable {
  const { numRows, schema, getChildAt } = value as Partial<ArrowTable>;
  return typeof numRows === "number" && Array.isArray(schema?.fields) && typeof getChildAt === "function";
}

import { ModelError } from "../../../errors.js";
import type { TypeShape } from "../../../type-shape.js";
import { dtypeOfClass, scalarOfClass } from "../../data/typed-array.js";
import type { ColumnSpec, ColumnType, Schema } from "../schema.js";

/**
 * The schema of data of a type: records are columns, a list of numbers is one column, a typed array a tensor.
 * @param part - "input" or "output", for the error
 * @throws {ModelError} INVALID_PARAMETER_VALUE listing everything in the type that a signature cannot say
 */
export function shapeToSchema(shape: TypeShape, part: string): Schema {
  const problems: string[] = [];
  const schema = schemaOf(shape, part, problems);
  if (problems.length === 0 && schema !== undefined) return schema;
  throw new ModelError("INVALID_PARAMETER_VALUE", `A signature cannot describe this type: ${problems.join("; ")}.`, {
    hint: "Columns can be numbers, text, booleans, dates, bytes, or lists, objects and maps of these; null and undefined make them optional.",
  });
}

function schemaOf(shape: TypeShape, at: string, problems: string[]): Schema | undefined {
  if (shape.kind === "typed") {
    return { kind: "tensors", tensors: [{ name: undefined, dtype: dtypeOfClass(shape.name), shape: [-1] }] };
  }
  // A table of rows, or of columns, or one record.
  const row = shape.kind === "array" ? shape.items : shape;
  if (row.kind !== "object") return { kind: "columns", columns: [unnamed(row, at, problems)] };
  const entries = Object.entries(row.properties);
  if (entries.length === 0) {
    problems.push(`${at} is an object without properties`);
    return undefined;
  }
  const lists = shape.kind === "object" && entries.every(([, type]) => type.kind === "array" || type.kind === "typed");
  const columns = entries.map(([name, type]): ColumnSpec => {
    const where = `${at}.${name}`;
    if (lists && type.kind === "typed") return { name, type: elementsOf(type.name), required: true };
    return column(name, lists && type.kind === "array" ? type.items : type, where, problems);
  });
  return { kind: "columns", columns };
}

function column(name: string | undefined, shape: TypeShape, at: string, problems: string[]): ColumnSpec {
  const optional = shape.kind === "nullable" || shape.kind === "nothing";
  const inner = shape.kind === "nullable" ? shape.of : shape;
  return { name, type: typeOf(inner, at, problems), required: !optional };
}

function unnamed(shape: TypeShape, at: string, problems: string[]): ColumnSpec {
  if (shape.kind === "nullable") problems.push(`${at} is optional, but an unnamed column cannot be`);
  return { ...column(undefined, shape, at, problems), required: true };
}

function typeOf(shape: TypeShape, at: string, problems: string[]): ColumnType {
  switch (shape.kind) {
    case "number":
      return { type: "double" };
    case "string":
    case "boolean":
      return { type: shape.kind };
    case "scalar":
      return { type: shape.type };
    case "bigint":
      return { type: "long" };
    case "date":
      return { type: "datetime" };
    case "bytes":
      return { type: "binary" };
    case "any":
    case "nothing":
      return { type: "any" };
    case "nullable":
      return typeOf(shape.of, at, problems);
    case "array":
      return { type: "array", items: typeOf(shape.items, `${at}[]`, problems) };
    case "typed":
      // One of bytes is a value of its own wherever a cell holds it.
      return shape.name === "Uint8Array" ? { type: "binary" } : { type: "array", items: elementsOf(shape.name) };
    case "map":
      return { type: "map", values: typeOf(shape.values, `${at}{}`, problems) };
    case "object": {
      const properties = Object.entries(shape.properties).map(([name, type]) => {
        const { type: inner, required } = column(name, type, `${at}.${name}`, problems);
        return { name, type: inner, required };
      });
      if (properties.length === 0) problems.push(`${at} is an object without properties`);
      return { type: "object", properties: properties.sort((a, b) => (a.name < b.name ? -1 : 1)) };
    }
    case "function":
      problems.push(`${at} is a function`);
      return { type: "any" };
    case "other":
      problems.push(`${at} is ${shape.text}`);
      return { type: "any" };
  }
}

/** As data says it: nothing of MLflow's holds every uint64. */
function elementsOf(typedArray: string): ColumnType {
  return { type: scalarOfClass(typedArray) ?? "any" };
}

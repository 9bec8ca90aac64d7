import { ModelError } from "../../errors.js";
import type { DataColumn, ModelData } from "../data/model-data.js";
import { namedRows } from "../data/named-rows.js";
import { readData } from "../data/read-data.js";
import type { Schema } from "./schema.js";

/**
 * Any data as rows of numbers, for models that know no names.
 * @param schema - gives the order of named columns; without it, the data's own
 * @returns one array per row; a missing value is NaN, a boolean 0 or 1, a time its ms
 * @throws {ModelError} INVALID_PARAMETER_VALUE naming the row and column of a value that is not a number
 */
export function toRows(data: unknown, schema?: Schema): number[][] {
  const read = dataOf(data);
  if (read.kind === "tensors") return tensorRows(read);
  const columns = ordered(read.columns, schema);
  const [only] = columns;
  if (columns.length === 1 && only !== undefined && isList(only.at(0))) {
    return Array.from({ length: read.rows }, (_, row) => {
      const values = only.at(row);
      if (!isList(values)) throw noNumber(values, row, only.name);
      return Array.from(values, (value) => numberOf(value, row, only.name));
    });
  }
  return Array.from({ length: read.rows }, (_, row) =>
    columns.map((column) => numberOf(column.at(row), row, column.name)),
  );
}

/** The data as columns or tensors. @throws {ModelError} INVALID_PARAMETER_VALUE */
export function dataOf(data: unknown): ModelData {
  const read = readData(data);
  if (read !== undefined) return read;
  throw new ModelError(
    "INVALID_PARAMETER_VALUE",
    `A model cannot take ${data === null ? "null" : typeof data} as input.`,
    {
      hint: "Pass records, columns, lists of numbers, a tensor or a data frame.",
    },
  );
}

/** Columns in the order of the schema's names. */
export function ordered(columns: readonly DataColumn[], schema: Schema | undefined): DataColumn[] {
  const names = schema?.kind === "columns" ? schema.columns.map(({ name }) => name) : [];
  if (names.length === 0 || names.includes(undefined) || columns.some(({ name }) => name === undefined)) {
    return [...columns];
  }
  const byName = new Map(columns.map((column) => [column.name, column]));
  return names.map((name) => byName.get(String(name)) ?? { name: String(name), at: () => undefined });
}

function tensorRows({ tensors }: Extract<ModelData, { kind: "tensors" }>): number[][] {
  const [tensor] = tensors;
  if (tensor === undefined || tensors.length > 1 || tensor.values === undefined || tensor.shape.length > 2) {
    throw new ModelError("INVALID_PARAMETER_VALUE", "This model takes a single tensor with one or two axes.");
  }
  const { values, shape } = tensor;
  const width = shape[1] ?? 1;
  return Array.from({ length: shape[0] ?? 0 }, (_, row) =>
    Array.from({ length: width }, (_, at) => numberOf(values[row * width + at], row, undefined)),
  );
}

function numberOf(value: unknown, row: number, column: string | undefined): number {
  if (typeof value === "number") return value;
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.getTime();
  throw noNumber(value, row, column);
}

function noNumber(value: unknown, row: number, column: string | undefined): ModelError {
  const where = column === undefined ? `Row ${row}` : `Row ${row}, column '${column}'`;
  const got = typeof value === "string" ? `the text ${JSON.stringify(value.slice(0, 60))}` : typeof value;
  return new ModelError("INVALID_PARAMETER_VALUE", `${where}: this model takes numbers; got ${got}.`, {
    hint: "Convert text to numbers first, e.g. one column per category.",
  });
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/**
 * A table without one of its columns, as records, and that column's values.
 * @throws {ModelError} INVALID_PARAMETER_VALUE when the data has no such column
 */
export function withoutColumn(data: unknown, name: string): { inputs: Record<string, unknown>[]; targets: unknown[] } {
  const read = dataOf(data);
  const column = read.kind === "columns" ? read.columns.find((known) => known.name === name) : undefined;
  if (read.kind !== "columns" || column === undefined) {
    const names = read.kind === "columns" ? read.columns.map((known) => known.name ?? "(unnamed)") : [];
    throw new ModelError("INVALID_PARAMETER_VALUE", `The data has no column '${name}'.`, {
      hint:
        names.length === 0 ? "Pass the true values themselves." : `Its columns are ${names.slice(0, 20).join(", ")}.`,
    });
  }
  const others = read.columns.filter((known) => known !== column);
  const rows = Array.from({ length: read.rows }, (_, row) => row);
  return {
    inputs: namedRows(
      others.map((other) => String(other.name)),
      rows.map((row) => others.map((other) => other.at(row))),
    ),
    targets: rows.map((row) => column.at(row)),
  };
}

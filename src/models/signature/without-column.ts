import { ModelError } from "../../errors.js";
import { namedRows } from "../data/named-rows.js";
import { dataOf } from "./model-rows.js";

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

import { own } from "../../own.js";
import type { ColumnData, DataColumn, ModelData } from "../data/model-data.js";
import { isPlainObject } from "../data/plain-values.js";
import { readData } from "../data/read-data.js";
import {
  accepts,
  type CheckOptions,
  checkValue,
  type Fault,
  listDepth,
  type Problems,
  typeDepth,
} from "./check-value.js";
import { isMissing } from "./infer-type.js";
import { type ColumnSpec, isScalarType } from "./schema.js";
import { typeText } from "./signature.js";

export interface ColumnOptions extends CheckOptions {
  /** What to do with columns that the signature does not name: an error (default), or let them pass, as MLflow does. */
  extra?: "error" | "ignore";
}

/** Data as these specs see it: they decide what `lists` of `ReadOptions` leaves open, and take tensors of one axis as columns. */
export function readColumns(specs: readonly ColumnSpec[], data: unknown): ModelData | undefined {
  const [only] = specs;
  if (specs.length === 1 && only?.name === undefined && Array.isArray(data)) {
    // A list of objects is no table where each is the value of its row.
    const isValue = only?.type.type === "object" || only?.type.type === "map";
    if (isValue) return { kind: "columns", rows: data.length, columns: [{ name: undefined, at: (row) => data[row] }] };
  }
  const read = readData(data, { lists: isRecordOfLists(specs, data) ? "record" : "columns" });
  return read && (asColumns(read) ?? read);
}

/** Checks data of any form against columns; what is wrong goes to `found`. */
export function checkColumns(
  specs: readonly ColumnSpec[],
  data: unknown,
  options: ColumnOptions,
  found: Problems,
): void {
  const whole = (text: string) => found.add(undefined, undefined, { kind: "shape", at: "", value: undefined, text });
  const [first] = specs;
  // Whatever it is given, a tensor of no axis among it.
  if (specs.length === 1 && first?.name === undefined && first?.type.type === "any") return;
  const read = readColumns(specs, data);
  if (!read) {
    whole(`(${typeof data}) contains no rows`);
    return;
  }
  if (read.kind === "tensors") {
    whole("is a tensor where columns are required");
    return;
  }
  const given = read;
  if (specs.every(({ name }) => name === undefined)) {
    checkUnnamed(specs, given, options, found, whole);
    return;
  }
  const byName = new Map(given.columns.map((column) => [column.name, column]));
  // No rows: an empty list has no names to miss.
  if (given.rows === 0) return;
  if (byName.has(undefined)) {
    whole("has no column names");
    return;
  }
  for (const spec of specs) {
    const column = byName.get(String(spec.name));
    if (column) checkColumn(column, given.rows, spec, options, found);
    else if (spec.required) found.add(undefined, String(spec.name), missing(spec));
  }
  if (options.extra === "ignore") return;
  const names = new Set(specs.map(({ name }) => String(name)));
  for (const { name } of given.columns) {
    if (name !== undefined && !names.has(name)) {
      found.add(undefined, name, { kind: "extra", at: "", value: undefined, text: "is not in the signature" });
    }
  }
}

function checkUnnamed(
  specs: readonly ColumnSpec[],
  given: ColumnData,
  options: ColumnOptions,
  found: Problems,
  whole: (text: string) => void,
): void {
  const [column] = given.columns;
  const [spec] = specs;
  if (!column || !spec) return;
  if (column.name !== undefined) {
    whole("has named columns where a plain list is required");
    return;
  }
  if (specs.length === 1) {
    checkColumn(column, given.rows, spec, options, found);
    return;
  }
  // Several columns without names: each row is a list of as many values.
  const rows = Array.from({ length: given.rows }, (_, row) => column.at(row));
  rows.forEach((row, at) => {
    if (Array.isArray(row) && row.length === specs.length) return;
    found.add(at, undefined, { kind: "shape", at: "", value: row, text: `is not a list of ${specs.length} values` });
  });
  specs.forEach((one, at) => {
    const column: DataColumn = {
      name: String(at),
      at: (row) => (Array.isArray(rows[row]) ? rows[row][at] : undefined),
    };
    checkColumn(column, rows.length, one, options, found);
  });
}

function checkColumn(
  column: DataColumn,
  rows: number,
  spec: ColumnSpec,
  options: ColumnOptions,
  found: Problems,
): void {
  const { type, required } = spec;
  const name = spec.name === undefined ? undefined : String(spec.name);
  if (column.certain && column.type?.type === type.type) return;
  // A column without a name cannot be optional in MLflow's schema, whose own check lets null pass.
  const demanded = required && name !== undefined;
  const accept = isScalarType(type.type) ? accepts[type.type] : undefined;
  for (let row = 0; row < rows; row++) {
    const value = column.at(row);
    if (accept?.(value, options)) {
      // An invalid Date is the one value of a type that is missing all the same.
      if (!(value instanceof Date) || !isMissing(value)) continue;
    }
    // Nothing is known of the type, null included.
    if (type.type === "any" && value !== undefined) continue;
    if (!isMissing(value)) checkValue(value, type, options, (fault) => found.add(row, name, fault));
    else if (demanded) {
      found.add(row, name, { kind: "null", at: "", value, text: `is empty where ${typeText(type)} is required` });
    }
  }
}

function missing({ type }: ColumnSpec): Fault {
  return { kind: "missing", at: "", value: undefined, text: `is missing (${typeText(type)})` };
}

/** Typed arrays and tensors of one axis are columns too. */
function asColumns(data: ModelData): ColumnData | undefined {
  if (data.kind === "columns") return data;
  if (data.tensors.some(({ shape, values }) => shape.length !== 1 || !values)) return undefined;
  const columns = data.tensors.map(({ name, values }): DataColumn => ({ name, at: (row) => values?.[row] }));
  return { kind: "columns", rows: data.tensors[0]?.shape[0] ?? 0, columns };
}

/** `{ ids: [1, 2] }` is one record where `ids` is an array in the signature, and a table of two rows where it is not. */
function isRecordOfLists(specs: readonly ColumnSpec[], data: unknown): boolean {
  if (!isPlainObject(data)) return false;
  return specs.some(({ name, type }) => {
    const value = own(data, String(name));
    return type.type === "array" && Array.isArray(value) && listDepth(value) === typeDepth(type);
  });
}

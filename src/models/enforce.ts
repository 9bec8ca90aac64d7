import { ModelError } from "../errors.js";
import { checkTensors } from "./check-tensors.js";
import { accepts, type CheckOptions, checkValue, type Fault } from "./check-value.js";
import type { ColumnData, DataColumn, ModelData } from "./data/model-data.js";
import { isPlainObject } from "./data/plain-values.js";
import { readData } from "./data/read-data.js";
import { isTypedArray } from "./data/typed-array.js";
import { isMissing } from "./infer-type.js";
import { type ColumnSpec, isScalarType, type Schema } from "./schema.js";
import { type ModelSignature, typeText } from "./signature.js";

export interface EnforceOptions extends CheckOptions {
  /** What to do with columns that the signature does not name: an error (default), or let them pass, as MLflow does. */
  extra?: "error" | "ignore";
  /** Most problems listed in the message; all are counted. Default 20. */
  maxProblems?: number;
}

/** One thing that is wrong with the data. */
export interface Problem {
  kind: Fault["kind"];
  /** 0-based; undefined when it concerns the whole column. */
  row: number | undefined;
  /** With the way into a nested value, e.g. "o.x[3]"; undefined for data without names. */
  column: string | undefined;
  message: string;
}

/** Data that does not fit a signature: every problem at once, the first of them in the message. */
export class SignatureMismatchError extends ModelError {
  constructor(
    /** The first `maxProblems`. */
    readonly problems: readonly Problem[],
    /** How many there are in all. */
    readonly total: number,
    hint: string,
  ) {
    const lines = problems.map(({ message }) => `  ${message}`);
    if (total > problems.length) lines.push(`  … and ${(total - problems.length).toLocaleString("en-US")} more`);
    const count = total === 1 ? "1 problem" : `${total.toLocaleString("en-US")} problems`;
    super("INVALID_PARAMETER_VALUE", `The data does not fit the signature, ${count}:\n${lines.join("\n")}`, { hint });
  }
}

/**
 * Checks data against a signature's inputs. A million values take some 20 ms.
 * @param data - in any form that `inferSignature` reads
 * @returns `data` itself
 * @throws {SignatureMismatchError} listing what is missing, extra, null where required, of the wrong type or shape, or
 * would lose something by a cast
 */
export function enforce<T>(signature: ModelSignature, data: T, options: EnforceOptions = {}): T {
  return signature.inputs ? enforceSchema(signature.inputs, data, options) : data;
}

/** The same for one schema, e.g. a signature's outputs. @throws {SignatureMismatchError} */
export function enforceSchema<T>(schema: Schema, data: T, options: EnforceOptions = {}): T {
  const found = new Problems(options.maxProblems ?? 20);
  if (schema.kind === "tensors")
    checkTensors(schema.tensors, data, (column, fault) => found.add(undefined, column, fault));
  else checkColumns(schema.columns, data, options, found);
  if (found.total > 0) throw new SignatureMismatchError(found.listed, found.total, hintOf(schema));
  return data;
}

/** Counts all, keeps the first. */
class Problems {
  readonly listed: Problem[] = [];
  total = 0;

  constructor(private readonly most: number) {}

  add(row: number | undefined, column: string | undefined, fault: Fault): void {
    this.total++;
    if (this.listed.length >= this.most) return;
    const name = column === undefined ? undefined : column + fault.at;
    const where = [row === undefined ? "" : `row ${row}`, name === undefined ? "" : `column '${name}'`];
    const place = where.filter((part) => part !== "").join(", ") || "the data";
    const message = ["type", "cast"].includes(fault.kind)
      ? `${place}: ${shown(fault.value)} ${fault.text}`
      : `${place} ${fault.text}`;
    this.listed.push({ kind: fault.kind, row, column: name, message });
  }
}

function checkColumns(specs: readonly ColumnSpec[], data: unknown, options: EnforceOptions, found: Problems): void {
  const whole = (text: string) => found.add(undefined, undefined, { kind: "shape", at: "", value: undefined, text });
  const read = readData(data, { lists: isRecordOfLists(specs, data) ? "record" : "columns" });
  if (!read) {
    whole(`(${typeof data}) holds no rows`);
    return;
  }
  const given = asColumns(read);
  if (!given) {
    whole("is a tensor where columns are required");
    return;
  }
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
  options: EnforceOptions,
  found: Problems,
  whole: (text: string) => void,
): void {
  const [column] = given.columns;
  const [spec] = specs;
  if (!column || !spec) return;
  if (spec.type.type === "any" && specs.length === 1) return;
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
    found.add(at, undefined, { kind: "shape", at: "", value: row, text: `is no list of ${specs.length} values` });
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
  options: EnforceOptions,
  found: Problems,
): void {
  const { type, required } = spec;
  const name = spec.name === undefined ? undefined : String(spec.name);
  if (column.certain && column.type?.type === type.type) return;
  const accept = isScalarType(type.type) ? accepts[type.type] : undefined;
  for (let row = 0; row < rows; row++) {
    const value = column.at(row);
    if (accept?.(value, options)) {
      // An invalid Date is the one value of a type that is missing all the same.
      if (!(value instanceof Date) || !isMissing(value)) continue;
    }
    if (!isMissing(value)) checkValue(value, type, options, (fault) => found.add(row, name, fault));
    else if (required) {
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

/** `{ ids: [1, 2] }` is one record where `ids` is an array in the signature, and a table of two rows where it is none. */
function isRecordOfLists(specs: readonly ColumnSpec[], data: unknown): boolean {
  if (!isPlainObject(data)) return false;
  return specs.some(({ name, type }) => {
    const value = data[String(name)];
    return type.type === "array" && Array.isArray(value) && depthOf(value) === depthOfType(type);
  });
}

function depthOf(value: unknown): number {
  return Array.isArray(value) || isTypedArray(value) ? 1 + depthOf(value[0]) : 0;
}

function depthOfType(type: ColumnSpec["type"]): number {
  return type.type === "array" ? 1 + depthOfType(type.items) : 0;
}

function shown(value: unknown): string {
  if (typeof value === "string") return `text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)}`;
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return "a Date";
  if (Array.isArray(value) || isTypedArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "number" || typeof value === "boolean" ? String(value) : `a ${typeof value}`;
}

function hintOf(schema: Schema): string {
  const names =
    schema.kind === "tensors"
      ? schema.tensors.map(({ name, dtype, shape }) => `${name ?? "tensor"}: ${dtype} [${shape.join(", ")}]`)
      : schema.columns.map(
          ({ name, type, required }) => `${name ?? "values"}: ${typeText(type)}${required ? "" : "?"}`,
        );
  const text = names.slice(0, 30).join(", ");
  return `The model takes ${text}${names.length > 30 ? `, … (${names.length} in all)` : ""}.`;
}

import { CsvQuoteError, parseCsv } from "../../csv-text.js";
import { isPlainObject } from "../../models/data/plain-values.js";
import { parseExact, plainIntegers } from "../../models/signature/exact-json.js";
import type { ColumnType } from "../../models/signature/schema.js";
import type { ModelSignature } from "../../models/signature/signature.js";
import { own } from "../../own.js";
import { HttpError } from "../http/http-error.js";
import type { InputShape, ShapedInput } from "./input-shape.js";

/** One way to write rows in a JSON body. @see MLflow 3.17, `mlflow models serve`: Accepted input formats */
interface InputFormat {
  /** The key in the body. */
  readonly key: string;
  /** Keys that may stand beside it. */
  readonly beside?: readonly string[];
  /** What stands under it, for the error and the API's description. */
  readonly takes: string;
  read(value: unknown, body: Readonly<Record<string, unknown>>, shape: InputShape): ShapedInput;
}

const dataframeSplit: InputFormat = {
  key: "dataframe_split",
  takes: '{"columns": [name, …], "data": [[value, …], …]}',
  read(value, _, shape) {
    if (!isPlainObject(value)) throw wrong(this);
    const unknown = Object.keys(value).filter((key) => !["columns", "data", "index"].includes(key));
    if (unknown.length > 0) throw bad(`'dataframe_split' has the unknown keys ${quoted(unknown)}.`);
    return table("dataframe_split", value.columns, value.data, shape);
  },
};

const dataframeRecords: InputFormat = {
  key: "dataframe_records",
  takes: '[{"name": value, …}, …]',
  read(value, _, shape) {
    if (!Array.isArray(value)) throw wrong(this);
    return records(value, "dataframe_records", shape);
  },
};

/** A list of rows; with `columns` beside it, rows are lists in that order. */
const instances: InputFormat = {
  key: "instances",
  beside: ["columns"],
  takes: 'a list of rows or tensors; or, together with "columns", a list of lists',
  read(value, body, shape) {
    if (Object.hasOwn(body, "columns")) return table("instances", body.columns, value, shape);
    if (!Array.isArray(value)) throw wrong(this);
    return isRecords(value) ? shape.records(value) : shape.values(notEmpty(value));
  },
};

const inputs: InputFormat = {
  key: "inputs",
  takes: "an object of lists (columns or named tensors) or of single values (one row), or a list as in instances",
  read(value, _, shape) {
    if (isPlainObject(value)) return shape.byName(value);
    if (!Array.isArray(value)) return shape.values([value]);
    return isRecords(value) ? shape.records(value) : shape.values(notEmpty(value));
  },
};

/** In the order of the error message and of the API's description. */
export const inputFormats: readonly InputFormat[] = [dataframeSplit, dataframeRecords, instances, inputs];

/** What a JSON body asks for. */
interface ScoringRequest extends ShapedInput {
  params: Readonly<Record<string, unknown>>;
}

/**
 * @param exact - whole numbers beyond 2^53 become BigInts; to look for them in 500 KB takes half a millisecond
 * @throws {HttpError} 400 for a body in none of the formats; the message never repeats it
 */
export function readJsonBody(text: string, shape: InputShape, exact = true): ScoringRequest {
  try {
    return readBody(parse(text, exact), shape);
  } catch (error) {
    if (error instanceof RangeError) throw bad("The body is nested too deeply.");
    throw error;
  }
}

function readBody(body: unknown, shape: InputShape): ScoringRequest {
  if (!isPlainObject(body)) throw bad(`The body must be a JSON object; got ${kindOf(body)}. ${takesOne()}`);
  const keys = Object.keys(body);
  const found = inputFormats.filter(({ key }) => Object.hasOwn(body, key));
  const [format] = found;
  if (format === undefined) throw bad(`The body has ${keys.length === 0 ? "no key" : quoted(keys)}. ${takesOne()}`);
  if (found.length > 1) throw bad(`The body has ${quoted(found.map(({ key }) => key))} at once. ${takesOne()}`);
  const unknown = keys.filter((key) => key !== format.key && key !== "params" && !format.beside?.includes(key));
  if (unknown.length > 0)
    throw bad(`In addition to '${format.key}', the body has the unknown keys ${quoted(unknown)}.`);
  const { params = {} } = body;
  if (params !== null && !isPlainObject(params)) throw bad(`'params' must be an object; got ${kindOf(params)}.`);
  return { ...format.read(own(body, format.key), body, shape), params: params ?? {} };
}

/** @throws {HttpError} for names that are not texts or occur twice, and for ragged rows, naming the first of them */
function table(what: string, columns: unknown, rows: unknown, shape: InputShape): ShapedInput {
  if (!Array.isArray(columns) || !Array.isArray(rows)) {
    throw bad(`'${what}' needs a list of column names and a list of rows, each of which is a list.`);
  }
  // A data frame without names has the numbers 0, 1, …
  const names = columns.map((name: unknown) => {
    if (typeof name === "string" || typeof name === "number") return String(name);
    throw bad(`A column name of '${what}' is ${kindOf(name)} where text is required.`);
  });
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  if (twice.length > 0) throw bad(`'${what}' has the columns ${quoted([...new Set(twice)])} more than once.`);
  const ragged = rows.flatMap((row: unknown, at) => (Array.isArray(row) && row.length === names.length ? [] : [at]));
  const [first] = ragged;
  if (first !== undefined) {
    const row: unknown = rows[first];
    const got = Array.isArray(row) ? `${row.length} values` : kindOf(row);
    const more = ragged.length === 1 ? "" : `, and ${ragged.length - 1} more rows differ too`;
    throw bad(`'${what}' has ${names.length} columns; row ${first} is ${got}${more}.`);
  }
  return shape.table(names, notEmpty(rows as unknown[][]));
}

function records(rows: readonly unknown[], what: string, shape: InputShape): ShapedInput {
  const odd = rows.findIndex((row) => !isPlainObject(row));
  if (odd >= 0) throw bad(`Row ${odd} of '${what}' is ${kindOf(rows[odd])} where an object is required.`);
  return shape.records(notEmpty(rows as ReadonlyArray<Record<string, unknown>>));
}

function isRecords(rows: readonly unknown[]): rows is ReadonlyArray<Record<string, unknown>> {
  return rows.length > 0 && rows.every(isPlainObject);
}

function notEmpty<T>(rows: readonly T[]): readonly T[] {
  if (rows.length === 0) throw bad("The body has no rows.");
  return rows;
}

function parse(text: string, exact: boolean): unknown {
  if (text.trim() === "") throw bad(`The body is empty. ${takesOne()}`);
  try {
    return exact ? parseExact(text) : (JSON.parse(text) as unknown);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    // The parser's own message repeats a part of the body.
    const constants = /[[,:]\s*-?(NaN|Infinity)\b/.test(text)
      ? ' JSON has no NaN or Infinity: write null, or "NaN" and "Infinity" as text.'
      : "";
    throw bad(`The body is not valid JSON.${constants}`);
  }
}

function takesOne(): string {
  const formats = inputFormats.map(({ key, takes }) => `"${key}": ${takes}`);
  return `It takes exactly one of ${formats.join("; ")}. "params" can be added.`;
}

function wrong({ key, takes }: InputFormat): HttpError {
  return bad(`'${key}' must be ${takes}.`);
}

/** A body that cannot be read. */
function bad(message: string): HttpError {
  return new HttpError(400, "BAD_REQUEST", message);
}

/** Names as they were given, at most 20 of at most 80 characters each: a message is no echo. */
function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `'${name.length > 80 ? `${name.slice(0, 79)}…` : name}'`);
  if (names.length > shown.length) shown.push(`… (${names.length} in all)`);
  return shown.join(", ");
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * Rows of a CSV body (RFC 4180); the first row holds the column names. An empty cell is a missing value.
 * @throws {HttpError} 400 for no rows, ragged rows, or a quote that is misplaced or not closed
 */
export function readCsvBody(text: string, shape: InputShape): ShapedInput {
  const [names, ...rows] = rowsOf(text);
  if (names === undefined) throw bad("The body is empty. A CSV starts with a line of column names.");
  const casts = names.map((name) => shape.cell(name));
  const cells = rows.map((row) => row.map((cell, at) => casts[at]?.(cell) ?? (cell === "" ? null : cell)));
  return table("The CSV", names, cells, shape);
}

function rowsOf(text: string): string[][] {
  try {
    return parseCsv(text, { skipEmptyLines: true });
  } catch (error) {
    if (!(error instanceof CsvQuoteError)) throw error;
    const where = error.row === 1 ? "the header" : `row ${error.row - 2}`;
    throw bad(
      `The CSV has a misplaced or unclosed quote in ${where}. Quote the whole cell, and double the quotes inside it.`,
    );
  }
}

/** Params of a request, with BigInts for longs only. MLflow ignores params that a model without any is given. */
export function castParams(
  signature: ModelSignature | undefined,
  params: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (signature !== undefined && signature.params === undefined) return {};
  const types = new Map((signature?.params ?? []).map(({ name, type }) => [name, type.type]));
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const type = types.get(name);
      if (type === "long" || type === "integer") return [name, value];
      return [name, type === "double" || type === "float" ? doubles(value) : plainIntegers(value)];
    }),
  );
}

function doubles(value: unknown): unknown {
  const one = (item: unknown) => (typeof item === "bigint" ? Number(item) : item);
  return Array.isArray(value) ? value.map(one) : one(value);
}

/** Whether a model may be given whole numbers of 64 bits, or anything: where it takes doubles alone, JSON.parse reads them right. */
export function takesLargeIntegers(signature: ModelSignature | undefined): boolean {
  const inputs = signature?.inputs;
  if (inputs === undefined) return true;
  const large =
    inputs.kind === "tensors"
      ? inputs.tensors.some(({ dtype }) => !/^(?:float(?:16|32|64)|bool|str|u?int(?:8|16|32))$/.test(dtype))
      : inputs.columns.some(({ type }) => mayBeLarge(type));
  return large || (signature?.params ?? []).some(({ type }) => mayBeLarge(type));
}

function mayBeLarge(type: ColumnType): boolean {
  switch (type.type) {
    case "long":
    case "any":
      return true;
    case "array":
      return mayBeLarge(type.items);
    case "map":
      return mayBeLarge(type.values);
    case "object":
      return type.properties.some((property) => mayBeLarge(property.type));
    default:
      return false;
  }
}

import { own } from "../../own.js";
import type { SignatureJson } from "../../server/page/page-json.js";

/** How a value is written in a field. */
export type FieldKind = "number" | "integer" | "boolean" | "text" | "json";

/** A column or param of a signature, as a field of a form. */
export interface TryField {
  /** Undefined for a column without a name. */
  name: string | number | undefined;
  /** MLflow's word for its type. */
  type: string;
  kind: FieldKind;
  required: boolean;
  /** Of a param: its default, as it is written in the field. */
  preset?: string;
}

/** What a model asks for. A form shows columns; tensors, and data of models without a signature, are written as JSON. */
export interface TryShape {
  columns: TryField[] | undefined;
  params: TryField[];
}

/** What a field says that cannot be sent. */
export interface FieldError {
  /** -1: a param. */
  row: number;
  field: number;
  message: string;
}

const kinds: ReadonlyMap<string, FieldKind> = new Map([
  ["double", "number"],
  ["float", "number"],
  ["long", "integer"],
  ["integer", "integer"],
  ["boolean", "boolean"],
  ["string", "text"],
  ["datetime", "text"],
  ["binary", "text"],
]);

export function tryShape(signature: SignatureJson | undefined): TryShape {
  const inputs = items(signature?.inputs);
  const isTable = inputs.length > 0 && inputs.every(({ type }) => type !== "tensor");
  return {
    columns: isTable ? inputs.map((item) => fieldOf(item, "type")) : undefined,
    params: items(signature?.params).map((item) => {
      const field = fieldOf(item, item.type === undefined ? "dtype" : "type");
      const isList = Array.isArray(item.shape);
      return {
        ...field,
        ...(isList ? { kind: "json" as const, type: `${field.type} list` } : {}),
        required: false,
        preset: cellText(item.default),
      };
    }),
  };
}

function fieldOf(item: Json, key: "type" | "dtype"): TryField {
  const { name, required, optional } = item;
  const type = typeof item[key] === "string" ? item[key] : "any";
  return {
    name: typeof name === "string" || typeof name === "number" ? name : undefined,
    type,
    kind: kinds.get(type) ?? "json",
    required: required !== false && optional !== true,
  };
}

/** The rows of an example as they stand in the fields; undefined where it has another form. */
export function exampleRows(columns: readonly TryField[], example: string | undefined, most: number) {
  const body = parsed(example ?? "");
  if (!isRecord(body)) return undefined;
  const { dataframe_split: split, dataframe_records: records, inputs, instances } = body;
  const names = columns.map(({ name }) => name);
  if (isRecord(split) && Array.isArray(split.columns) && Array.isArray(split.data)) {
    const places = names.map((name) => (split.columns as unknown[]).findIndex((one) => String(one) === String(name)));
    return rowsOf(split.data, (row, at) => (Array.isArray(row) ? row[places[at] ?? -1] : undefined));
  }
  const list = [records, inputs, instances].find(Array.isArray) as unknown[] | undefined;
  if (list !== undefined) {
    return rowsOf(list, (row, at) => {
      const name = names[at];
      if (name !== undefined) return isRecord(row) ? own(row, String(name)) : undefined;
      return columns.length === 1 ? row : Array.isArray(row) ? row[at] : undefined;
    });
  }
  if (!isRecord(inputs)) return undefined;
  const lists = names.map((name) => (name === undefined ? undefined : own(inputs, String(name))));
  const rows = Math.max(1, ...lists.map((one) => (Array.isArray(one) ? one.length : 1)));
  return rowsOf(
    Array.from({ length: rows }, (_, row) => row),
    (row, at) => (Array.isArray(lists[at]) ? lists[at].at(Number(row)) : lists[at]),
  );

  function rowsOf(rows: readonly unknown[], cell: (row: unknown, at: number) => unknown): string[][] | undefined {
    const texts = rows.slice(0, most).map((row) => columns.map((_, at) => cellText(cell(row, at))));
    return texts.length === 0 ? undefined : texts;
  }
}

/** A value as it is written in a field: text as it is, else JSON; nothing for null. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The body of a request, with every digit as it was written.
 * @param params - in the order of `shape.params`; those at their default are left out
 */
export function requestBody(
  shape: TryShape,
  rows: readonly (readonly string[])[],
  params: readonly string[],
): { body: string } | { errors: FieldError[] } {
  const columns = shape.columns ?? [];
  const errors: FieldError[] = [];
  const value = (field: TryField, text: string, row: number, at: number): string => {
    const found = valueJson(field, text);
    if ("json" in found) return found.json;
    errors.push({ row, field: at, message: found.problem });
    return "null";
  };
  const cells = rows.map((row, index) => columns.map((field, at) => value(field, row[at] ?? "", index, at)));
  const given = shape.params.flatMap((field, at) => {
    const text = params[at] ?? "";
    return text === (field.preset ?? "") ? [] : [`${JSON.stringify(String(field.name))}:${value(field, text, -1, at)}`];
  });
  if (errors.length > 0) return { errors };
  const beside = given.length === 0 ? "" : `,"params":{${given.join(",")}}`;
  if (columns.some(({ name }) => name === undefined)) {
    const lists = cells.map((row) => (row.length === 1 ? row[0] : `[${row.join(",")}]`));
    return { body: `{"instances":[${lists.join(",")}]${beside}}` };
  }
  const names = columns.map(({ name }) => JSON.stringify(name)).join(",");
  const data = cells.map((row) => `[${row.join(",")}]`).join(",");
  return { body: `{"dataframe_split":{"columns":[${names}],"data":[${data}]}${beside}}` };
}

/** What JSON has no number for; the scoring server reads the words. */
const wordsOfNumbers = ["NaN", "Infinity", "-Infinity"];

function valueJson({ kind, type, required }: TryField, given: string): { json: string } | { problem: string } {
  const text = kind === "text" ? given : given.trim();
  if (text === "" && !(type === "string" && required)) return required ? { problem: "is needed" } : { json: "null" };
  switch (kind) {
    case "integer":
      return /^-?\d+$/.test(text)
        ? { json: text.replace(/^(-?)0+(?=\d)/, "$1") }
        : { problem: "must be a whole number" };
    case "number":
      if (wordsOfNumbers.includes(text)) return { json: JSON.stringify(text) };
      if (/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
        return { json: isJson(text) ? text : String(Number(text)) };
      }
      return { problem: "must be a number, such as 0.5" };
    case "boolean":
      return { json: text };
    case "text":
      return { json: JSON.stringify(text) };
    default:
      return isJson(text) ? { json: text } : { problem: "must be JSON, such as [1, 2]" };
  }
}

/** A body to begin with where there is no example and no form. */
export function bodyOutline(signature: SignatureJson | undefined): string {
  const tensors = items(signature?.inputs).filter(({ type }) => type === "tensor");
  if (tensors.length === 0) return '{"dataframe_split": {"columns": ["x"], "data": [[0.5]]}}';
  const named = tensors.map(({ name, "tensor-spec": spec }) => {
    const shape = isRecord(spec) && Array.isArray(spec.shape) ? spec.shape.map(Number) : [];
    return [name, zeros(shape)] as const;
  });
  const [first] = named;
  const isOne = named.length === 1 && typeof first?.[0] !== "string";
  return JSON.stringify({ inputs: isOne ? first?.[1] : Object.fromEntries(named) });
}

/** At most 200 along an axis: nobody edits more. */
function zeros([axis, ...inner]: readonly number[]): unknown {
  if (axis === undefined) return 0;
  return Array.from({ length: axis < 0 ? 1 : Math.min(axis, 200) }, () => zeros(inner));
}

type Json = Readonly<Record<string, unknown>>;

function items(text: string | undefined): Json[] {
  const found = parsed(text ?? "[]");
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

function isJson(text: string): boolean {
  return parsed(text) !== undefined;
}

/** With each digit: a whole number that a double cannot hold is its text. */
export function parsed(text: string): unknown {
  // Browsers give the source as a third argument; the types do not know it yet.
  const exact = (_key: string, value: unknown, context?: { source?: string }) =>
    Number.isInteger(value) && !Number.isSafeInteger(value) ? (context?.source ?? value) : value;
  try {
    return JSON.parse(text, exact) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { createHash } from "node:crypto";
import { TrackingError } from "../errors.js";
import { own } from "../own.js";
import { jsonText, valueText } from "./json-text.js";
import type { DatasetInput } from "./types.js";
import { checkArtifactPath, checkKey, limits } from "./validation.js";
import { checkOptions, checkText, fieldsOf, isNamed, typeOf, wrongType } from "./value-type.js";

/** Rows as records (of any type: an interface has no index signature), or columns as arrays of one length. */
export type TableData = readonly object[] | Readonly<Record<string, ArrayLike<unknown>>>;

export interface LogFigureOptions {
  /** The picture of the spec, for a file that ends in `.svg`; the session draws it when absent. */
  svg?: string | Promise<string>;
}

export interface LogInputOptions {
  name: string;
  /** Where the data came from: a path or URL. */
  source?: string;
  /** MLflow's word for the kind of source, e.g. "local", "http"; found from `source` when absent. */
  sourceType?: string;
  /** The rows or columns; `digest`, `schema` and `profile` are made from them. */
  data?: TableData;
  /** At most 36 characters; needed when there is no `data`. */
  digest?: string;
  /** JSON text, `{"mlflow_colspec": [...]}`. */
  schema?: string;
  /** JSON text. */
  profile?: string;
  /** "training", "validation", …: tag `mlflow.data.context`. */
  context?: string;
  /** Values are kept as text. */
  tags?: Readonly<Record<string, unknown>>;
}

/** A picture at a step of a metric's curve, instead of a file's name. */
export interface LogImageOptions {
  /** What it is a picture of; may have `/` in it. */
  key: string;
  /** Whole, at least 0; default 0. */
  step?: number;
  /** ms since the epoch; default now. */
  timestamp?: number;
}

export interface Table {
  columns: string[];
  data: unknown[][];
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE unless a table can be kept in the file */
export function tablePath(artifactFile: string): string {
  const path = checkArtifactPath(artifactFile);
  if (path.endsWith(".json")) return path;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `A table can only be logged to a .json file; got '${artifactFile}'.`,
    { hint: `Log it to ${path.replace(/\.[^./]*$/, "")}.json.` },
  );
}

/**
 * Rows and columns in MLflow's own form of a logged table (pandas' "split"); a missing cell is null.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for what is neither rows nor columns of one length, with its type
 */
export function toTable(data: TableData): Table {
  if (Array.isArray(data)) {
    const rows = Array.from(data, toRow);
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return {
      columns,
      data: rows.map((row) => columns.map((column) => own(row, column) ?? null)),
    };
  }
  if (!isNamed(data)) {
    throw wrongType(`A table must be an array of rows or an object of columns; got ${typeOf(data)}.`, data);
  }
  const columns = fieldsOf("A table", data, { mayBeEmpty: true }).map(([name, cells]) => ({
    name,
    cells: toColumn(name, cells),
  }));
  const [first] = columns;
  if (columns.some(({ cells }) => cells.length !== first?.cells.length)) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `The columns of a table must have the same length; got ${columns.map(({ name, cells }) => `${name}: ${cells.length}`).join(", ")}.`,
    );
  }
  const rows = Array.from({ length: first?.cells.length ?? 0 }, (_, row) =>
    columns.map(({ cells }) => cells[row] ?? null),
  );
  return { columns: columns.map(({ name }) => name), data: rows };
}

/** A row's cells by column; a row may be an array too, whose columns are 0, 1, … */
function toRow(row: unknown, index: number): Readonly<Record<string, unknown>> {
  if (Array.isArray(row)) return { ...(row as unknown[]) } as Record<string, unknown>;
  if (isNamed(row)) return row;
  throw wrongType(
    `Row ${index} of the table must be an object that maps columns to cells; got ${typeOf(row)}.`,
    row,
    "Use Object.fromEntries(map) to turn a Map into an object.",
  );
}

function toColumn(name: string, cells: unknown): ArrayLike<unknown> {
  if (Array.isArray(cells) || (ArrayBuffer.isView(cells) && !(cells instanceof DataView)))
    return cells as ArrayLike<unknown>;
  throw wrongType(
    `Column '${name}' of the table must be an array of cells; got ${typeOf(cells)}.`,
    cells,
    "Pass rows as an array of objects, or columns as { name: [cells] }.",
  );
}

/** A table with the rows of another below it; columns that only one has are filled with null. */
export function appendTable(table: Table, more: Table): Table {
  const columns = [...new Set([...table.columns, ...more.columns])];
  const widen = ({ columns: own, data }: Table) => {
    const at = columns.map((column) => own.indexOf(column));
    return data.map((row) => at.map((index) => (index < 0 ? null : (row[index] ?? null))));
  };
  return { columns, data: [...widen(table), ...widen(more)] };
}

/** A dataset as a run's input; its digest is the first 8 hex digits of the data's SHA-256. */
export function toDatasetInput(options: LogInputOptions): DatasetInput {
  if (options === undefined || typeof options === "string") {
    throw wrongType(`logInput needs an object; got ${typeOf(options)}.`, options, "Write { name, data }.");
  }
  checkOptions("logInput", options, "{ name, data }");
  const { name, source = "", sourceType, data } = options;
  checkText("The name of a dataset", name);
  for (const field of ["source", "sourceType", "digest", "schema", "profile", "context"] as const) {
    if (options[field] !== undefined) checkText(`The ${field} of dataset '${name}'`, options[field]);
  }
  const table = data === undefined ? undefined : toTable(data);
  const digest = options.digest ?? (table === undefined ? undefined : digestOf(table, `Dataset '${name}'`));
  if (digest === undefined) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The input '${name}' has no data and no digest.`, {
      hint: "Pass its rows or columns as `data`, or your own `digest`.",
    });
  }
  const schema = options.schema ?? fittingSchema(table);
  const profile =
    options.profile ??
    (table && JSON.stringify({ num_rows: table.data.length, num_elements: table.data.length * table.columns.length }));
  const tags = fieldsOf(`The tags of dataset '${name}'`, options.tags ?? {}, { mayBeEmpty: true });
  if (options.context !== undefined) tags.push(["mlflow.data.context", options.context]);
  return {
    dataset: {
      name,
      digest,
      sourceType: sourceType ?? (/^https?:/.test(source) ? "http" : source === "" ? "code" : "local"),
      source: JSON.stringify(/^https?:/.test(source) ? { url: source } : { uri: source }),
      ...(schema === undefined ? {} : { schema }),
      ...(profile === undefined ? {} : { profile }),
    },
    tags: Object.fromEntries(
      tags.map(([key, value]) => {
        checkKey("tag", key);
        return [key, valueText(value, `Tag '${key}' of dataset '${name}'`)];
      }),
    ),
  };
}

/** A table of so many columns that MLflow would refuse its schema has none. */
function fittingSchema(table: Table | undefined): string | undefined {
  const schema = table === undefined || table.columns.length === 0 ? "" : datasetSchema(table);
  return schema === "" || schema.length > limits.datasetSchema ? undefined : schema;
}

function digestOf(table: Table, what: string): string {
  return createHash("sha256")
    .update(jsonText(table, what, { indent: 2 }))
    .digest("hex")
    .slice(0, 8);
}

/** MLflow's types of columns. @see MLflow `mlflow.types.DataType` */
type ColumnType = "boolean" | "long" | "double" | "string" | "datetime" | "any";

/** Rows side by side with the names of their columns. */
interface NamedRows {
  columns: readonly string[];
  data: ReadonlyArray<readonly unknown[]>;
}

/** The schema of a dataset as MLflow keeps it; a column that has a missing cell is not required. */
function datasetSchema({ columns, data }: NamedRows): string {
  const specs = columns.map((name, index) => {
    const cells = data.map((row) => row[index]);
    const present = cells.filter((cell) => cell !== null && cell !== undefined);
    return { type: columnType(present), name, required: present.length === cells.length };
  });
  return JSON.stringify({ mlflow_colspec: specs });
}

/** Whole numbers are longs, as numpy has them; cells of several types, or none, are any. */
function columnType(cells: readonly unknown[]): ColumnType {
  const types = new Set(cells.map(cellType));
  if (types.size === 2 && types.has("long") && types.has("double")) return "double";
  const [only = "any"] = types;
  return types.size === 1 ? only : "any";
}

function cellType(cell: unknown): ColumnType {
  switch (typeof cell) {
    case "boolean":
      return "boolean";
    case "bigint":
      return "long";
    case "number":
      return Number.isInteger(cell) ? "long" : "double";
    case "string":
      return "string";
    default:
      return cell instanceof Date ? "datetime" : "any";
  }
}

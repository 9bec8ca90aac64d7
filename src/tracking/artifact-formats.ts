import { createHash } from "node:crypto";
import { TrackingError } from "../errors.js";
import { own } from "../own.js";
import { datasetSchema } from "./dataset-schema.js";
import type { DatasetInput } from "./types.js";
import { limits } from "./validation.js";

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
  tags?: Readonly<Record<string, string>>;
}

/** A picture at a step of a metric's curve, in place of a file's name. */
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

/** Rows and columns in MLflow's own form of a logged table (pandas' "split"); a missing cell is null. */
export function toTable(data: TableData): Table {
  if (isRows(data)) {
    const columns = [...new Set(data.flatMap((row) => Object.keys(row)))];
    return {
      columns,
      data: data.map((row) => columns.map((column) => own(row as Record<string, unknown>, column) ?? null)),
    };
  }
  const columns = Object.keys(data);
  const lengths = new Set(columns.map((column) => own(data, column)?.length ?? 0));
  if (lengths.size > 1) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `The columns of a table have one length; got ${columns.map((column) => `${column}: ${own(data, column)?.length}`).join(", ")}.`,
    );
  }
  const rows = Array.from({ length: [...lengths][0] ?? 0 }, (_, row) =>
    columns.map((c) => own(data, c)?.[row] ?? null),
  );
  return { columns, data: rows };
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
  const { name, source = "", data } = options;
  const table = data === undefined ? undefined : toTable(data);
  const digest = options.digest ?? (table === undefined ? undefined : digestOf(table));
  if (digest === undefined) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The input '${name}' has neither data nor a digest.`, {
      hint: "Give its rows or columns as `data`, or a `digest` of your own.",
    });
  }
  const schema = options.schema ?? fittingSchema(table);
  const profile =
    options.profile ??
    (table && JSON.stringify({ num_rows: table.data.length, num_elements: table.data.length * table.columns.length }));
  return {
    dataset: {
      name,
      digest,
      sourceType: options.sourceType ?? (/^https?:/.test(source) ? "http" : source === "" ? "code" : "local"),
      source: JSON.stringify(/^https?:/.test(source) ? { url: source } : { uri: source }),
      ...(schema === undefined ? {} : { schema }),
      ...(profile === undefined ? {} : { profile }),
    },
    tags: { ...options.tags, ...(options.context === undefined ? {} : { "mlflow.data.context": options.context }) },
  };
}

/** JSON text that keeps BigInts and typed arrays readable; NaN and infinities become their names. */
export function toJson(value: unknown): string {
  const readable = (_key: string, part: unknown) => {
    if (typeof part === "bigint") return part.toString();
    if (typeof part === "number" && !Number.isFinite(part)) return String(part);
    if (ArrayBuffer.isView(part) && !(part instanceof DataView))
      return Array.from(part as unknown as ArrayLike<unknown>);
    if (part instanceof Map) return Object.fromEntries(part);
    if (part instanceof Set) return [...part];
    return part;
  };
  return JSON.stringify(value, readable, 2) ?? "null";
}

/** A table of so many columns that MLflow would refuse its schema has none. */
function fittingSchema(table: Table | undefined): string | undefined {
  const schema = table === undefined || table.columns.length === 0 ? "" : datasetSchema(table);
  return schema === "" || schema.length > limits.datasetSchema ? undefined : schema;
}

function digestOf(table: Table): string {
  return createHash("sha256").update(toJson(table)).digest("hex").slice(0, 8);
}

function isRows(data: TableData): data is readonly object[] {
  return Array.isArray(data);
}

import { type LogInputOptions, type TableData, toDatasetInput, toTable } from "./artifact-formats.js";
import { jsonText } from "./json-text.js";
import { isNamed, wrongType } from "./value-type.js";

// What is logged is what a value is when the call is made: where that call must wait, its value is copied. A copy is written as
// its original would be; what cannot be written is refused.

/** A value that is written as JSON. @param omitUndefined - as for `jsonText` */
export function keepJson<T>(value: T, what: string, omitUndefined = false): T {
  if (value === undefined) throw wrongType(`${what} is undefined.`, value);
  return JSON.parse(jsonText(value, what, { omitUndefined })) as T;
}

export function keepTable(data: TableData, path: string): TableData {
  toTable(data);
  // A row is its fields, also where it has a toJSON.
  const rows: unknown = Array.isArray(data)
    ? data.map((row: unknown) => (isNamed(row) ? { ...row } : row))
    : { ...data };
  return keepJson(rows as TableData, `The table of ${path}`);
}

/** With what is made of the data instead of the data. */
export function keepInput(options: LogInputOptions): LogInputOptions {
  const { dataset, tags } = toDatasetInput(options);
  const { digest, schema, profile, sourceType } = dataset;
  return { ...options, data: undefined, digest, schema, profile, sourceType, tags };
}

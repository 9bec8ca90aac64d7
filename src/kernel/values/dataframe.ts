import { isCount, isPlainRecord, readMethod, readProperty } from "./read-property.js";
import { cellsOf, columnNames, type FirstRows, rowsShown, shownColumns, tableOf } from "./records.js";
import type { ValueKind } from "./value-kind.js";

/** Tables of libraries (Arrow, Arquero, Polars, Danfo), known by their members so that none need be installed. */
export const dataframe: ValueKind = {
  name: "dataframe",
  bundle(value) {
    for (const read of readers) {
      const first = read(value);
      if (first) return tableOf(first);
    }
    return undefined;
  },
};

type Reader = (value: unknown) => FirstRows | undefined;

/** Apache Arrow `Table` and `RecordBatch`: columns by `getChildAt`, types in the schema. */
const arrow: Reader = (value) => {
  const rows = readProperty(value, "numRows");
  const fields = readProperty(readProperty(value, "schema"), "fields");
  const columnAt = readMethod(value, "getChildAt");
  if (!isCount(rows) || !Array.isArray(fields) || !columnAt) return undefined;
  const names = fields.map((field) => String(readProperty(field, "name")));
  const types = fields.map((field) => String(readProperty(field, "type")));
  const columns = names.slice(0, shownColumns).map((_, at) => readMethod(columnAt(at), "get"));
  return { names, types, rows, of: "row", cells: upTo(rows, names, (row) => columns.map((get) => get?.(row))) };
};

/** Arquero's `ColumnTable`. */
const arquero: Reader = (value) => {
  const rows = readMethod(value, "numRows")?.();
  const names = readMethod(value, "columnNames")?.();
  const get = readMethod(value, "get");
  if (!isCount(rows) || !isTexts(names) || !get || !readMethod(value, "objects")) return undefined;
  const shown = names.slice(0, shownColumns);
  return { names, rows, of: "row", cells: upTo(rows, names, (row) => shown.map((name) => get(name, row))) };
};

/** Danfo's `DataFrame`. */
const danfo: Reader = (value) => {
  const names = readProperty(value, "columns");
  const shape = readProperty(value, "shape");
  const head = readMethod(value, "head");
  if (!isTexts(names) || !Array.isArray(shape) || !isCount(shape[0]) || !head) return undefined;
  const shown = Math.min(rowsShown(names.length), shape[0]);
  const values = readProperty(head(shown), "values");
  if (!Array.isArray(values) || !values.every(Array.isArray)) return undefined;
  return { names, rows: shape[0], of: "row", cells: values.slice(0, shown) };
};

/** Polars' `DataFrame`, and anything else that says how many rows it has and hands them out as records. */
const recordSource: Reader = (value) => {
  const rows = [readProperty(value, "height"), readProperty(value, "numRows"), readMethod(value, "numRows")?.()].find(
    isCount,
  );
  if (rows === undefined) return undefined;
  const most = rowsShown(1);
  const first = rows > most ? (readMethod(value, "head")?.(most) ?? value) : value;
  const handOut = ["toRecords", "objects", "toArray"].map((name) => readMethod(first, name)).find((method) => method);
  const found = handOut?.();
  if (!Array.isArray(found) || found.length === 0) return undefined;
  const records = found.slice(0, most).map(asRecord);
  if (!records.every((record) => record !== undefined)) return undefined;
  const { names } = columnNames(records);
  return { names, rows, of: "row", cells: cellsOf(records, names) };
};

/** What is looked for first has more to say: Arrow's and Danfo's tables can also hand out records. */
const readers: readonly Reader[] = [arrow, arquero, danfo, recordSource];

/** Rows of Arrow's kind are proxies that turn into records by `toJSON`. */
function asRecord(row: unknown): Record<string, unknown> | undefined {
  const plain = isPlainRecord(row) ? row : readMethod(row, "toJSON")?.();
  return isPlainRecord(plain) ? plain : undefined;
}

function upTo(rows: number, names: readonly string[], row: (at: number) => unknown[]): unknown[][] {
  return Array.from({ length: Math.min(rows, rowsShown(names.length)) }, (_, at) => row(at));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}

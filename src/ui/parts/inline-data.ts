import { own, setOwn } from "../../own.js";
import { parseCsv } from "./csv.js";

/** As Vega reads them. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  number: (text) => (text === "" ? null : Number(text)),
  boolean: (text) => (text === "" ? null : text !== "false"),
  string: (text) => (text === "" ? null : text),
};

/**
 * A spec whose CSV is rows. Vega reads CSV with code that it makes at that moment, which the page's policy lets nobody do: the
 * chart would stay empty.
 */
export function withRows<T>(part: T): T {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map(withRows) as T;
  const { values, format } = part as { values?: unknown; format?: { type?: unknown; parse?: Record<string, unknown> } };
  if (typeof values === "string" && (format?.type === "csv" || format?.type === "tsv")) {
    const { parse = {} } = format;
    const rows = rowsOf(values, format.type === "csv" ? "," : "\t", parse);
    const left = Object.entries(parse).filter(
      ([, type]) => typeof type !== "string" || own(readers, type) === undefined,
    );
    return { ...part, values: rows, format: { type: "json", parse: Object.fromEntries(left) } } as T;
  }
  // Rows are not looked through: there may be many.
  const entries = Object.entries(part).map(([key, value]) => [key, key === "values" ? value : withRows(value)]);
  return Object.fromEntries(entries) as T;
}

function rowsOf(text: string, delimiter: string, types: Readonly<Record<string, unknown>>): object[] {
  const [names = [], ...lines] = parseCsv(text, { delimiter });
  const columns = names.map((name) => {
    const type = own(types, name);
    return { name, read: (typeof type === "string" && own(readers, type)) || ((value: string): unknown => value) };
  });
  return lines.map((line) => {
    const row: Record<string, unknown> = {};
    for (const [at, { name, read }] of columns.entries()) setOwn(row, name, read(line[at] ?? ""));
    return row;
  });
}

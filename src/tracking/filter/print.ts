import { aggregates, type Field, type Filter, type OrderBy } from "./filter-tree.js";

/**
 * A filter as a text that is read as the same filter. It is in MLflow's grammar wherever that can say it: what goes beyond is
 * OR, NOT, parentheses, aggregates of metrics, params compared as numbers, `duration` and `experiment_id`.
 */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.parts.map(printPart).join(filter.kind === "and" ? " AND " : " OR ");
    case "not":
      return `NOT ${printFilter(filter.part)}`;
    case "null":
      return `${printField(filter.field)} ${filter.comparator}`;
    default:
      return `${printField(filter.field)} ${filter.comparator} ${printValue(filter.value)}`;
  }
}

/** `metrics.rmse DESC`. */
export function printOrderBy({ field, descending }: OrderBy): string {
  return `${printField(field)} ${descending ? "DESC" : "ASC"}`;
}

/** `start_time`, ``params.`learning rate` ``, ``metrics.`rmse`.min``. */
export function printField({ entity, key, aggregate, whole }: Field): string {
  if (entity === "attribute") return key;
  if (entity !== "metric") return `${entity}s.${writtenKey(key)}`;
  if (whole !== undefined) return `metrics.${whole}`;
  return aggregate === undefined ? `metrics.${writtenKey(key)}` : `metrics.${quoted(key, "`")}.${aggregate}`;
}

/** A word that MLflow's parser too takes for one key; any other stands in back-quotes. */
const plainKey = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/** A key as filters and orders have it: ``metrics.`val loss` ``. */
export function writtenKey(key: string): string {
  const last = key.slice(key.lastIndexOf(".") + 1).toLowerCase();
  const isAggregate = key.includes(".") && aggregates.some((word) => word === last);
  return plainKey.test(key) && !isAggregate ? key : quoted(key, "`");
}

function printPart(part: Filter): string {
  return part.kind === "and" || part.kind === "or" ? `(${printFilter(part)})` : printFilter(part);
}

function printValue(value: number | string | readonly string[]): string {
  if (typeof value === "number") return printNumber(value);
  return typeof value === "string" ? printText(value) : `(${value.map(printText).join(", ")})`;
}

function printNumber(value: number): string {
  if (Object.is(value, -0)) return "-0";
  // A literal too large for a double is read as Infinity.
  return Number.isFinite(value) ? String(value) : value < 0 ? "-1e999" : "1e999";
}

/** MLflow knows no escapes: a text with one kind of quotes stands in the other. */
function printText(text: string): string {
  return quoted(text, text.includes("'") && !text.includes('"') ? '"' : "'");
}

/** Doubles the quote itself, and a backslash only where it would be taken for an escape. */
function quoted(text: string, quote: "'" | '"' | "`"): string {
  let inside = "";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    inside +=
      char === quote || (char === "\\" && (next === "" || next === "\\" || next === quote)) ? char + char : char;
  }
  return quote + inside + quote;
}

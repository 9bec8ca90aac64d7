import { createHash } from "node:crypto";
import { RunlabError, TrackingError } from "../../errors.js";
import { allOf, type Comparison, type Field, type Filter, type Search } from "../../tracking/filter/filter-tree.js";
import { printFilter, printOrderBy } from "../../tracking/filter/print.js";
import type { Page } from "../../tracking/types.js";

/** What MLflow's server can compare and sort by, of one kind of row. */
export interface ServerFields {
  /** Attributes that are compared as texts. */
  texts: ReadonlySet<string>;
  /** Attributes that are compared as numbers. */
  numbers: ReadonlySet<string>;
  /** Attributes that a list is allowed for. */
  lists: ReadonlySet<string>;
  /** Whether metrics, params and tags can be compared, and metrics sorted by. */
  values: boolean;
}

/** A search, divided between the server and us. */
export interface DividedSearch {
  /** In MLflow's grammar: holds for every row that is wanted. */
  filter: string | undefined;
  orderBy: string[];
  /** The server's rows are those that are wanted, in their order. Otherwise all that it gives are searched here. */
  whole: boolean;
}

/** Divides a search: MLflow's grammar has no OR, no parentheses and no numeric params, and orders params as texts. */
export function divide({ filter, orderBy = [] }: Search, fields: ServerFields): DividedSearch {
  const parts = filter === undefined ? [] : filter.kind === "and" ? filter.parts : [filter];
  const known = parts.filter((part) => isKnown(part, fields));
  const said = allOf(known);
  const sorted = orderBy.every(({ field }) => isSortable(field, fields));
  return {
    filter: said === undefined ? undefined : printFilter(said),
    orderBy: sorted ? orderBy.map(printOrderBy) : [],
    whole: sorted && known.every((part) => !takesNaN(part)) && known.length === parts.length,
  };
}

/** Keys and texts that mean the same to MLflow's parser, which knows no escapes. */
const plainKey = /^[\w./-]+(?: [\w./-]+)*$/;
const plainText = /^[^'"`\\\p{Cc}]*$/u;

function isKnown(part: Filter, fields: ServerFields): boolean {
  // MLflow's grammar has neither.
  if (part.kind === "not" || "parts" in part) return false;
  const { entity, key, aggregate, whole } = part.field;
  if (entity === "attribute") return isKnownAttribute(part, fields);
  if (!fields.values || entity === "dataset" || !plainKey.test(key)) return false;
  if (entity === "metric") {
    return part.kind === "number" && aggregate === undefined && whole === undefined && isPlainNumber(part.value);
  }
  return part.kind === "null" || (part.kind === "text" && isPlainText(part.comparator, part.value));
}

function isKnownAttribute(part: Comparison, { texts, numbers, lists }: ServerFields): boolean {
  const { key } = part.field;
  if (part.kind === "number") return numbers.has(key) && Number.isSafeInteger(part.value) && part.value >= 0;
  if (part.kind === "text") return texts.has(key) && isPlainText(part.comparator, part.value);
  return (
    part.kind === "list" &&
    lists.has(key) &&
    part.value.length > 0 &&
    part.value.every((text) => text !== "" && plainText.test(text))
  );
}

function isPlainText(comparator: string, text: string): boolean {
  return !comparator.startsWith("NOT") && text !== "" && plainText.test(text);
}

/** As its text is one literal of SQL. */
function isPlainNumber(value: number): boolean {
  return /^\d+(\.\d+)?$/.test(String(value));
}

/** The SQL store keeps NaN as 0 with a mark that its searches do not look at. */
function takesNaN(part: Filter): boolean {
  if (part.kind !== "number" || part.field.entity !== "metric") return false;
  const { comparator, value } = part;
  switch (comparator) {
    case "=":
      return value === 0;
    case "!=":
      return value !== 0;
    case "<":
      return 0 < value;
    case "<=":
      return 0 <= value;
    case ">":
      return 0 > value;
    case ">=":
      return 0 >= value;
  }
}

function isSortable({ entity, key, aggregate, whole }: Field, { texts, numbers, values }: ServerFields): boolean {
  if (entity === "attribute") return numbers.has(key) || texts.has(key);
  return entity === "metric" && values && aggregate === undefined && whole === undefined && plainKey.test(key);
}

/** A page whose token the server has given. It is one of this search: the server takes a number of rows to pass over from any. */
export function serverPage<T>(rows: T[], token: string | undefined, search: string): Page<T> {
  const page: Page<T> = rows;
  if (token) page.nextPageToken = Buffer.from(JSON.stringify({ token, search })).toString("base64url");
  return page;
}

/** The server's token in a page token. @throws {TrackingError} INVALID_PARAMETER_VALUE when it is another search's, or no token */
export function serverToken(pageToken: string | undefined, search: string): string | undefined {
  if (pageToken === undefined || pageToken === "") return undefined;
  const bad = (problem: string) =>
    new TrackingError("INVALID_PARAMETER_VALUE", `Invalid page token '${pageToken.slice(0, 60)}': ${problem}.`, {
      hint: "Use the nextPageToken of the previous page, with the same filter and order.",
    });
  try {
    const { token, search: of } = Object(JSON.parse(Buffer.from(pageToken, "base64url").toString("utf8"))) as {
      token?: unknown;
      search?: unknown;
    };
    if (typeof token !== "string") throw bad("it was not issued by this store");
    if (of !== search) throw bad("it belongs to another search");
    return token;
  } catch (cause) {
    throw cause instanceof RunlabError ? cause : bad("it was not issued by this store");
  }
}

/** What makes two searches the same. */
export function searchId({ filter, orderBy = [] }: Search): string {
  const texts = [filter === undefined ? "" : printFilter(filter), ...orderBy.map(printOrderBy)];
  return createHash("sha256").update(JSON.stringify(texts)).digest("base64url").slice(0, 8);
}

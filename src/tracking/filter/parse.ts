import { TrackingError } from "../../errors.js";
import { type IsoTime, localTime, readIsoTime } from "../../iso-time.js";
import { own } from "../../own.js";
import { type FieldTable, type FieldType, parseField, typeOfField } from "./fields.js";
import {
  type Field,
  type Filter,
  joined,
  type NumberComparator,
  type OrderBy,
  type TextComparison,
} from "./filter-tree.js";
import { printField } from "./print.js";
import { filterExample, type Token, TokenReader } from "./tokens.js";

/**
 * The filter grammar: MLflow's comparisons joined by AND, and besides OR, NOT and parentheses.
 * ```
 * or      = and ("OR" and)*          and = not ("AND" not)*          not = "NOT" not | "(" or ")" | compare
 * compare = field ( ("=" "!=" ">" ">=" "<" "<=") value | "LIKE" text | "ILIKE" text | ["NOT"] "IN" "(" text, … ")" | "IS" ["NOT"] "NULL" )
 * field   = [entity "."] key         key = word | `quoted` | "quoted"      metrics.<key>.min|max|last|best
 * ```
 * A row that lacks the field matches no comparison, also not `!=` and not under NOT (three-valued, as SQL).
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, with the column and what was expected
 */
export function parseFilter(filter: string, table: FieldTable): Filter | undefined {
  if (filter.trim() === "") return undefined;
  return new Parser(filter, table).filter();
}

/** `<field> [ASC|DESC]`. */
export function parseOrderBy(clause: string, table: FieldTable): OrderBy {
  try {
    return new Parser(clause, table).order();
  } catch (error) {
    if (!(error instanceof TrackingError)) throw error;
    const message = error.message.replace("Invalid filter", "Invalid order_by clause");
    const hint = error.hint === filterExample ? "For example: metrics.rmse ASC." : error.hint;
    throw new TrackingError(error.code, message, { hint });
  }
}

/** Deeper nesting than anybody writes, and far from the end of the stack. */
const maxDepth = 200;

class Parser {
  readonly #table: FieldTable;
  readonly #reader: TokenReader;
  #depth = 0;

  constructor(text: string, table: FieldTable) {
    this.#table = table;
    this.#reader = new TokenReader(text);
  }

  filter(): Filter {
    const filter = this.#any(false);
    if (this.#reader.peek().kind !== "end") throw this.#reader.expected("AND, OR or the end of the filter");
    return filter;
  }

  order(): OrderBy {
    const field = parseField(this.#reader, this.#table);
    const descending = this.#reader.word("DESC");
    if (!descending) this.#reader.word("ASC");
    if (this.#reader.peek().kind !== "end") throw this.#reader.expected("ASC, DESC or the end");
    return { field, descending };
  }

  #any(negated: boolean): Filter {
    const parts = [this.#every(negated)];
    while (this.#reader.word("OR")) parts.push(this.#every(negated));
    return joined(negated ? "and" : "or", parts);
  }

  #every(negated: boolean): Filter {
    const parts = [this.#one(negated)];
    while (this.#reader.word("AND")) parts.push(this.#one(negated));
    return joined(negated ? "or" : "and", parts);
  }

  #one(negated: boolean): Filter {
    if (++this.#depth > maxDepth)
      throw this.#reader.wrong(this.#reader.peek(), `it is nested more than ${maxDepth} levels deep`);
    try {
      if (this.#reader.word("NOT")) return this.#one(!negated);
      if (!this.#reader.take("(")) return this.#compare(negated);
      const inner = this.#any(negated);
      if (!this.#reader.take(")")) throw this.#reader.expected("AND, OR or ')'");
      return inner;
    } finally {
      this.#depth--;
    }
  }

  #compare(negated: boolean): Filter {
    const field = parseField(this.#reader, this.#table);
    const type = typeOfField(this.#table, field);
    if (this.#reader.word("IS")) {
      const isNull = !this.#reader.word("NOT");
      if (!this.#reader.word("NULL"))
        throw this.#reader.expected(isNull ? "NULL or NOT NULL after IS" : "NULL after IS NOT");
      return { kind: "null", field, comparator: isNull !== negated ? "IS NULL" : "IS NOT NULL" };
    }
    const token = this.#reader.peek();
    if (token.kind === "operator") {
      this.#reader.skip();
      return this.#ordered(field, type, token, negated);
    }
    const not = this.#reader.word("NOT");
    for (const comparator of ["LIKE", "ILIKE"] as const) {
      if (this.#reader.word(comparator)) return this.#like(field, type, token, comparator, not !== negated);
    }
    if (this.#reader.word("IN")) {
      return {
        kind: "list",
        field,
        comparator: not !== negated ? "NOT IN" : "IN",
        value: this.#list(field, type, token),
      };
    }
    throw this.#reader.expected(
      not ? "IN, LIKE or ILIKE after NOT" : `a comparison after ${printField(field)} (= != > >= < <= LIKE ILIKE IN IS)`,
    );
  }

  #ordered(field: Field, type: FieldType, operator: Token, negated: boolean): Filter {
    const comparator = operator.text as NumberComparator;
    const token = this.#reader.peek();
    if (token.kind === "number" && type !== "text") {
      this.#reader.skip();
      return compareNumber(field, comparator, Number(token.text), negated);
    }
    if (type === "number")
      throw this.#reader.expected(`a number after '${comparator}' (${printField(field)} is a number)`);
    if (token.kind !== "quoted")
      throw this.#reader.expected(`quoted text${type === "text" ? "" : " or a number"} after '${comparator}'`);
    if (type === "time") {
      const span = parseTime(token.text);
      if (span === undefined)
        throw this.#reader.expected("a date that exists, like '2026-11-01' or '2026-11-01 14:30', or milliseconds");
      this.#reader.skip();
      return compareSpan(field, negated ? opposites[comparator] : comparator, span);
    }
    if (type === "duration") {
      const value = parseDuration(token.text);
      if (value === undefined) throw this.#reader.expected("a duration like '90s', '5m' or '1h 30m', or milliseconds");
      this.#reader.skip();
      return compareNumber(field, comparator, value, negated);
    }
    if (comparator !== "=" && comparator !== "!=") {
      const hint = type === "either" ? "; to compare numbers, remove the quotes" : "";
      throw this.#reader.wrong(
        operator,
        `text can be compared with = != LIKE ILIKE IN, not with '${comparator}'${hint}`,
      );
    }
    this.#reader.skip();
    return { kind: "text", field, comparator: (comparator === "=") !== negated ? "=" : "!=", value: token.text };
  }

  #like(field: Field, type: FieldType, token: Token, comparator: "LIKE" | "ILIKE", negated: boolean): TextComparison {
    this.#textOnly(field, type, token);
    const value = this.#reader.quoted(comparator);
    return { kind: "text", field, comparator: negated ? `NOT ${comparator}` : comparator, value };
  }

  #list(field: Field, type: FieldType, token: Token): string[] {
    this.#textOnly(field, type, token);
    if (!this.#reader.take("(")) throw this.#reader.expected("'(' after IN");
    const values: string[] = [];
    do values.push(this.#reader.quoted("IN ("));
    while (this.#reader.take(","));
    if (!this.#reader.take(")")) throw this.#reader.expected("',' or ')'");
    return values;
  }

  #textOnly(field: Field, type: FieldType, operator: Token): void {
    if (type === "text" || type === "either") return;
    throw this.#reader.wrong(
      operator,
      `${printField(field)} is a number, which can be compared with = != > >= < <=, not with ${operator.text}`,
    );
  }
}

const opposites: Readonly<Record<NumberComparator, NumberComparator>> = {
  "=": "!=",
  "!=": "=",
  ">": "<=",
  ">=": "<",
  "<": ">=",
  "<=": ">",
};

/** Attributes are never NaN, so that NOT greater is less or equal. */
function compareNumber(field: Field, comparator: NumberComparator, value: number, negated: boolean): Filter {
  if (!negated) return { kind: "number", field, comparator, value };
  if (field.entity === "attribute" || comparator === "=" || comparator === "!=")
    return { kind: "number", field, comparator: opposites[comparator], value };
  return { kind: "not", part: { kind: "number", field, comparator, value } };
}

/** A moment given to the day, minute or second: equal is anywhere within. */
function compareSpan(field: Field, comparator: NumberComparator, { from, to }: { from: number; to: number }): Filter {
  const number = (order: NumberComparator, value: number): Filter => ({
    kind: "number",
    field,
    comparator: order,
    value,
  });
  if (comparator === "=") return joined("and", [number(">=", from), number("<", to)]);
  if (comparator === "!=") return joined("or", [number("<", from), number(">=", to)]);
  return number(comparator, from);
}

/** How long, in ms, what a text names to this precision; a day may be an hour longer or shorter. */
const lengths: Readonly<Record<Exclude<IsoTime["precision"], "day">, number>> = {
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  fraction: 1,
};

/**
 * The span of time that a text names, in ms since the epoch; local time unless it gives its zone.
 * @returns `to` is exclusive; undefined when no calendar or clock has it
 */
export function parseTime(text: string): { from: number; to: number } | undefined {
  const time = readIsoTime(text);
  const from = time && localTime(time);
  if (time === undefined || from === undefined) return undefined;
  const { precision, offset, ms } = time;
  // Times of runs have whole ms: one between two of them equals none, and is before or after each.
  if (!Number.isInteger(ms)) return { from: from + (ms % 1), to: from + (ms % 1) };
  if (precision !== "day") return { from, to: from + lengths[precision] };
  if (offset !== undefined) return { from, to: from + 86_400_000 };
  const next = new Date(from);
  next.setHours(0, 0, 0, 0);
  next.setDate(next.getDate() + 1);
  return { from, to: next.getTime() };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `1h 30m`, `90s`, `250ms` in ms; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)\s*/gy)];
  const length = parts.reduce((sum, part) => sum + part[0].length, 0);
  if (parts.length === 0 || length !== text.length) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (own(units, unit ?? "") ?? 0), 0);
}

import { TrackingError } from "../../errors.js";
import type { Filter, Order, Test } from "./ast.js";
import type { Field, FieldTable } from "./fields.js";
import { parseDuration, parseTime } from "./moments.js";
import { parseField } from "./parse-field.js";
import { TokenReader } from "./token-reader.js";
import type { Token } from "./tokens.js";

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
export function parseFilter<Row>(filter: string, table: FieldTable<Row>): Filter<Row> | undefined {
  if (filter.trim() === "") return undefined;
  return new Parser(filter, table).filter();
}

/** `<field> [ASC|DESC]`. */
export function parseOrderBy<Row>(clause: string, table: FieldTable<Row>): { field: Field<Row>; descending: boolean } {
  try {
    return new Parser(clause, table).order();
  } catch (error) {
    if (!(error instanceof TrackingError)) throw error;
    const message = error.message.replace("Invalid filter", "Invalid order_by clause");
    throw new TrackingError(error.code, message, { hint: "For example: metrics.rmse ASC." });
  }
}

/** Deeper nesting than anybody writes, and far from the end of the stack. */
const maxDepth = 200;

class Parser<Row> {
  readonly #table: FieldTable<Row>;
  readonly #reader: TokenReader;
  #depth = 0;

  constructor(text: string, table: FieldTable<Row>) {
    this.#table = table;
    this.#reader = new TokenReader(text);
  }

  filter(): Filter<Row> {
    const filter = this.#any(false);
    if (this.#reader.peek().kind !== "end") throw this.#reader.expected("AND, OR or the end of the filter");
    return filter;
  }

  order(): { field: Field<Row>; descending: boolean } {
    const field = parseField(this.#reader, this.#table);
    const descending = this.#reader.word("DESC");
    if (!descending) this.#reader.word("ASC");
    if (this.#reader.peek().kind !== "end") throw this.#reader.expected("ASC, DESC or the end");
    return { field, descending };
  }

  #any(negated: boolean): Filter<Row> {
    const parts = [this.#every(negated)];
    while (this.#reader.word("OR")) parts.push(this.#every(negated));
    return joined(negated ? "and" : "or", parts);
  }

  #every(negated: boolean): Filter<Row> {
    const parts = [this.#one(negated)];
    while (this.#reader.word("AND")) parts.push(this.#one(negated));
    return joined(negated ? "or" : "and", parts);
  }

  #one(negated: boolean): Filter<Row> {
    if (++this.#depth > maxDepth)
      throw this.#reader.wrong(this.#reader.peek(), `it is nested more than ${maxDepth} deep`);
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

  #compare(negated: boolean): Filter<Row> {
    const field = parseField(this.#reader, this.#table);
    if (this.#reader.word("IS")) {
      const isNull = !this.#reader.word("NOT");
      if (!this.#reader.word("NULL"))
        throw this.#reader.expected(isNull ? "NULL or NOT NULL after IS" : "NULL after IS NOT");
      return { kind: "null", field, isNull: isNull !== negated };
    }
    const token = this.#reader.peek();
    if (token.kind === "operator") {
      this.#reader.skip();
      return { kind: "compare", field, test: this.#test(field, token), negated };
    }
    if (this.#reader.word("LIKE")) return { kind: "compare", field, test: this.#like(field, token, false), negated };
    if (this.#reader.word("ILIKE")) return { kind: "compare", field, test: this.#like(field, token, true), negated };
    const not = this.#reader.word("NOT");
    if (not && this.#reader.word("LIKE"))
      return { kind: "compare", field, test: this.#like(field, token, false), negated: !negated };
    if (not && this.#reader.word("ILIKE"))
      return { kind: "compare", field, test: this.#like(field, token, true), negated: !negated };
    if (this.#reader.word("IN"))
      return { kind: "compare", field, test: this.#list(field, token), negated: not !== negated };
    throw this.#reader.expected(
      not ? "IN, LIKE or ILIKE after NOT" : `a comparison after ${field.name} (= != > >= < <= LIKE ILIKE IN IS)`,
    );
  }

  #test(field: Field<Row>, operator: Token): Test {
    const order = operator.text as Order;
    const token = this.#reader.peek();
    if (token.kind === "number" && field.type !== "text") {
      this.#reader.skip();
      return { kind: "number", operator: order, value: Number(token.text) };
    }
    if (field.type === "number") throw this.#reader.expected(`a number after '${order}' (${field.name} is a number)`);
    if (token.kind !== "quoted")
      throw this.#reader.expected(`a quoted text${field.type === "text" ? "" : " or a number"} after '${order}'`);
    if (field.type === "time") {
      const span = parseTime(token.text);
      if (span === undefined)
        throw this.#reader.expected("a date that exists, like '2026-11-01' or '2026-11-01 14:30', or milliseconds");
      this.#reader.skip();
      return { kind: "span", operator: order, ...span };
    }
    if (field.type === "duration") {
      const value = parseDuration(token.text);
      if (value === undefined) throw this.#reader.expected("a duration like '90s', '5m' or '1h 30m', or milliseconds");
      this.#reader.skip();
      return { kind: "number", operator: order, value };
    }
    if (order !== "=" && order !== "!=") {
      const hint = field.type === "either" ? "; to compare as numbers, leave the quotes away" : "";
      throw this.#reader.wrong(operator, `a text is compared by = != LIKE ILIKE IN, not by '${order}'${hint}`);
    }
    this.#reader.skip();
    return { kind: "text", operator: order, value: token.text };
  }

  #like(field: Field<Row>, operator: Token, ignoreCase: boolean): Test {
    this.#textOnly(field, operator);
    return { kind: "like", pattern: this.#reader.quoted(ignoreCase ? "ILIKE" : "LIKE"), ignoreCase };
  }

  #list(field: Field<Row>, operator: Token): Test {
    this.#textOnly(field, operator);
    if (!this.#reader.take("(")) throw this.#reader.expected("'(' after IN");
    const values = new Set<string>();
    do values.add(this.#reader.quoted("IN ("));
    while (this.#reader.take(","));
    if (!this.#reader.take(")")) throw this.#reader.expected("',' or ')'");
    return { kind: "in", values };
  }

  #textOnly(field: Field<Row>, operator: Token): void {
    if (field.type === "text" || field.type === "either") return;
    throw this.#reader.wrong(
      operator,
      `${field.name} is a number and is compared by = != > >= < <=, not by ${operator.text}`,
    );
  }
}

function joined<Row>(kind: "and" | "or", parts: Array<Filter<Row>>): Filter<Row> {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : { kind, parts };
}

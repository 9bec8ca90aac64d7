import { TrackingError } from "../../errors.js";
import type { Filter, Order, Test } from "./ast.js";
import { aggregateField, type Field, type FieldTable } from "./fields.js";
import { parseDuration, parseTime } from "./moments.js";
import { filterError, type Token, tokenize } from "./tokens.js";

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
  readonly #text: string;
  readonly #table: FieldTable<Row>;
  readonly #tokens: Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string, table: FieldTable<Row>) {
    this.#text = text;
    this.#table = table;
    this.#tokens = tokenize(text);
  }

  filter(): Filter<Row> {
    const filter = this.#any(false);
    if (this.#peek().kind !== "end") throw this.#expected("AND, OR or the end of the filter");
    return filter;
  }

  order(): { field: Field<Row>; descending: boolean } {
    const field = this.#field();
    const descending = this.#word("DESC");
    if (!descending) this.#word("ASC");
    if (this.#peek().kind !== "end") throw this.#expected("ASC, DESC or the end");
    return { field, descending };
  }

  #any(negated: boolean): Filter<Row> {
    const parts = [this.#every(negated)];
    while (this.#word("OR")) parts.push(this.#every(negated));
    return joined(negated ? "and" : "or", parts);
  }

  #every(negated: boolean): Filter<Row> {
    const parts = [this.#one(negated)];
    while (this.#word("AND")) parts.push(this.#one(negated));
    return joined(negated ? "or" : "and", parts);
  }

  #one(negated: boolean): Filter<Row> {
    if (++this.#depth > maxDepth)
      throw filterError(this.#text, this.#peek().start, `it is nested more than ${maxDepth} deep`);
    try {
      if (this.#word("NOT")) return this.#one(!negated);
      if (!this.#take("(")) return this.#compare(negated);
      const inner = this.#any(negated);
      if (!this.#take(")")) throw this.#expected("AND, OR or ')'");
      return inner;
    } finally {
      this.#depth--;
    }
  }

  #compare(negated: boolean): Filter<Row> {
    const field = this.#field();
    if (this.#word("IS")) {
      const isNull = !this.#word("NOT");
      if (!this.#word("NULL")) throw this.#expected(isNull ? "NULL or NOT NULL after IS" : "NULL after IS NOT");
      return { kind: "null", field, isNull: isNull !== negated };
    }
    const token = this.#peek();
    if (token.kind === "operator") {
      this.#next++;
      return { kind: "compare", field, test: this.#test(field, token), negated };
    }
    if (this.#word("LIKE")) return { kind: "compare", field, test: this.#like(field, token, false), negated };
    if (this.#word("ILIKE")) return { kind: "compare", field, test: this.#like(field, token, true), negated };
    const not = this.#word("NOT");
    if (not && this.#word("LIKE"))
      return { kind: "compare", field, test: this.#like(field, token, false), negated: !negated };
    if (not && this.#word("ILIKE"))
      return { kind: "compare", field, test: this.#like(field, token, true), negated: !negated };
    if (this.#word("IN")) return { kind: "compare", field, test: this.#list(field, token), negated: not !== negated };
    throw this.#expected(
      not ? "IN, LIKE or ILIKE after NOT" : `a comparison after ${field.name} (= != > >= < <= LIKE ILIKE IN IS)`,
    );
  }

  #test(field: Field<Row>, operator: Token): Test {
    const order = operator.text as Order;
    const token = this.#peek();
    if (token.kind === "number" && field.type !== "text") {
      this.#next++;
      return { kind: "number", operator: order, value: Number(token.text) };
    }
    if (field.type === "number") throw this.#expected(`a number after '${order}' (${field.name} is a number)`);
    if (token.kind !== "quoted")
      throw this.#expected(`a quoted text${field.type === "text" ? "" : " or a number"} after '${order}'`);
    if (field.type === "time") {
      const span = parseTime(token.text);
      if (span === undefined) throw this.#expected("a date like '2026-11-01' or '2026-11-01 14:30', or milliseconds");
      this.#next++;
      return { kind: "span", operator: order, ...span };
    }
    if (field.type === "duration") {
      const value = parseDuration(token.text);
      if (value === undefined) throw this.#expected("a duration like '90s', '5m' or '1h 30m', or milliseconds");
      this.#next++;
      return { kind: "number", operator: order, value };
    }
    if (order !== "=" && order !== "!=") {
      const hint = field.type === "either" ? "; to compare as numbers, leave the quotes away" : "";
      throw filterError(
        this.#text,
        operator.start,
        `a text is compared by = != LIKE ILIKE IN, not by '${order}'${hint}`,
      );
    }
    this.#next++;
    return { kind: "text", operator: order, value: token.text };
  }

  #like(field: Field<Row>, operator: Token, ignoreCase: boolean): Test {
    this.#textOnly(field, operator);
    return { kind: "like", pattern: this.#quoted(ignoreCase ? "ILIKE" : "LIKE"), ignoreCase };
  }

  #list(field: Field<Row>, operator: Token): Test {
    this.#textOnly(field, operator);
    if (!this.#take("(")) throw this.#expected("'(' after IN");
    const values = new Set<string>();
    do values.add(this.#quoted("IN ("));
    while (this.#take(","));
    if (!this.#take(")")) throw this.#expected("',' or ')'");
    return { kind: "in", values };
  }

  #textOnly(field: Field<Row>, operator: Token): void {
    if (field.type === "text" || field.type === "either") return;
    throw filterError(
      this.#text,
      operator.start,
      `${field.name} is a number and is compared by = != > >= < <=, not by ${operator.text}`,
    );
  }

  #quoted(after: string): string {
    const token = this.#peek();
    if (token.kind !== "quoted") throw this.#expected(`a quoted text after ${after}`);
    this.#next++;
    return token.text;
  }

  #field(): Field<Row> {
    const token = this.#peek();
    const names = [...this.#table.entities.keys()].filter((name) => name.endsWith("s")).join(", ");
    if (token.kind !== "name" && token.kind !== "key" && token.quote !== '"') {
      throw this.#expected(`a field: an attribute, or <${names}>.<key>`);
    }
    this.#next++;
    const dot = token.kind === "name" ? token.text.indexOf(".") : -1;
    const entity = dot < 0 ? undefined : this.#table.entities.get(token.text.slice(0, dot).toLowerCase());
    if (dot < 0) return this.#attribute(token);
    if (entity === undefined) {
      throw filterError(this.#text, token.start, `'${token.text.slice(0, dot)}' is none of ${names}`);
    }
    const key = token.text.slice(dot + 1);
    if (key !== "") return this.#known(entity(key, false), token, key);
    const quoted = this.#peek();
    if (quoted.kind !== "key" && quoted.quote !== '"') throw this.#expected(`a key after '${token.text}'`);
    this.#next++;
    if (this.#peek().kind !== ".") return this.#known(entity(quoted.text, true), quoted, quoted.text);
    this.#next++;
    const word = this.#peek();
    const aggregate =
      /^metrics?\.$/i.test(token.text) && word.kind === "name" ? aggregateField(quoted.text, word.text) : undefined;
    if (aggregate === undefined) throw this.#expected("min, max, last or best");
    this.#next++;
    return aggregate as unknown as Field<Row>;
  }

  /** A bare key; MLflow also takes `run name`, with its blank. */
  #attribute(token: Token): Field<Row> {
    const joint = `${token.text} ${this.#peek().text}`;
    if (token.kind === "name" && this.#peek().kind === "name" && this.#table.attributes.has(joint)) {
      this.#next++;
      return this.#known(this.#table.attributes.get(joint), token, joint);
    }
    return this.#known(this.#table.attributes.get(token.text), token, token.text);
  }

  #known(field: Field<Row> | undefined, token: Token, key: string): Field<Row> {
    if (field !== undefined) return field;
    const known = [...this.#table.attributes.keys()].filter((name) => /^[a-z_]+$/.test(name)).join(", ");
    throw filterError(this.#text, token.start, `a ${this.#table.row} has no attribute '${key}'; it has ${known}`);
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", start: this.#text.length };
  }

  #take(kind: Token["kind"]): boolean {
    if (this.#peek().kind !== kind) return false;
    this.#next++;
    return true;
  }

  #word(word: string): boolean {
    const token = this.#peek();
    if (token.kind !== "name" || token.text.toUpperCase() !== word) return false;
    this.#next++;
    return true;
  }

  #expected(what: string): TrackingError {
    const token = this.#peek();
    const found =
      token.kind === "end" ? "the end of the text" : `${token.quote ?? "'"}${token.text}${token.quote ?? "'"}`;
    return filterError(this.#text, token.start, `expected ${what}, found ${found}`);
  }
}

function joined<Row>(kind: "and" | "or", parts: Array<Filter<Row>>): Filter<Row> {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : { kind, parts };
}

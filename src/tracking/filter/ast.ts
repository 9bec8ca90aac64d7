import type { Field } from "./fields.js";

/** A parsed filter over rows of one kind. NOT has been pushed down to the comparisons. */
export type Filter<Row> =
  | { kind: "and" | "or"; parts: Array<Filter<Row>> }
  | { kind: "compare"; field: Field<Row>; test: Test; negated: boolean }
  | { kind: "null"; field: Field<Row>; isNull: boolean };

export type Order = "=" | "!=" | ">" | ">=" | "<" | "<=";

export type Test =
  | { kind: "number"; operator: Order; value: number }
  /** A moment given to the day, minute or second: equal is anywhere within. */
  | { kind: "span"; operator: Order; from: number; to: number }
  | { kind: "text"; operator: "=" | "!="; value: string }
  | { kind: "like"; pattern: string; ignoreCase: boolean }
  | { kind: "in"; values: ReadonlySet<string> };

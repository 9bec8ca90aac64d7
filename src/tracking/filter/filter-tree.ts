import type { PageRequest } from "../types.js";

/**
 * Filters and orders as data, without functions: the file and memory stores evaluate them (`match.ts`), a store behind MLflow's
 * REST API prints them (`print.ts`), and a database's store translates them. `parse.ts` makes them.
 */

/** A filter in its normal form: no "and" directly inside "and", no "or" inside "or", and each has two parts or more. */
export type Filter = Joined | Negated | Comparison;

export interface Joined {
  readonly kind: "and" | "or";
  readonly parts: readonly Filter[];
}

/** A filter that holds where all of these do; undefined, which holds everywhere, for none. */
export function allOf(filters: readonly Filter[]): Filter | undefined {
  const [first] = filters;
  return filters.length <= 1 ? first : joined("and", filters);
}

/** In the normal form; one part alone stands for itself. */
export function joined(kind: Joined["kind"], parts: readonly Filter[]): Filter {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  return { kind, parts: parts.flatMap((part) => (part.kind === kind ? part.parts : [part])) };
}

/**
 * Holds where the row has the field and the comparison does not hold. Every other NOT has gone into the comparator; this one
 * has not because NaN is neither less nor greater than a number.
 */
export interface Negated {
  readonly kind: "not";
  readonly part: NumberComparison;
}

/** Where the row lacks the field no comparison holds, `!=` and NOT included, but IS NULL. */
export type Comparison = NumberComparison | TextComparison | ListComparison | NullComparison;

export type NumberComparator = "=" | "!=" | ">" | ">=" | "<" | "<=";
export type TextComparator = "=" | "!=" | "LIKE" | "NOT LIKE" | "ILIKE" | "NOT ILIKE";

/** Of times the value is in ms since the epoch, of durations in ms. A param or tag takes part where its text is a number. */
export interface NumberComparison {
  readonly kind: "number";
  readonly field: Field;
  readonly comparator: NumberComparator;
  readonly value: number;
}

export interface TextComparison {
  readonly kind: "text";
  readonly field: Field;
  readonly comparator: TextComparator;
  readonly value: string;
}

export interface ListComparison {
  readonly kind: "list";
  readonly field: Field;
  readonly comparator: "IN" | "NOT IN";
  readonly value: readonly string[];
}

export interface NullComparison {
  readonly kind: "null";
  readonly field: Field;
  readonly comparator: "IS NULL" | "IS NOT NULL";
}

/** What is compared or sorted by. */
export interface Field {
  readonly entity: EntityKind;
  /** Of an attribute its one name: `start_time`, also where `created` was written. */
  readonly key: string;
  /** Of a metric; absent: its latest value. `best` is `min` or `max`, as the metric's name says (`metric-goal.ts`). */
  readonly aggregate?: Aggregate;
  /** The metric of this name comes first, where the row has it: `metrics.rmse.min` without quotes may mean either. */
  readonly whole?: string;
}

export type EntityKind = "attribute" | "metric" | "param" | "tag" | "dataset";

export const aggregates = ["min", "max", "last", "best"] as const;
export type Aggregate = (typeof aggregates)[number];

export interface OrderBy {
  readonly field: Field;
  readonly descending: boolean;
}

/** Which rows, in which order, and how many of them at a time. */
export interface Search extends PageRequest {
  readonly filter?: Filter;
  /** Rows that are equal in all of these come in an order that the kind of row defines. */
  readonly orderBy?: readonly OrderBy[];
}

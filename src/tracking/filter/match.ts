import { type PatternToken, wildcardMatcher } from "../../wildcards.js";
import type { Comparison, Filter, NumberComparator, TextComparison } from "./filter-tree.js";
import type { FieldValue, ReadField } from "./row-values.js";

/** Compiles a filter to a function; true when the row matches. */
export function toPredicate<Row>(filter: Filter, read: ReadField<Row>): (row: Row) => boolean {
  switch (filter.kind) {
    case "and": {
      const parts = filter.parts.map((part) => toPredicate(part, read));
      return (row) => parts.every((part) => part(row));
    }
    case "or": {
      const parts = filter.parts.map((part) => toPredicate(part, read));
      return (row) => parts.some((part) => part(row));
    }
    case "not":
      return onValues(read(filter.part.field), numberTest(filter.part.comparator, filter.part.value, true));
    case "null": {
      const value = read(filter.field);
      const isNull = filter.comparator === "IS NULL";
      return (row) => (value(row) === undefined) === isNull;
    }
    default:
      return onValues(read(filter.field), toTest(filter));
  }
}

type Test = (value: NonNullable<FieldValue>) => boolean;

function onValues<Row>(value: ReturnType<ReadField<Row>>, test: Test): (row: Row) => boolean {
  const { all } = value;
  if (all !== undefined) return (row) => all(row).some(test);
  return (row) => {
    const found = value(row);
    return found !== undefined && test(found);
  };
}

function toTest(comparison: Exclude<Comparison, { kind: "null" }>): Test {
  if (comparison.kind === "number") return numberTest(comparison.comparator, comparison.value, false);
  if (comparison.kind === "text") return textTest(comparison);
  const values = new Set(comparison.value);
  const wanted = comparison.comparator === "IN";
  return (value) => values.has(String(value)) === wanted;
}

function numberTest(comparator: NumberComparator, wanted: number, negated: boolean): Test {
  const compare = comparisons[comparator];
  return (value) => {
    const number = typeof value === "string" ? toNumber(value) : value;
    return number !== undefined && compare(number, wanted) !== negated;
  };
}

function textTest({ comparator, value: wanted }: TextComparison): Test {
  switch (comparator) {
    case "=":
      return (value) => value === wanted;
    case "!=":
      return (value) => value !== wanted;
    case "LIKE":
    case "NOT LIKE": {
      const matches = likeMatcher(wanted);
      return (value) => matches(String(value)) === (comparator === "LIKE");
    }
    case "ILIKE":
    case "NOT ILIKE": {
      const matches = likeMatcher(wanted.toLowerCase());
      return (value) => matches(String(value).toLowerCase()) === (comparator === "ILIKE");
    }
  }
}

const comparisons: Readonly<Record<NumberComparator, (a: number, b: number) => boolean>> = {
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};

/** The number that a param's text is; undefined for any other text. */
export function toNumber(text: string): number | undefined {
  if (text.trim() === "") return undefined;
  const number = Number(text);
  return Number.isNaN(number) && !/^nan$/i.test(text) ? undefined : number;
}

/** SQL's LIKE: `%` any run of characters, `_` one. */
function likeMatcher(pattern: string): (text: string) => boolean {
  const pieces = pattern.split("%").map((piece) => Array.from(piece, token));
  return wildcardMatcher(pieces);
}

function token(character: string): PatternToken {
  return character === "_" ? { kind: "any" } : { kind: "character", point: character.codePointAt(0) ?? 0 };
}

import { type Place, wildcardMatcher } from "../../wildcards.js";
import type { Filter, Order, Test } from "./ast.js";
import type { FieldValue } from "./fields.js";

/** Compiles a filter to a function; true when the row matches. */
export function toPredicate<Row>(filter: Filter<Row>): (row: Row) => boolean {
  if (filter.kind === "compare") {
    const { field, negated } = filter;
    const test = toTest(filter.test, negated);
    const { all } = field;
    if (all !== undefined) return (row) => all(row).some(test);
    return (row) => {
      const value = field.get(row);
      return value !== undefined && test(value);
    };
  }
  if (filter.kind === "null") {
    const { field, isNull } = filter;
    return (row) => (field.get(row) === undefined) === isNull;
  }
  const parts = filter.parts.map(toPredicate);
  return filter.kind === "and" ? (row) => parts.every((part) => part(row)) : (row) => parts.some((part) => part(row));
}

function toTest(test: Test, negated: boolean): (value: FieldValue) => boolean {
  switch (test.kind) {
    case "number": {
      const { value: wanted } = test;
      const compare = comparisons[test.operator];
      return (value) => {
        const number = typeof value === "string" ? toNumber(value) : value;
        return number !== undefined && compare(number, wanted) !== negated;
      };
    }
    case "span": {
      const within = spans[test.operator];
      return (value) => typeof value === "number" && within(value, test.from, test.to) !== negated;
    }
    case "text":
      return (value) => (value === test.value) === ((test.operator === "=") !== negated);
    case "in":
      return (value) => test.values.has(String(value)) !== negated;
    case "like": {
      const matches = likeMatcher(test.ignoreCase ? test.pattern.toLowerCase() : test.pattern);
      return (value) => {
        const text = test.ignoreCase ? String(value).toLowerCase() : String(value);
        return matches(text) !== negated;
      };
    }
  }
}

const comparisons: Readonly<Record<Order, (a: number, b: number) => boolean>> = {
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};

const spans: Readonly<Record<Order, (value: number, from: number, to: number) => boolean>> = {
  "=": (value, from, to) => value >= from && value < to,
  "!=": (value, from, to) => value < from || value >= to,
  ">": (value, from) => value > from,
  ">=": (value, from) => value >= from,
  "<": (value, from) => value < from,
  "<=": (value, from) => value <= from,
};

/** The number that a param's text is; undefined for any other text. */
export function toNumber(text: string): number | undefined {
  if (text.trim() === "") return undefined;
  const number = Number(text);
  return Number.isNaN(number) && !/^nan$/i.test(text) ? undefined : number;
}

/** SQL's LIKE: `%` any run of characters, `_` one. */
function likeMatcher(pattern: string): (text: string) => boolean {
  const pieces = pattern.split("%").map((piece) => Array.from(piece, place));
  return wildcardMatcher(pieces);
}

function place(character: string): Place {
  return character === "_" ? { kind: "any" } : { kind: "character", point: character.codePointAt(0) ?? 0 };
}

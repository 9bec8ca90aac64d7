import { setOwn } from "../../own.js";
import type { Span } from "./span-error.js";

/** A value of an argument, checked as far as its words tell. Offsets are the cell's. */
export type ArgValue =
  | ({ kind: "literal"; value: string | number | boolean } & Span)
  /** From bracket to bracket, or a template. */
  | ({ kind: "expression" } & Span)
  /** The shorthand: a bare word that is the variable's name. */
  | ({ kind: "variable"; name: string } & Span)
  | { kind: "list"; items: ArgValue[] }
  | { kind: "record"; entries: RecordEntry[] };

export interface RecordEntry {
  key: string;
  /** Where the user wrote the key. */
  at: Span;
  value: ArgValue;
}

export interface BoundArg {
  value: ArgValue;
  /** Where its name stands, when it was given as `name=value`. */
  key?: Span;
}

/** By the argument's name; extra keys under `extra`. */
export type BoundArgs = Map<string, BoundArg>;

/**
 * The arguments as plain data.
 * @returns undefined when some value is an expression, or a number that JSON has no word for
 */
export function literalArgs(bound: BoundArgs): Record<string, unknown> | undefined {
  const args: Record<string, unknown> = {};
  for (const [name, { value }] of bound) {
    const literal = literalOf(value);
    if (literal === undefined) return undefined;
    setOwn(args, name, literal);
  }
  return args;
}

function literalOf(value: ArgValue): unknown {
  switch (value.kind) {
    case "literal":
      return Number.isFinite(value.value) || typeof value.value !== "number" ? value.value : undefined;
    case "list": {
      const items = value.items.map(literalOf);
      return items.includes(undefined) ? undefined : items;
    }
    case "record": {
      const entries = value.entries.map(({ key, value }) => [key, literalOf(value)] as const);
      return entries.some(([, literal]) => literal === undefined) ? undefined : Object.fromEntries(entries);
    }
    default:
      return undefined;
  }
}

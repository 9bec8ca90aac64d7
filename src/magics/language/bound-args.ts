import type { MagicError } from "../../errors.js";
import { setOwn } from "../../own.js";
import { suggest } from "../../suggest.js";
import { rangeNames } from "../../sweeps/space.js";
import type { ArgType, MagicArg } from "../magic.js";
import { type Span, spanError, type TokenValue } from "./tokens.js";

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

/** What of an argument decides how its words are taken. */
type ValueType = Pick<MagicArg, "type" | "complete">;

const numberWord = /^[+-]?(?:(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|0x[\da-f]+|Infinity)$|^NaN$/i;
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** How a call begins: `uniform(0, 1)`, `range(3)`. */
const callShape = /^[\p{ID_Start}$_][\p{ID_Continue}$.]*\(/u;

/** Whether a text may be the name of a variable. */
export function isIdentifier(text: string): boolean {
  return identifier.test(text);
}

/**
 * Turns a word into what the argument's type says; expressions are TypeScript's to check.
 * @param label - what errors call the argument
 * @param named - whether it is given as `label=value`, for the hint that shows how to write it
 * @throws {MagicError} for a word of the wrong type, or a list where one value belongs
 */
export function typedValue(arg: ValueType, value: TokenValue, label: string, named = true): ArgValue {
  if (value.kind === "expression") return value;
  if (value.kind === "list") return typedList(arg, value, label);
  const { text, start, end } = value;
  const literal = (converted: string | number | boolean): ArgValue => ({
    kind: "literal",
    value: converted,
    start,
    end,
  });
  switch (arg.type) {
    case "number":
      if (value.kind === "word" && numberWord.test(text)) return literal(toNumber(text, value, label));
      throw wrongType(label, "a number", value, named);
    case "boolean":
      if (value.kind === "word" && (text === "true" || text === "false")) return literal(text === "true");
      throw wrongType(label, "true or false", value, named);
    case "value":
      return literal(value.kind === "word" ? lookOf(text) : text);
    case "space":
      if (value.kind === "word" && callShape.test(text)) throw bareCall(value, label);
      if (value.kind === "word" && text.includes(",")) {
        return { kind: "list", items: wordsOf(value).map((word) => typedValue({ type: "value" }, word, label)) };
      }
      throw noSpace(value, label);
    case "list":
      return { kind: "list", items: wordsOf(value).map((word) => typedValue(itemOf(arg), word, label)) };
    default:
      return literal(allowed(arg, value, label));
  }
}

function typedList(arg: ValueType, value: TokenValue & { kind: "list" }, label: string): ArgValue {
  if (arg.type === "space" && value.items.length === 0) throw noSpace({ ...value, text: "" }, label);
  if (arg.type !== "list" && arg.type !== "value" && arg.type !== "space") {
    throw spanError(`${label} takes one value, not a list.`, value, listHint(arg, label));
  }
  return { kind: "list", items: value.items.map((item) => typedValue(itemOf(arg), item, label)) };
}

/** @param arg - one that takes a single value */
function listHint({ type }: ValueType, label: string): string {
  return type === "string" ? "Give one value. Text that contains brackets goes in quotes." : `Write ${label}=value.`;
}

/**
 * The words of `a,b`, which means `[a, b]` where an argument takes a list; a text in quotes is one.
 * @throws {MagicError} for a comma with no word beside it
 */
export function wordsOf<Value extends TokenValue>(value: Value): Array<Value | (TokenValue & { text: string })> {
  if (value.kind !== "word" || !value.text.includes(",")) return [value];
  let start = value.start;
  return value.text.split(",").map((text) => {
    const word = { kind: "word" as const, text, start, end: start + text.length };
    start = word.end + 1;
    if (text !== "") return word;
    throw spanError(
      "A value is missing beside a comma.",
      value,
      "Write a,b without spaces, or [a, b]. A name that contains a comma goes in quotes.",
    );
  });
}

/** Items of `[…]` are taken by their look, unless the list is one of texts. */
function itemOf(arg: ValueType): { type: ArgType; complete?: MagicArg["complete"] } {
  const type = arg.type === "list" ? "string" : "value";
  return { type, ...(arg.complete !== undefined && { complete: arg.complete }) };
}

function allowed(arg: Pick<MagicArg, "complete">, value: TokenValue & { text: string }, label: string): string {
  if (!Array.isArray(arg.complete) || arg.complete.includes(value.text)) return value.text;
  const [only, ...others] = arg.complete;
  const near = meantBy(value.text, arg.complete);
  throw spanError(
    `${label} must be ${others.length === 0 ? only : `one of ${arg.complete.join(", ")}`}; got '${value.text}'.`,
    value,
    near === undefined ? `For example: ${label}=${only}.` : `Did you mean ${near}?`,
  );
}

/** The choice that a word is a slip of, a longer form of (`minimum`), or the beginning of. */
function meantBy(text: string, choices: readonly string[]): string | undefined {
  const word = text.toLowerCase();
  const related = choices.filter((choice) => word.length > 1 && (word.startsWith(choice) || choice.startsWith(word)));
  return suggest(text, choices) ?? (related.length === 1 ? related[0] : undefined);
}

function noSpace({ text, start, end }: Span & { text: string }, label: string): MagicError {
  const name = isIdentifier(label) ? label : JSON.stringify(label);
  const item = text === "" ? "0.1" : numberWord.test(text) || isIdentifier(text) ? text : JSON.stringify(text);
  return spanError(
    text === ""
      ? `The list of ${label} is empty.`
      : `${label} needs a list of choices or a range; got the one value '${text}'.`,
    { start, end },
    `Write ${name}=[${item}, …], or a range: ${name}={uniform(0, 1)}, {logUniform(1e-4, 1)} or {int(1, 8)}.`,
  );
}

/** TypeScript where a list of choices belongs: as bare words it would be texts, such as `uniform(0` and `1)`. */
function bareCall({ text, start, end }: Span & { text: string }, label: string): MagicError {
  const name = isIdentifier(label) ? label : JSON.stringify(label);
  const call = text.slice(0, text.indexOf("("));
  const known = rangeNames.some((range) => range === call);
  return spanError(
    `A ${known ? "range" : "call"} needs braces, as all TypeScript in a magic does; got '${text}'.`,
    { start, end },
    known
      ? `Write ${name}={${call}(low, high)}.`
      : `Write ${name}={${call}(…)}, or a list or a range: ${name}=[0.1, 0.2], ${name}={uniform(0, 1)}.`,
  );
}

function wrongType(label: string, wanted: string, value: TokenValue & { text: string }, named: boolean): MagicError {
  const before = named ? `${label}=` : "";
  const hint = value.text.endsWith(",")
    ? "Arguments are separated by spaces, without commas."
    : isIdentifier(value.text)
      ? `A bare word is text. For the value of a variable, write ${before}{${value.text}}.`
      : `Put an expression in braces: ${before}{…}.`;
  return spanError(`${label} must be ${wanted}; got the text '${value.text}'.`, value, hint);
}

/** Numbers only when nothing of the word's spelling is lost: `0.10` and `1e-3` stay as they were typed. */
function lookOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return numberWord.test(text) && String(Number(text)) === text ? Number(text) : text;
}

function toNumber(text: string, at: Span, label: string): number {
  const plain = text.replaceAll("_", "");
  if (/infinity$/i.test(plain)) return plain.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const number = Number(plain);
  if (Number.isFinite(number) || /^nan$/i.test(plain)) return number;
  throw spanError(`${label} is ${text}, which is too large for a number.`, at, "For infinity, write Infinity.");
}

import { MagicError } from "../errors.js";
import { usage } from "./help.js";
import type { ArgType, Magic, MagicArg } from "./magic.js";
import { suggest } from "./suggest.js";
import type { Token, TokenValue } from "./tokens.js";

/** A value of an argument, checked as far as its words tell. Offsets are the cell's. */
export type ArgValue =
  | { kind: "literal"; value: string | number | boolean; start: number; end: number }
  /** From bracket to bracket, or a template. */
  | { kind: "expression"; start: number; end: number }
  /** The shorthand: a bare word that is the variable's name. */
  | { kind: "variable"; name: string; start: number; end: number }
  | { kind: "list"; items: ArgValue[] }
  | { kind: "record"; entries: RecordEntry[] };

export interface RecordEntry {
  key: string;
  /** Where the user wrote the key. */
  at: { start: number; end: number };
  value: ArgValue;
}

export interface BoundArg {
  value: ArgValue;
  /** Where its name stands, when it was given as `name=value`. */
  key?: { start: number; end: number };
}

/** By the argument's name; extra keys under `extra`. */
export type BoundArgs = Map<string, BoundArg>;

const numberWord = /^[+-]?(?:(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?|0x[\da-f]+|Infinity)$|^NaN$/i;
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * Gives every token to the argument it is for.
 * @param nameAt - where the magic's name stands, for errors that no token is to blame for
 * @throws {MagicError} for an unknown or doubled name, a missing or superfluous value, or a word of the wrong type
 */
export function bind(magic: Magic, tokens: readonly Token[], nameAt: { start: number; length: number }): BoundArgs {
  const binder = new Binder(magic);
  for (const token of tokens) {
    if (token.key) binder.named(token, token.key);
    else binder.positional(token);
  }
  return binder.finish(nameAt);
}

/**
 * The arguments as plain data.
 * @returns undefined when some value is an expression, or a number that JSON has no word for
 */
export function literalArgs(bound: BoundArgs): Record<string, unknown> | undefined {
  const args: Record<string, unknown> = {};
  for (const [name, { value }] of bound) {
    const literal = literalOf(value);
    if (literal === undefined) return undefined;
    args[name] = literal;
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

class Binder {
  private readonly bound: BoundArgs = new Map();
  private readonly positionals: MagicArg[];

  constructor(private readonly magic: Magic) {
    this.positionals = magic.args.filter((arg) => arg.positional);
  }

  named(token: Token, key: NonNullable<Token["key"]>): void {
    const { magic } = this;
    const arg = magic.args.find((declared) => !declared.prefix && declared.name === key.text);
    if (arg) {
      this.set(arg, token.value, key);
      return;
    }
    const group = magic.args.find((declared) => declared.prefix && key.text.startsWith(`${declared.name}.`));
    if (group) {
      const name = key.text.slice(group.name.length + 1);
      const at = { start: key.start + group.name.length + 1, end: key.end };
      if (name === "") throw fail(`The name behind ${key.text} is missing.`, key, `Write ${group.name}.name=value.`);
      this.enter(group.name, name, at, convert(group, token.value, key.text));
      return;
    }
    if (magic.extraArgs) {
      const extra = { name: key.text, type: magic.extraArgs.type, doc: magic.extraArgs.doc };
      this.enter("extra", key.text, key, convert(extra, token.value, key.text));
      return;
    }
    const [first, second] = this.positionals;
    if (magic.shorthand && first && second && !this.bound.has(first.name) && !this.bound.has(second.name)) {
      this.bound.set(first.name, { value: { kind: "literal", value: key.text, start: key.start, end: key.end } });
      this.bound.set(second.name, { value: convert(second, token.value, key.text) });
      return;
    }
    const near = suggest(
      key.text,
      magic.args.map((declared) => declared.name),
    );
    const open = this.positionals.some((arg) => arg.type === "words" || !this.bound.has(arg.name));
    const meant = near === undefined ? "" : `Did you mean ${near}=? `;
    const quote = open && near === undefined ? "; a text with = in it stands in quotes" : "";
    throw fail(`%${magic.name} has no option '${key.text}'.`, key, `${meant}It takes: ${usage(magic)}${quote}`);
  }

  positional(token: Token): void {
    const { magic } = this;
    const { value } = token;
    if (value.kind === "word") {
      const flag = magic.args.find((arg) => arg.type === "boolean" && !arg.positional && arg.name === value.text);
      if (flag) {
        this.set(flag, value, undefined, true);
        return;
      }
      if (/^--?[A-Za-z]/.test(value.text)) throw this.dashed(value);
    }
    // Where any name is a key, a bare word is never a positional value: `%log_params alpha`, but `%log_params {settings}`.
    if (magic.shorthand && magic.extraArgs && value.kind === "word" && identifier.test(value.text)) {
      const { text, start, end } = value;
      this.enter("extra", text, value, { kind: "variable", name: text, start, end });
      return;
    }
    const next = this.positionals.find((arg) => arg.type === "words" || !this.bound.has(arg.name));
    if (next?.type === "words") {
      this.append(next, value);
      return;
    }
    if (next) {
      this.set(next, value);
      return;
    }
    const most = this.positionals.length;
    const near = value.kind === "word" ? suggest(value.text, flagsOf(magic)) : undefined;
    throw fail(
      most === 0
        ? `%${magic.name} takes no value without a name.`
        : `%${magic.name} takes at most ${most === 1 ? "one value" : `${most} values`} without a name.`,
      value,
      near === undefined ? `It takes: ${usage(magic)}` : `Did you mean ${near}? It takes: ${usage(magic)}`,
    );
  }

  finish(nameAt: { start: number; length: number }): BoundArgs {
    const { magic } = this;
    const [first, second] = this.positionals;
    if (magic.shorthand && first && second?.required && !this.bound.has(second.name)) {
      const key = this.bound.get(first.name)?.value;
      // A quoted name is text in any case.
      const bare = key?.kind === "literal" && key.end - key.start === String(key.value).length;
      if (bare && typeof key.value === "string" && identifier.test(key.value)) {
        this.bound.set(second.name, { value: { ...key, kind: "variable", name: key.value } });
      }
    }
    const missing = magic.args.find((arg) => arg.required && !this.bound.has(arg.name));
    if (missing) {
      throw new MagicError("INVALID_PARAMETER_VALUE", `%${magic.name} needs ${missing.name}: ${missing.doc}.`, {
        hint: `It takes: ${usage(magic)}`,
        at: nameAt,
      });
    }
    // A magic that takes any names needs one.
    const named = this.bound.has("extra") || (first !== undefined && this.bound.has(first.name));
    if (magic.shorthand && magic.extraArgs && !named) {
      throw new MagicError("INVALID_PARAMETER_VALUE", `%${magic.name} needs at least one name.`, {
        hint: `It takes: ${usage(magic)}`,
        at: nameAt,
      });
    }
    const variable = magic.variable && this.bound.get(magic.variable.arg)?.value;
    if (variable && !(variable.kind === "literal" && identifier.test(String(variable.value)))) {
      throw new MagicError("INVALID_PARAMETER_VALUE", `%%${magic.name} needs a plain variable name.`, { at: nameAt });
    }
    return this.bound;
  }

  private set(
    arg: MagicArg,
    value: TokenValue,
    key?: { text: string; start: number; end: number },
    flag = false,
  ): void {
    if (this.bound.has(arg.name)) {
      throw fail(`${arg.name} is given twice.`, key ?? value, "Leave one of them out.");
    }
    const converted: ArgValue = flag
      ? { kind: "literal", value: true, start: value.start, end: value.end }
      : convert(arg, value, arg.name, key !== undefined);
    this.bound.set(arg.name, { value: converted, ...(key && { key }) });
  }

  private append(arg: MagicArg, value: TokenValue): void {
    const item = convert({ ...arg, type: "string" }, value, arg.name);
    const list = this.bound.get(arg.name)?.value;
    if (list?.kind === "list") list.items.push(item);
    else this.bound.set(arg.name, { value: { kind: "list", items: [item] } });
  }

  private enter(name: string, key: string, at: { start: number; end: number }, value: ArgValue): void {
    const record = this.bound.get(name)?.value;
    const entry = { key, at: { start: at.start, end: at.end }, value };
    if (record?.kind !== "record") this.bound.set(name, { value: { kind: "record", entries: [entry] } });
    else if (record.entries.some((other) => other.key === key))
      throw fail(`${key} is given twice.`, at, "Leave one of them out.");
    else record.entries.push(entry);
  }

  private dashed(value: { text: string; start: number; end: number }): MagicError {
    const name = value.text.replace(/^--?/, "").replaceAll("-", "_").split("=")[0] ?? "";
    const arg = this.magic.args.find((declared) => declared.name === name);
    const form = arg ? (arg.type === "boolean" ? `Write ${name}. ` : `Write ${name}=value. `) : "";
    return fail(
      `${value.text}: magics have no options with dashes.`,
      value,
      `${form}It takes: ${usage(this.magic)}; a text that begins with a dash stands in quotes.`,
    );
  }
}

function flagsOf(magic: Magic): string[] {
  return magic.args.filter((arg) => arg.type === "boolean").map((arg) => arg.name);
}

/** Turns a word into what the argument's type says; expressions are TypeScript's to check. */
function convert(
  arg: Pick<MagicArg, "type" | "tsType" | "complete">,
  value: TokenValue,
  label: string,
  named = true,
): ArgValue {
  if (value.kind === "expression") return value;
  if (value.kind === "list") return convertList(arg, value, label);
  const { text, start, end } = value;
  const literal = (converted: string | number | boolean): ArgValue => ({
    kind: "literal",
    value: converted,
    start,
    end,
  });
  switch (arg.type) {
    case "number":
      if (value.kind === "word" && numberWord.test(text)) return literal(toNumber(text));
      throw wrongType(label, "a number", value, named);
    case "boolean":
      if (value.kind === "word" && (text === "true" || text === "false")) return literal(text === "true");
      throw wrongType(label, "true or false", value, named);
    case "value":
      return literal(value.kind === "word" ? lookOf(text) : text);
    case "list": {
      return { kind: "list", items: [convert(itemOf(arg), value, label)] };
    }
    default:
      return literal(allowed(arg, value, label));
  }
}

function convertList(
  arg: Pick<MagicArg, "type" | "tsType" | "complete">,
  value: TokenValue & { kind: "list" },
  label: string,
): ArgValue {
  if (arg.type !== "list" && arg.type !== "value" && !arg.tsType?.includes("[]")) {
    throw fail(`${label} takes one value, not a list.`, value, "Text in brackets stands in quotes.");
  }
  return { kind: "list", items: value.items.map((item) => convert(itemOf(arg), item, label)) };
}

/** Items of `[…]` are taken by their look, unless the list is one of texts. */
function itemOf(arg: Pick<MagicArg, "tsType" | "complete">): { type: ArgType; complete?: MagicArg["complete"] } {
  const type = arg.tsType?.includes("string[]") ? "string" : "value";
  return { type, ...(arg.complete !== undefined && { complete: arg.complete }) };
}

function allowed(arg: Pick<MagicArg, "complete">, value: TokenValue & { text: string }, label: string): string {
  if (!Array.isArray(arg.complete) || arg.complete.includes(value.text)) return value.text;
  const near = suggest(value.text, arg.complete);
  throw fail(
    `${label} is one of ${arg.complete.join(", ")}; got '${value.text}'.`,
    value,
    near === undefined ? "Choose one of them." : `Did you mean ${near}?`,
  );
}

function wrongType(label: string, wanted: string, value: TokenValue & { text: string }, named: boolean): MagicError {
  const before = named ? `${label}=` : "";
  const hint = identifier.test(value.text)
    ? `A bare word is text. For the value of a variable write ${before}{${value.text}}.`
    : `An expression stands in braces: ${before}{…}.`;
  return fail(`${label} must be ${wanted}; got the text '${value.text}'.`, value, hint);
}

/** Numbers only when nothing of the word's spelling is lost: `0.10` and `1e-3` stay as they were typed. */
function lookOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return numberWord.test(text) && String(Number(text)) === text ? Number(text) : text;
}

function toNumber(text: string): number {
  const plain = text.replaceAll("_", "");
  if (/infinity$/i.test(plain)) return plain.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(plain);
}

function fail(message: string, at: { start: number; end: number }, hint: string): MagicError {
  return new MagicError("INVALID_PARAMETER_VALUE", message, {
    hint,
    at: { start: at.start, length: Math.max(1, at.end - at.start) },
  });
}

import { MagicError } from "../../errors.js";
import { suggest } from "../../suggest.js";
import { sign, usage } from "../assist/help.js";
import type { Magic, MagicArg } from "../magic.js";
import { type ArgValue, type BoundArgs, isIdentifier, typedValue, wordsOf } from "./bound-args.js";
import { type Span, spanError, type Token, type TokenValue } from "./tokens.js";

/**
 * Gives every token to the argument it is for.
 * @param nameAt - where the magic's name stands, for errors that no token is to blame for
 * @throws {MagicError} for an unknown or doubled name, a missing or superfluous value, or a word of the wrong type
 */
export function bind(magic: Magic, tokens: readonly Token[], nameAt: { start: number; length: number }): BoundArgs {
  const binder = new Binder(magic);
  let behindOption = false;
  for (const [at, token] of tokens.entries()) {
    if (behindOption) behindOption = false;
    else if (token.key) binder.named(token, token.key);
    else behindOption = binder.positional(token, tokens[at + 1]);
  }
  return binder.finish(nameAt);
}

/**
 * IPython's own spelling of an option, where the magic has one: `-n`, also with the value that touches it, `-n10`.
 * @returns undefined for any other word
 */
export function dashedOption(magic: Magic, word: string): { arg: MagicArg; touching?: string } | undefined {
  if (!word.startsWith("-")) return undefined;
  for (const arg of magic.args) {
    for (const dashed of arg.dashed ?? []) {
      if (word === dashed) return { arg };
      const long = dashed.startsWith("--");
      const touching = word.startsWith(dashed) ? word.slice(dashed.length) : "";
      if (arg.type === "boolean" || touching === "" || (long && !touching.startsWith("="))) continue;
      return { arg, touching: touching.replace(/^=/, "") };
    }
  }
  return undefined;
}

class Binder {
  readonly #bound: BoundArgs = new Map();
  readonly #positionals: MagicArg[];

  readonly #magic: Magic;

  constructor(magic: Magic) {
    this.#magic = magic;
    this.#positionals = magic.args.filter((arg) => arg.positional);
  }

  named(token: Token, key: NonNullable<Token["key"]>): void {
    const magic = this.#magic;
    // In quotes it is a name of the user's own, also where an option has the same one.
    const ownName = magic.trials === true && key.end - key.start > key.text.length;
    const arg = magic.args.find((declared) => !declared.prefix && declared.name === key.text);
    if (arg && !ownName) {
      this.#set(arg, token.value, key);
      return;
    }
    const group = magic.args.find((declared) => declared.prefix && key.text.startsWith(`${declared.name}.`));
    if (group) {
      const name = key.text.slice(group.name.length + 1);
      const at = { start: key.start + group.name.length + 1, end: key.end };
      if (name === "") throw spanError(`A name is missing after ${key.text}.`, key, `Write ${group.name}.name=value.`);
      this.#enter(group.name, name, at, typedValue(group, token.value, key.text));
      return;
    }
    if (magic.trials && !isIdentifier(key.text)) {
      const hint = "Choose a name such as l1_ratio; in the cell it is a variable.";
      throw spanError(`'${key.text}' cannot be the name of a variable.`, key, hint);
    }
    if (magic.extraArgs) {
      const extra = { name: key.text, type: magic.extraArgs.type, doc: magic.extraArgs.doc };
      if (extra.type === "space" && !ownName) this.#checkNoOption(key, token.value);
      this.#enter("extra", key.text, key, typedValue(extra, token.value, key.text));
      return;
    }
    const [first, second] = this.#positionals;
    if (magic.shorthand && first && second && !this.#bound.has(first.name) && !this.#bound.has(second.name)) {
      this.#bound.set(first.name, { value: { kind: "literal", value: key.text, start: key.start, end: key.end } });
      this.#bound.set(second.name, { value: typedValue(second, token.value, key.text) });
      return;
    }
    const near =
      this.#elsewhere(key.text)?.name ??
      suggest(
        key.text,
        magic.args.map((declared) => declared.name),
      );
    const open = this.#positionals.some((arg) => arg.type === "words" || !this.#bound.has(arg.name));
    const meant = near === undefined ? "" : `Did you mean ${near}=? `;
    const quote = open && near === undefined ? "; put text that contains = in quotes" : "";
    throw spanError(
      `${sign(magic)}${magic.name} has no option '${key.text}'.`,
      key,
      `${meant}Usage: ${usage(magic)}${quote}`,
    );
  }

  /** The option that another tool calls so. */
  #elsewhere(name: string): MagicArg | undefined {
    return this.#magic.args.find(({ elsewhere }) => elsewhere?.includes(name));
  }

  /** One value, where a list of choices belongs, under a name that an option has elsewhere. */
  #checkNoOption(key: Span & { text: string }, value: TokenValue): void {
    if (value.kind !== "word" || value.text.includes(",")) return;
    const option = this.#elsewhere(key.text);
    if (option === undefined) return;
    throw spanError(
      `${sign(this.#magic)}${this.#magic.name} has no option '${key.text}'.`,
      key,
      `Write ${option.name}=${value.text}: ${option.doc}.`,
    );
  }

  /**
   * @param next - what stands behind it: the value of an option with a dash
   * @returns whether `next` is taken
   */
  positional(token: Token, next: Token | undefined): boolean {
    const { value } = token;
    const option = value.kind === "word" ? dashedOption(this.#magic, value.text) : undefined;
    if (option === undefined || value.kind !== "word") {
      this.#positional(value);
      return false;
    }
    const { arg, touching } = option;
    if (arg.type === "boolean") {
      this.#set(arg, value, undefined, true);
      return false;
    }
    if (touching !== undefined) {
      this.#set(arg, { ...value, text: touching, start: value.end - touching.length });
      return false;
    }
    if (next === undefined || next.key) {
      throw spanError(
        `The value of ${value.text} is missing.`,
        value,
        `Write ${value.text} value, or ${arg.name}=value.`,
      );
    }
    this.#set(arg, next.value);
    return true;
  }

  #positional(value: TokenValue): void {
    const magic = this.#magic;
    if (value.kind === "word") {
      const flag = magic.args.find((arg) => arg.type === "boolean" && !arg.positional && arg.name === value.text);
      if (flag) {
        this.#set(flag, value, undefined, true);
        return;
      }
      if (/^--?[A-Za-z]/.test(value.text)) throw this.#dashed(value);
    }
    // Where any name is a key, a bare word is never a positional value: `%log_params alpha`, but `%log_params {settings}`.
    if (magic.shorthand && magic.extraArgs && value.kind === "word" && isIdentifier(value.text)) {
      const { text, start, end } = value;
      this.#enter("extra", text, value, { kind: "variable", name: text, start, end });
      return;
    }
    const next = this.#positionals.find((arg) => arg.type === "words" || !this.#bound.has(arg.name));
    const near = value.kind === "word" ? suggest(value.text, flagsOf(magic)) : undefined;
    if (next?.type === "words") {
      // Also `%compare [a, b]`: a list is what other arguments of the same magics take.
      for (const item of value.kind === "list" ? value.items : wordsOf(value)) this.#append(next, item);
      return;
    }
    if (next) {
      if (next.flagFirst && near !== undefined) {
        throw spanError(
          `%%${magic.name} has no flag '${source(value)}'.`,
          value,
          `Did you mean ${near}? If it is the ${next.name}, write ${next.name}=${source(value)}. Usage: ${usage(magic)}`,
        );
      }
      this.#set(next, value);
      return;
    }
    const most = this.#positionals.length;
    throw spanError(
      most === 0
        ? `${sign(magic)}${magic.name} takes no positional value.`
        : `${sign(magic)}${magic.name} takes at most ${most === 1 ? "one positional value" : `${most} positional values`}.`,
      value,
      `${near === undefined ? "" : `Did you mean ${near}? `}${most === 0 ? "" : "Put text of several words in quotes. "}Usage: ${usage(magic)}`,
    );
  }

  finish(nameAt: { start: number; length: number }): BoundArgs {
    this.#takeShorthand();
    this.#checkGiven(nameAt);
    return this.#bound;
  }

  /** `%log_param alpha` means `%log_param alpha {alpha}`. */
  #takeShorthand(): void {
    const magic = this.#magic;
    const [first, second] = this.#positionals;
    if (magic.shorthand && first && second?.required && !this.#bound.has(second.name)) {
      const key = this.#bound.get(first.name)?.value;
      // A quoted name is text in any case.
      const bare = key?.kind === "literal" && key.end - key.start === String(key.value).length;
      if (bare && typeof key.value === "string" && isIdentifier(key.value)) {
        this.#bound.set(second.name, { value: { ...key, kind: "variable", name: key.value } });
      }
    }
  }

  #checkGiven(nameAt: { start: number; length: number }): void {
    const magic = this.#magic;
    const [first] = this.#positionals;
    const missing = magic.args.find((arg) => arg.required && !this.#bound.has(arg.name));
    if (missing) {
      throw new MagicError(
        "INVALID_PARAMETER_VALUE",
        `${sign(magic)}${magic.name} needs ${missing.name}: ${missing.doc}.`,
        {
          hint: `Usage: ${usage(magic)}`,
          at: nameAt,
        },
      );
    }
    // A magic that takes any names needs one.
    const named = this.#bound.has("extra") || (first !== undefined && this.#bound.has(first.name));
    if (magic.shorthand && magic.extraArgs && !named) {
      throw new MagicError("INVALID_PARAMETER_VALUE", `${sign(magic)}${magic.name} needs at least one name.`, {
        hint: `Usage: ${usage(magic)}`,
        at: nameAt,
      });
    }
    const variable = magic.variable && this.#bound.get(magic.variable.arg)?.value;
    if (variable && !(variable.kind === "literal" && isIdentifier(String(variable.value)))) {
      throw new MagicError("INVALID_PARAMETER_VALUE", `%%${magic.name} needs a plain variable name.`, { at: nameAt });
    }
  }

  #set(arg: MagicArg, value: TokenValue, key?: Span, flag = false): void {
    if (this.#bound.has(arg.name)) {
      throw spanError(`${arg.name} is given twice.`, key ?? value, "Remove one of them.");
    }
    if (key && this.#magic.trials && value.kind === "list" && arg.type !== "list") {
      throw spanError(
        `${arg.name} takes one value, not a list.`,
        value,
        `If it is a param of the sweep, put its name in quotes: "${arg.name}"=[…].`,
      );
    }
    const converted: ArgValue = flag
      ? { kind: "literal", value: true, start: value.start, end: value.end }
      : typedValue(arg, value, arg.name, key !== undefined);
    this.#bound.set(arg.name, { value: converted, ...(key && { key }) });
  }

  #append(arg: MagicArg, value: TokenValue): void {
    const item = typedValue({ ...arg, type: "string" }, value, arg.name);
    const list = this.#bound.get(arg.name)?.value;
    if (list?.kind === "list") list.items.push(item);
    else this.#bound.set(arg.name, { value: { kind: "list", items: [item] } });
  }

  #enter(name: string, key: string, at: Span, value: ArgValue): void {
    const record = this.#bound.get(name)?.value;
    const entry = { key, at: { start: at.start, end: at.end }, value };
    if (record?.kind !== "record") this.#bound.set(name, { value: { kind: "record", entries: [entry] } });
    else if (record.entries.some((other) => other.key === key))
      throw spanError(`${key} is given twice.`, at, "Remove one of them.");
    else record.entries.push(entry);
  }

  #dashed(value: Span & { text: string }): MagicError {
    const name = value.text.replace(/^--?/, "").replaceAll("-", "_").split("=")[0] ?? "";
    const arg = this.#magic.args.find((declared) => declared.name === name);
    const form = arg ? (arg.type === "boolean" ? `Write ${name}. ` : `Write ${name}=value. `) : "";
    const dashes = this.#magic.args.flatMap(({ dashed = [] }) => dashed);
    return spanError(
      dashes.length > 0
        ? `%${this.#magic.name} has no option ${value.text}; with a dash it takes ${dashes.join(", ")}.`
        : `${value.text}: options of magics have no dashes.`,
      value,
      `${form}Usage: ${usage(this.#magic)}; put text that begins with a dash in quotes.`,
    );
  }
}

function source(value: TokenValue): string {
  return "text" in value ? value.text : "";
}

function flagsOf(magic: Magic): string[] {
  return magic.args.filter((arg) => arg.type === "boolean").map((arg) => arg.name);
}

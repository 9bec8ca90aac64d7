import { MagicError } from "../../errors.js";
import { own } from "../../own.js";
import { isNamed, isThenable, typeOf } from "../../tracking/value-type.js";
import type { MagicArgs } from "../magic.js";

// Arguments of a magic at run time. Literals were checked when the cell was parsed and expressions by TypeScript, but a value of
// type `any` is only known here.

/** A text, or the text of a number or boolean. @throws {MagicError} for any other value */
export function optionalText(args: MagicArgs, name: string): string | undefined {
  const value = own(args, name);
  if (value === undefined || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  throw wrongType(name, "text", value);
}

/** @throws {MagicError} naming the argument when it is absent or empty */
export function requiredText(magic: string, args: MagicArgs, name: string): string {
  const value = optionalText(args, name);
  if (value === undefined || value === "") {
    throw new MagicError("INVALID_PARAMETER_VALUE", `%${magic} needs ${name}.`, { hint: `See %${magic}?` });
  }
  return value;
}

/** @throws {MagicError} for what is no number */
export function optionalNumber(args: MagicArgs, name: string): number | undefined {
  const value = own(args, name);
  if (value === undefined || typeof value === "number") return value;
  throw wrongType(name, "a number", value);
}

/** Whether a flag is given. */
export function flag(args: MagicArgs, name: string): boolean {
  return own(args, name) === true;
}

/** A list of texts: `[a, b]`, an expression that gives an array, or one text. @throws {MagicError} for items that are not text */
export function textList(args: MagicArgs, name: string): string[] {
  const value = own(args, name);
  if (value === undefined) return [];
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) throw wrongType(name, "a list", value);
  return value.map((item: unknown, at) => {
    if (["string", "number", "boolean", "bigint"].includes(typeof item)) return String(item);
    throw wrongType(`${name}[${at}]`, "text", item);
  });
}

/** A record: keys under a prefix (`tag.family=x`), extra keys, or an object given as one value. */
export function record(args: MagicArgs, name: string): Readonly<Record<string, unknown>> {
  const value = own(args, name);
  if (value === undefined) return {};
  if (isNamed(value)) return value;
  throw wrongType(name, "an object", value);
}

/**
 * Names with their values: those written as `name=value`, and an object's.
 * @throws {MagicError} when that object turns out to be undefined, which would log nothing without a word
 */
export function namedValues(args: MagicArgs, name: string): Record<string, unknown> {
  if (own(args, name) === undefined && args.extra === undefined) throw wrongType(name, "an object", undefined);
  return { ...record(args, name), ...record(args, "extra") };
}

function wrongType(name: string, wanted: string, value: unknown): MagicError {
  const message = `Argument '${name}' must be ${wanted}; got ${typeOf(value)}.`;
  return isThenable(value) ? missingAwait(message) : new MagicError("INVALID_PARAMETER_VALUE", message);
}

/** A promise as an argument always comes of a forgotten `await`. @param message - says where it was found */
export function missingAwait(message: string): MagicError {
  return new MagicError("INVALID_PARAMETER_VALUE", `${message} An \`await\` is missing.`, {
    hint: "Write `{await …}` around the call that gives the value.",
  });
}

import { MagicError } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import { isNamed, isThenable, typeOf } from "../../tracking/value-type.js";
import type { Magic, MagicArg, MagicArgs } from "../magic.js";

/**
 * Puts the values of a lowered call back under the names of their arguments: the run-time twin of `writeCall`. What they are is
 * for `argReader` to check, while the cell's own line is still on the stack.
 */
export function bindCall(magic: Pick<Magic, "input" | "args">): (given: readonly unknown[]) => MagicArgs {
  if (magic.input === "text") return ([text]) => ({ text: text ?? "" });
  const names = magic.args.filter((arg) => arg.positional).map((arg) => arg.name);
  if (magic.input === "code") names.unshift("code", "text");
  const optionsAt = names.length;
  return (given) => {
    const args: Record<string, unknown> = {};
    for (const [at, name] of names.entries()) {
      if (given[at] !== undefined) setOwn(args, name, given[at]);
    }
    // The names of the magic's own arguments; those of users are inside of them. A spread takes ten times as long.
    Object.assign(args, given[optionsAt] as { extra?: unknown });
    return args;
  };
}

/** Takes one value as its argument's declaration says. @throws {MagicError} */
type Reader = (value: unknown) => unknown;

/**
 * Reads the arguments of a magic at run time, by its declaration. Literals were checked when the cell was parsed and expressions
 * by TypeScript, but a value of type `any` is only known here.
 * @returns a function that gives what `ArgsOf` says, and passes on `text` and `code`. It throws a {@link MagicError} for a
 * value of the wrong type, and for a promise that nobody awaited
 */
export function argReader({
  name: magic,
  args,
  extraArgs,
}: Pick<Magic, "name" | "args" | "extraArgs">): (given: MagicArgs) => MagicArgs {
  const readers = args.map((arg): [name: string, read: Reader] => [arg.name, readerOf(magic, arg)]);
  if (extraArgs) readers.push(["extra", (value) => values(magic, "extra", value, extraArgs.type === "number")]);
  return (given) => {
    const read: Record<string, unknown> = {};
    if (given.text !== undefined) read.text = given.text;
    if (given.code !== undefined) read.code = given.code;
    for (const [name, readOne] of readers) {
      const value = readOne(own(given, name));
      if (value !== undefined) setOwn(read, name, value);
    }
    return read;
  };
}

function readerOf(magic: string, arg: MagicArg): Reader {
  const { name } = arg;
  if (arg.prefix) return (value) => values(magic, name, value, false) ?? {};
  const read = readerOfType(magic, arg);
  if (arg.type === "number") return read;
  return (value) => {
    if (typeof value === "object" && isThenable(value)) throw missingAwait(`%${magic}: ${name} is ${typeOf(value)}.`);
    return read(value);
  };
}

function readerOfType(magic: string, arg: MagicArg): Reader {
  const { name, required, mayBeEmpty } = arg;
  switch (arg.type) {
    case "string": {
      const words: unknown = arg.complete;
      const allowed = Array.isArray(words) ? words : undefined;
      return (value) => {
        if (allowed && value !== undefined && !allowed.includes(value)) throw noWord(magic, name, value, allowed);
        const text = value === undefined || typeof value === "string" ? value : asText(name, value);
        if (required && (text === undefined || (text === "" && !mayBeEmpty))) throw absent(magic, name);
        return text;
      };
    }
    case "number":
      return (value) => {
        if (typeof value === "number" || (value === undefined && !required)) return value;
        throw isThenable(value)
          ? missingAwait(`%${magic}: ${name} is ${typeOf(value)}.`)
          : noNumber(magic, name, value);
      };
    case "boolean":
      return (value) => value === true;
    case "words":
    case "list":
      return (value) => textList(name, value);
    case "record":
      return (value) => {
        if (value === undefined || isNamed(value)) return value;
        throw wrongType(name, "an object", value);
      };
    case "value":
    case "space":
      return (value) => value;
  }
}

/** A text, or the text of a number or boolean. */
function asText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (["number", "boolean", "bigint"].includes(typeof value)) return String(value);
  throw wrongType(name, "text", value);
}

/** `[a, b]`, an expression that gives an array, or one text. */
function textList(name: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) throw wrongType(name, "a list", value);
  return value.map((item: unknown, at) => asText(`${name}[${at}]`, item));
}

/** What keys under a prefix (`tag.family=x`), and keys that are not declared, were given. */
function values(magic: string, name: string, value: unknown, numbers: boolean): unknown {
  if (value === undefined) return undefined;
  if (!isNamed(value)) throw wrongType(name, "an object", value);
  for (const [key, part] of Object.entries(value)) {
    if (isThenable(part)) throw missingAwait(`%${magic}: ${key} is ${typeOf(part)}.`);
    if (numbers && typeof part !== "number") throw noNumber(magic, key, part);
  }
  return value;
}

/**
 * Names with their values: those written as `name=value`, and an object's.
 * @throws {MagicError} when that object turns out to be undefined, which would log nothing without a word
 */
export function namedValues<T>(
  name: string,
  whole: Readonly<Record<string, T>> | undefined,
  extra: Readonly<Record<string, T>> | undefined,
): Record<string, T> {
  if (whole === undefined && extra === undefined) throw wrongType(name, "an object", undefined);
  return { ...whole, ...extra };
}

function absent(magic: string, name: string): MagicError {
  return new MagicError("INVALID_PARAMETER_VALUE", `%${magic} needs ${name}.`, { hint: `See %${magic}?` });
}

function noWord(magic: string, name: string, value: unknown, words: readonly unknown[]): MagicError {
  return new MagicError(
    "INVALID_PARAMETER_VALUE",
    `%${magic}: ${name} must be one of ${words.join(", ")}; got ${typeOf(value)}.`,
  );
}

function noNumber(magic: string, name: string, value: unknown): MagicError {
  return new MagicError("INVALID_PARAMETER_VALUE", `%${magic}: ${name} must be a number; got ${typeOf(value)}.`, {
    hint:
      typeof value === "string" || typeof value === "bigint"
        ? "Convert it with Number(…)."
        : `Check the expression given for ${name}.`,
  });
}

function wrongType(name: string, wanted: string, value: unknown): MagicError {
  const message = `Argument '${name}' must be ${wanted}; got ${typeOf(value)}.`;
  return isThenable(value) ? missingAwait(message) : new MagicError("INVALID_PARAMETER_VALUE", message);
}

/** A promise as an argument always comes of a forgotten `await`. @param message - says where it was found */
function missingAwait(message: string): MagicError {
  return new MagicError("INVALID_PARAMETER_VALUE", `${message} \`await\` is missing.`, {
    hint: "Write `{await …}` around the call that returns the value.",
  });
}

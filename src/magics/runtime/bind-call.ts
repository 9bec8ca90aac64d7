import { MagicError } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import { isThenable, typeOf } from "../../tracking/value-type.js";
import type { Magic, MagicArg, MagicArgs } from "../magic.js";
import { missingAwait } from "./read-args.js";

/**
 * Turns the values of a lowered call back into arguments by name: the run-time twin of `writeCall`.
 * TypeScript has checked what it could; a value whose type was `any` and that is not the number or the word it should be, or
 * a promise that nobody awaited, is refused here, while the cell's own line is still on the stack.
 */
export function bindCall(
  magic: Pick<Magic, "name" | "input" | "args" | "extraArgs">,
): (given: readonly unknown[]) => MagicArgs {
  if (magic.input === "text") return ([text]) => ({ text: text ?? "" });
  const names = magic.args.filter((arg) => arg.positional).map((arg) => arg.name);
  if (magic.input === "code") names.unshift("code", "text");
  const optionsAt = names.length;
  const numbers = magic.args.filter(isNumber).map((arg) => arg.name);
  const numericExtra = magic.extraArgs?.type === "number";
  const words = magic.args.flatMap(({ name, complete }) => (Array.isArray(complete) ? [{ name, complete }] : []));
  const records = new Set(["extra", ...magic.args.filter((arg) => arg.prefix).map((arg) => arg.name)]);
  return (given) => {
    const args: Record<string, unknown> = {};
    for (const [at, name] of names.entries()) {
      if (given[at] !== undefined) setOwn(args, name, given[at]);
    }
    // The names of the magic's own arguments; those of users are inside of them. A spread takes ten times as long.
    Object.assign(args, given[optionsAt] as { extra?: unknown });
    for (const [name, value] of Object.entries(args)) {
      if (typeof value !== "object" || value === null) continue;
      if (isThenable(value)) throw missingAwait(`%${magic.name}: ${name} is ${typeOf(value)}.`);
      if (!records.has(name)) continue;
      for (const [key, part] of Object.entries(value)) {
        if (isThenable(part)) throw missingAwait(`%${magic.name}: ${key} is ${typeOf(part)}.`);
      }
    }
    for (const { name, complete } of words) {
      const value = own(args, name);
      if (value !== undefined && !complete.includes(value)) throw noWord(magic.name, name, value, complete);
    }
    for (const name of numbers) {
      const value = own(args, name);
      if (value !== undefined && typeof value !== "number") throw noNumber(magic.name, name, value);
    }
    if (numericExtra) {
      for (const [name, value] of Object.entries(args.extra ?? {})) {
        if (typeof value !== "number") throw noNumber(magic.name, name, value);
      }
    }
    return args;
  };
}

function isNumber(arg: MagicArg): boolean {
  return arg.type === "number";
}

function noWord(magic: string, name: string, value: unknown, words: readonly string[]): MagicError {
  return new MagicError(
    "INVALID_PARAMETER_VALUE",
    `%${magic}: ${name} is one of ${words.join(", ")}; got ${typeOf(value)}.`,
  );
}

function noNumber(magic: string, name: string, value: unknown): MagicError {
  return new MagicError("INVALID_PARAMETER_VALUE", `%${magic}: ${name} must be a number; got ${typeOf(value)}.`, {
    hint:
      typeof value === "string" || typeof value === "bigint"
        ? "Convert it with Number(…)."
        : `Look at the expression behind ${name}.`,
  });
}

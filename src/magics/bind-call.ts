import { MagicError } from "../errors.js";
import type { Magic, MagicArg, MagicArgs } from "./magic.js";
import { describe } from "./read-args.js";

/**
 * Turns the values of a lowered call back into arguments by name: the run-time twin of `writeCall`.
 * TypeScript has checked what it could; a number that is none because its type was `any` is refused here, while the
 * cell's own line is still on the stack.
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
  return (given) => {
    const args: Record<string, unknown> = {};
    for (const [at, name] of names.entries()) {
      if (given[at] !== undefined) args[name] = given[at];
    }
    if (optionsAt < given.length) Object.assign(args, given[optionsAt]);
    for (const name of numbers) {
      if (args[name] !== undefined && typeof args[name] !== "number") throw noNumber(magic.name, name, args[name]);
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
  return arg.type === "number" && arg.tsType === undefined;
}

function noNumber(magic: string, name: string, value: unknown): MagicError {
  return new MagicError("INVALID_PARAMETER_VALUE", `%${magic}: ${name} must be a number; got ${describe(value)}.`, {
    hint:
      typeof value === "string" || typeof value === "bigint"
        ? "Convert it with Number(…)."
        : `Look at the expression behind ${name}.`,
  });
}

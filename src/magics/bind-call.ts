import type { Magic, MagicArgs } from "./magic.js";

/** Turns the values of a lowered call back into arguments by name: the run-time twin of `writeCall`. */
export function bindCall(magic: Pick<Magic, "input" | "args">): (given: readonly unknown[]) => MagicArgs {
  if (magic.input === "text") return ([text]) => ({ text: text ?? "" });
  const names = magic.args.filter((arg) => arg.positional).map((arg) => arg.name);
  if (magic.input === "code") names.unshift("code", "text");
  const optionsAt = names.length;
  return (given) => {
    const args: Record<string, unknown> = {};
    for (const [at, name] of names.entries()) {
      if (given[at] !== undefined) args[name] = given[at];
    }
    return optionsAt < given.length ? Object.assign(args, given[optionsAt]) : args;
  };
}

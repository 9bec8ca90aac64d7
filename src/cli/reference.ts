import type { CliCommand } from "./command.js";
import { commands } from "./commands.js";

/** The reference of the command line in docs/commands.md, in Markdown. */
export function cliReference(list: readonly CliCommand[] = commands): string {
  const rows = list.flatMap((command) => rowsOf(command, "runlab"));
  return ["| command | does |", "| --- | --- |", ...rows, ""].join("\n");
}

function rowsOf(command: CliCommand, before: string): string[] {
  const name = `${before} ${command.name}`;
  if (command.subcommands) return command.subcommands.flatMap((sub) => rowsOf(sub, name));
  const args = (command.arguments ?? []).map(({ name: word, required, variadic }) => {
    const inner = variadic ? `${word}…` : word;
    return required ? `<${inner}>` : `[${inner}]`;
  });
  const options = (command.options ?? []).filter(({ hidden }) => !hidden).map(({ flags }) => `[${flags}]`);
  const usage = [name, ...args, ...options].join(" ").replaceAll("|", "\\|");
  return [`| \`${usage}\` | ${command.summary.replaceAll("|", "\\|")} |`];
}

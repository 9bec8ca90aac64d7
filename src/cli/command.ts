import { own } from "../own.js";

/** A command is one declaration: parsing, `--help` and the reference in docs/ all read it. */
export interface CliCommand {
  readonly name: string;
  /** One sentence in the imperative, no full stop. */
  readonly summary: string;
  readonly arguments?: readonly CliArgument[];
  readonly options?: readonly CliOption[];
  /** A command with subcommands does nothing by itself. */
  readonly subcommands?: readonly CliCommand[];
  run?(input: CliInput): Promise<void>;
}

export interface CliArgument {
  readonly name: string;
  readonly doc: string;
  readonly required?: boolean;
  /** Takes all the words that are left; only the last one can. */
  readonly variadic?: boolean;
}

export interface CliOption {
  /** `--user`, `--prefix <path>`; the option's name is its first word in camelCase. */
  readonly flags: string;
  readonly doc: string;
  readonly default?: string | number;
  readonly choices?: readonly string[];
  /** A whole number, at least 1. */
  readonly count?: boolean;
  /** Names of options that cannot stand beside this one, in camelCase. */
  readonly conflicts?: readonly string[];
  /** An earlier name of another option: it works, and help does not list it. */
  readonly hidden?: boolean;
}

/** What the user gave, and where the answer goes. */
export interface CliInput {
  /** By `CliArgument.name`: a string, or string[] for a variadic one. */
  readonly args: Readonly<Record<string, string | string[] | undefined>>;
  /** By option name in camelCase: true, a string, or a number for `count`. */
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly io: CliIo;
}

export interface CliIo {
  /** A line of the answer, on stdout. */
  print(line: string): void;
  /** A line beside the answer (progress, warnings), on stderr. */
  note(line: string): void;
  /** The exit code when the command itself succeeded in finding that something is wrong. */
  setExitCode(code: number): void;
}

/** The option's string value; undefined when it was not given. */
export function textOption(input: CliInput, name: string): string | undefined {
  const value = own(input.options, name);
  return typeof value === "string" ? value : undefined;
}

/** The value of a `count` option; undefined when it was not given. */
export function countOption(input: CliInput, name: string): number | undefined {
  const value = own(input.options, name);
  return typeof value === "number" ? value : undefined;
}

/** The words of a variadic argument, or the one word of another. */
export function words(input: CliInput, name: string): string[] {
  const value = own(input.args, name);
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

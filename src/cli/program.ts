import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { errorStatus, isSystemError, RunlabError, reasonOf } from "../errors.js";
import { setOwn } from "../own.js";
import { visibleLines } from "../visible.js";
import type { CliCommand, CliInput, CliIo, CliOption } from "./command.js";

interface ProgramInfo {
  name: string;
  description: string;
  version: string;
}

/**
 * Runs one command line.
 * @param argv - the words after the program's name
 * @returns the exit code: 0, 2 for a command line that cannot be understood, else the error's own (see `errorStatus`)
 */
export async function runProgram(
  info: ProgramInfo,
  commands: readonly CliCommand[],
  argv: readonly string[],
  terminal: Omit<CliIo, "setExitCode">,
): Promise<number> {
  const exit = { code: 0 };
  const io = visibleIo(terminal);
  const full: CliIo = {
    ...io,
    setExitCode: (code) => {
      exit.code = code;
    },
  };
  const program = new Command(info.name).description(info.description).version(info.version);
  harden(program, io);
  for (const command of commands) program.addCommand(toCommander(command, full));
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    // Commander has said what is wrong (or printed the help or version that was asked for).
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportError(error, io);
  }
  return exit.code;
}

/**
 * The one way to the terminal: what is printed is shown, not acted on, whoever has chosen the names in it. In JSON the escapes are
 * JSON's own, so the values stay exact.
 */
function visibleIo(terminal: Omit<CliIo, "setExitCode">): Omit<CliIo, "setExitCode"> {
  return {
    print: (line) => terminal.print(visibleLines(line)),
    note: (line) => terminal.note(visibleLines(line)),
  };
}

function toCommander(command: CliCommand, io: CliIo): Command {
  const result = harden(new Command(command.name).description(command.summary), io);
  for (const argument of command.arguments ?? []) {
    const inner = argument.variadic ? `${argument.name}...` : argument.name;
    result.addArgument(new Argument(argument.required ? `<${inner}>` : `[${inner}]`, argument.doc));
  }
  for (const option of command.options ?? []) result.addOption(toOption(option));
  for (const sub of command.subcommands ?? []) result.addCommand(toCommander(sub, io));
  const { run } = command;
  if (run) result.action(() => run(toInput(command, result, io)));
  return result;
}

function toInput(command: CliCommand, parsed: Command, io: CliIo): CliInput {
  const args: Record<string, string | string[] | undefined> = {};
  command.arguments?.forEach((argument, index) => {
    setOwn(args, argument.name, parsed.processedArgs[index] as string | string[] | undefined);
  });
  return { args, options: parsed.opts(), io };
}

function toOption(option: CliOption): Option {
  const result = new Option(option.flags, option.doc);
  if (option.default !== undefined) result.default(option.default);
  if (option.choices) result.choices(option.choices);
  if (option.conflicts) result.conflicts([...option.conflicts]);
  if (option.hidden) result.hideHelp();
  if (option.count) result.argParser(parseCount);
  return result;
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return value;
}

/** Errors are thrown, not exited with; a suggestion and the way to the help stand under each. */
function harden(command: Command, io: Omit<CliIo, "setExitCode">): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("(see --help)")
    .configureOutput({
      writeOut: (text) => io.print(text.trimEnd()),
      writeErr: (text) => io.note(text.trimEnd()),
    });
}

/**
 * The command line's edge of an error: what happened and the way out, on stderr.
 * An error that nobody threw on purpose keeps its stack, since it is a defect to be reported.
 * @returns the exit code
 */
function reportError(error: unknown, io: Pick<CliIo, "note">): number {
  if (error instanceof RunlabError) {
    io.note(`runlab: ${error.message}`);
    if (error.hint) io.note(`  ${error.hint}`);
    return errorStatus[error.code].exit;
  }
  if (isSystemError(error)) {
    const { code, path } = error;
    io.note(`runlab: ${path === undefined ? error.message : `${path}: ${reasonOf(error)}.`}`);
    return code === "EACCES" || code === "EPERM" ? errorStatus.PERMISSION_DENIED.exit : errorStatus.INTERNAL_ERROR.exit;
  }
  io.note(`runlab: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  io.note("  This is a bug in runlab. Please report it with the lines above.");
  return errorStatus.INTERNAL_ERROR.exit;
}

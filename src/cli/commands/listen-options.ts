import { RunlabError } from "../../errors.js";
import type { CliOption } from "../command.js";

/** Which requests a server logs. */
export const accessLogOption: CliOption = {
  flags: "--access-log <what>",
  doc: "which requests to log on stderr, as JSON lines",
  choices: ["all", "errors", "none"],
  default: "all",
};

/** How a notebook that has started a server ends it: it holds the other end of its standard input. */
export const untilStdinEndsOption: CliOption = {
  flags: "--until-stdin-ends",
  doc: "stop when standard input ends, as well as on SIGINT and SIGTERM",
};

/** Resolves at the end of standard input. */
export function stdinEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin
      .once("end", resolve)
      .once("close", resolve)
      .once("error", () => resolve())
      .resume();
  });
}

/** @throws {RunlabError} INVALID_PARAMETER_VALUE for anything but a port */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new RunlabError(
    "INVALID_PARAMETER_VALUE",
    `'${text}' is not a port: it must be a whole number from 0 to 65535.`,
  );
}

/** Lines of the access log with an error have its code. @returns undefined: none is written */
export function logTo(what: string): ((text: string) => void) | undefined {
  if (what === "none") return undefined;
  if (what === "all") return (text) => process.stderr.write(text);
  return (text) => {
    const errors = text.split("\n").filter((line) => line.includes('"error":'));
    if (errors.length > 0) process.stderr.write(`${errors.join("\n")}\n`);
  };
}

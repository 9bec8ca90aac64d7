#!/usr/bin/env node
import { commands } from "../cli/commands.js";
import { packageInfo } from "../cli/package-info.js";
import { runProgram } from "../cli/program.js";

// `runlab runs list | head` closes the pipe early; what is left has no reader and is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

const { version, description } = packageInfo();
process.exitCode = await runProgram({ name: "runlab", description, version }, commands, process.argv.slice(2), {
  print: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
});

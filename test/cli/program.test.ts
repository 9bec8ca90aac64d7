import assert from "node:assert/strict";
import { test } from "node:test";
import type { CliCommand, CliInput } from "../../src/cli/command.js";
import { countOption, textOption, words } from "../../src/cli/command.js";
import { runProgram } from "../../src/cli/program.js";
import { TrackingError } from "../../src/errors.js";

/** Runs a command line on the commands given, and keeps what was printed. */
async function run(commands: readonly CliCommand[], ...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { print: (line: string) => out.push(line), note: (line: string) => err.push(line) };
  const info = { name: "runlab", description: "d", version: "1.2.3" };
  const code = await runProgram(info, commands, argv, io);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

function recorder(): { seen: CliInput[]; command: CliCommand } {
  const seen: CliInput[] = [];
  const command: CliCommand = {
    name: "bake",
    summary: "Bake things",
    arguments: [
      { name: "where", doc: "the oven", required: true },
      { name: "things", doc: "what to bake", variadic: true },
    ],
    options: [
      { flags: "--max-heat <degrees>", doc: "degrees", count: true },
      { flags: "--form <form>", doc: "its form", choices: ["round", "square"], default: "round" },
      { flags: "--fast", doc: "at once", conflicts: ["slow"] },
      { flags: "--slow", doc: "later" },
    ],
    async run(input) {
      seen.push(input);
    },
  };
  return { seen, command };
}

test("arguments and options arrive under their names, with defaults", async () => {
  const { seen, command } = recorder();
  const { code } = await run([command], "bake", "oven", "bread", "cake", "--max-heat", "220", "--fast");
  assert.equal(code, 0);
  const [input] = seen;
  assert.ok(input);
  assert.equal(input.args.where, "oven");
  assert.deepEqual(words(input, "things"), ["bread", "cake"]);
  assert.equal(countOption(input, "maxHeat"), 220);
  assert.equal(textOption(input, "form"), "round");
  assert.equal(input.options.fast, true);
});

for (const [what, argv, message] of [
  ["an unknown command gets a suggestion", ["bak"], /unknown command 'bak'\n\(Did you mean bake\?\)/],
  [
    "an unknown option gets a suggestion",
    ["bake", "oven", "--fst"],
    /unknown option '--fst'\n\(Did you mean --fast\?\)/,
  ],
  ["a missing argument is named", ["bake"], /missing required argument 'where'/],
  ["a value that is none of the choices lists them", ["bake", "o", "--form", "oval"], /round, square/],
  ["a count that is no whole number is refused", ["bake", "o", "--max-heat", "1.5"], /whole number of at least 1/],
  [
    "options that exclude each other are named",
    ["bake", "o", "--fast", "--slow"],
    /'--fast' cannot be used with option '--slow'/,
  ],
] as const) {
  test(`${what}, exit code 2, and nothing runs`, async () => {
    const { seen, command } = recorder();
    const { code, err } = await run([command], ...argv);
    assert.equal(code, 2);
    assert.match(err, message);
    assert.equal(seen.length, 0);
  });
}

test("help and version are answers, not errors", async () => {
  const { command } = recorder();
  const help = await run([command], "--help");
  assert.equal(help.code, 0);
  assert.match(help.out, /bake .*Bake things/);
  const version = await run([command], "--version");
  assert.deepEqual([version.code, version.out], [0, "1.2.3"]);
});

test("an error of the family shows its message and hint and gives its exit code", async () => {
  const command: CliCommand = {
    name: "fail",
    summary: "Fail",
    async run() {
      throw new TrackingError("RESOURCE_DOES_NOT_EXIST", "There is no run 'x'.", { hint: "Did you mean 'y'?" });
    },
  };
  const { code, err, out } = await run([command], "fail");
  assert.equal(code, 4);
  assert.equal(err, "runlab: There is no run 'x'.\n  Did you mean 'y'?");
  assert.equal(out, "");
});

test("an error that nobody meant keeps its stack and says that it is a defect", async () => {
  const command: CliCommand = {
    name: "fail",
    summary: "Fail",
    async run() {
      throw new TypeError("x is undefined");
    },
  };
  const { code, err } = await run([command], "fail");
  assert.equal(code, 1);
  assert.match(err, /TypeError: x is undefined\n +at /);
  assert.match(err, /bug in runlab/);
});

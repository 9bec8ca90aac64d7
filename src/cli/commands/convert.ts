import { existsSync, writeFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { KernelError } from "../../errors.js";
import { type CliCommand, textOption, words } from "../command.js";
import { readNotebook } from "../convert/notebook-file.js";

/** `runlab convert nb.ipynb --to ts`: the notebook as a plain script. */
export const convert: CliCommand = {
  name: "convert",
  summary: "Write a notebook as a plain TypeScript script that logs the same through the typed API",
  arguments: [{ name: "notebook", doc: "the .ipynb file", required: true }],
  options: [
    { flags: "--to <format>", doc: "what to write", choices: ["ts"], default: "ts" },
    { flags: "--output <path>", doc: "the file; beside the notebook, with its name, when left out" },
    { flags: "--force", doc: "overwrite a file that is there" },
  ],
  async run(input) {
    const [notebook = ""] = words(input, "notebook");
    const from = resolve(notebook);
    const to = resolve(textOption(input, "output") ?? `${from.slice(0, from.length - extname(from).length)}.ts`);
    if (existsSync(to) && input.options.force !== true) {
      throw new KernelError("RESOURCE_ALREADY_EXISTS", `The file ${to} is there already.`, {
        hint: "Choose another with --output, or overwrite it with --force.",
      });
    }
    // Loaded on use: it brings the compiler, which no other command should wait for.
    const { convertNotebook } = await import("../convert/convert-notebook.js");
    const { text, left } = convertNotebook(readNotebook(from), from, to);
    try {
      writeFileSync(to, text);
    } catch (cause) {
      throw new KernelError("PERMISSION_DENIED", `Cannot write ${to}.`, { cause });
    }
    input.io.print(`Wrote ${to}`);
    if (left.length > 0)
      input.io.note(`Left as comments, for they show something or are for notebooks: ${left.join(", ")}`);
  },
};

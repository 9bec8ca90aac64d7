import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";
import { KernelError } from "../../errors.js";
import { type CliCommand, type CliInput, textOption, words } from "../command.js";
import { readNotebook } from "../convert/notebook-file.js";

type Format = "ts" | "js";

/** `runlab convert nb.ipynb --to ts`: the notebook as a plain script. */
export const convert: CliCommand = {
  name: "convert",
  summary: "Write a notebook as a plain TypeScript or JavaScript script that logs the same through the typed API",
  arguments: [{ name: "notebook", doc: "the .ipynb file", required: true }],
  options: [
    {
      flags: "--to <format>",
      doc: "the language to write; default: by the extension of --output, otherwise ts",
      choices: ["ts", "js"],
    },
    { flags: "--output <path>", doc: "the output file; default: next to the notebook, with its name" },
    { flags: "--force", doc: "overwrite an existing file" },
  ],
  async run(input) {
    const [notebook = ""] = words(input, "notebook");
    const from = resolve(notebook);
    const { format, to } = target(input, from);
    refuseExisting(to, input);
    // Loaded on use: it brings the compiler, which no other command should wait for.
    const { convertNotebook, notStripped } = await import("../convert/convert-notebook.js");
    const { text, left } = convertNotebook(readNotebook(from), from, format === "ts" ? to : from);
    if (format === "ts") write(to, text);
    else {
      const { toJavaScript } = await import("../convert/to-javascript.js");
      const { files, folder } = toJavaScript(text, from, to);
      if (folder !== undefined) refuseExisting(folder, input);
      for (const [path, content] of files) write(path, content);
      if (folder !== undefined) input.io.note(`The TypeScript files that it imports were compiled into ${folder}`);
    }
    input.io.print(`Wrote ${to}`);
    const shown = relative(process.cwd(), to);
    if (format === "js") input.io.note(`Run it with: node ${shown}`);
    else {
      const compiled = notStripped(text);
      const plain = compiled
        ? `. Plain Node cannot run it, because it has ${compiled}; --to js writes one that it can.`
        : `, or on Node 22.18 and later: node ${shown}`;
      input.io.note(`Run it with: npx tsx ${shown}${plain}`);
    }
    if (/\.[jt]s$/.test(to) && !inModulePackage(to)) {
      input.io.note(
        `Its awaits need an ES module: use the extension .m${format}, or put "type": "module" in package.json.`,
      );
    }
    if (left.length > 0) input.io.note(`Left as comments, because they only work in notebooks: ${left.join(", ")}`);
  },
};

/** @throws {KernelError} INVALID_PARAMETER_VALUE when the file's ending says another format */
function target(input: CliInput, from: string): { format: Format; to: string } {
  const output = textOption(input, "output");
  const named = output === undefined ? undefined : /\.[mc]?([jt])sx?$/.exec(output)?.[1];
  const ending = named === undefined ? undefined : (`${named}s` as Format);
  const format = (textOption(input, "to") as Format | undefined) ?? ending ?? "ts";
  if (ending !== undefined && ending !== format) {
    throw new KernelError("INVALID_PARAMETER_VALUE", `--to ${format} does not match --output ${output}.`, {
      hint: "Omit one of the two, or change the file's extension.",
    });
  }
  if (output !== undefined) return { format, to: resolve(output) };
  const stem = from.slice(0, from.length - extname(from).length);
  return { format, to: `${stem}.${inModulePackage(from) ? "" : "m"}${format}` };
}

function refuseExisting(path: string, input: CliInput): void {
  if (!existsSync(path) || input.options.force === true) return;
  throw new KernelError("RESOURCE_ALREADY_EXISTS", `${path} already exists.`, {
    hint: "Choose another file with --output, or overwrite it with --force.",
  });
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (cause) {
    throw new KernelError("PERMISSION_DENIED", `Cannot write ${path}.`, { cause });
  }
}

/** Whether the nearest package.json makes `.ts` and `.js` files ES modules. @see Node's docs, "Determining module system" */
function inModulePackage(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (existsSync(path)) return typeOf(path) === "module";
    if (folder === dirname(folder)) return false;
  }
}

function typeOf(packageFile: string): unknown {
  try {
    return (JSON.parse(readFileSync(packageFile, "utf8")) as { type?: unknown } | null)?.type;
  } catch {
    // Node would refuse it too, with the place.
    return undefined;
  }
}

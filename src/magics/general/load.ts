import { readFile } from "node:fs/promises";
import { MagicError, reasonOf } from "../../errors.js";
import { homePath } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";

/** `%load file`: the file's text takes the place of the cell, below its own line as a comment. */
export const load = defineMagic({
  name: "load",
  kind: "line",
  summary: "Put the text of a file or a URL into the cell",
  input: "args",
  args: [
    { name: "source", type: "string", doc: "a path or a URL", positional: true, required: true, complete: "file" },
  ],
  lowering: "await",
  draws: true,
  examples: ["%load metrics.ts"],
  async run({ source }, { services, cell }) {
    const text = await read(source, cell.signal);
    services.replaceCell(`// %load ${source}\n${text}`);
  },
});

async function read(name: string, signal: AbortSignal): Promise<string> {
  const isUrl = /^https?:\/\//.test(name);
  try {
    if (!isUrl) return await readFile(homePath(name), { encoding: "utf8", signal });
    const answer = await fetch(name, { signal });
    if (!answer.ok) throw new Error(`HTTP ${answer.status} ${answer.statusText}`);
    return await answer.text();
  } catch (cause) {
    // fetch says only "fetch failed", and why in its cause.
    const why = reasonOf((isUrl && cause instanceof TypeError && cause.cause) || cause);
    throw new MagicError("RESOURCE_DOES_NOT_EXIST", `%load can't read '${name}': ${why}.`, {
      hint: isUrl ? undefined : `Paths are relative to '${process.cwd()}'.`,
      cause,
    });
  }
}

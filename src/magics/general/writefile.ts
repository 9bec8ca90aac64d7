import { existsSync } from "node:fs";
import { appendFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { MagicError, reasonOf } from "../../errors.js";
import { homePath, homePathText } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";
import { say } from "../runtime/say.js";

/** `%%writefile path`: the cell's text into a file. */
export const writefile = defineMagic({
  name: "writefile",
  kind: "cell",
  summary: "Write the cell to a file",
  input: "args",
  body: "text",
  args: [
    {
      name: "path",
      type: "string",
      doc: "the file; it is overwritten",
      positional: true,
      required: true,
      complete: "file",
    },
    { name: "append", type: "boolean", dashed: ["-a", "--append"], doc: "append to the file" },
  ],
  lowering: "await",
  examples: ["%%writefile metrics.ts\nexport const half = (x: number) => x / 2;", "%%writefile notes.md append\nmore"],
  script({ arg, literal, text }) {
    const write = literal("append") === true ? "appendFileSync" : "writeFileSync";
    const content = JSON.stringify(`${text.replace(/\r?\n$/, "")}\n`);
    const inHome = homePathText(literal("path"));
    return {
      calls: [callText(write, inHome?.text ?? arg("path"), content)],
      imports: { "node:fs": [write], ...inHome?.imports },
      sync: true,
    };
  },
  async runCell({ path, append, text }, { output }) {
    const file = homePath(path);
    const done = append ? "Appending to" : existsSync(file) ? "Overwriting" : "Writing";
    // A cell has no last line break; a file of text has one, as IPython writes it.
    const content = `${text.replace(/\r?\n$/, "")}\n`;
    try {
      await (append ? appendFile(file, content) : writeFile(file, content));
    } catch (cause) {
      const why = reasonOf(cause);
      throw new MagicError("PERMISSION_DENIED", `%%writefile can't write '${resolve(file)}': ${why}.`, { cause });
    }
    say(output, `${done} ${file}`);
    return { hasValue: false, value: undefined };
  },
});

import { sortableTableHtml } from "../../render/table.js";
import { sign } from "../assist/help.js";
import { defineMagic } from "../define-magic.js";
import type { Magic } from "../magic.js";

/** `%lsmagic`: what there is, in IPython's words, and as a table. */
export const lsmagic = defineMagic({
  name: "lsmagic",
  kind: "line",
  summary: "List all magics",
  input: "args",
  args: [],
  lowering: "await",
  draws: true,
  returns: "string[]",
  examples: ["%lsmagic"],
  run(_args, { magics, output, assigned }) {
    const line = magics.filter((magic) => magic.kind !== "cell").map((magic) => `%${magic.name}`);
    const cell = magics.filter((magic) => magic.kind !== "line").map((magic) => `%%${magic.name}`);
    if (!assigned) output.display({ data: { "text/plain": listText(line, cell), "text/html": listHtml(magics) } });
    return [...line, ...cell];
  },
});

function listText(line: string[], cell: string[]): string {
  return [
    "Available line magics:",
    [...line].sort().join("  "),
    "",
    "Available cell magics:",
    [...cell].sort().join("  "),
    "",
    "%name? shows the help of a magic.",
  ].join("\n");
}

function listHtml(magics: readonly Magic[]): string {
  return sortableTableHtml({
    caption: "Magics",
    columns: [{ label: "magic", type: "code", rowHeader: true }, { label: "does" }],
    rows: magics.map((magic) => [
      magic.kind === "both" ? `%${magic.name}  %%${magic.name}` : sign(magic) + magic.name,
      magic.summary,
    ]),
    notes: ["%name? shows the help of a magic."],
  });
}

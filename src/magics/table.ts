import { sign, usage } from "./assist/help.js";
import type { Magic } from "./magic.js";
import { magics } from "./registry.js";

/** README's table of magics, in Markdown. */
export function magicsTable(list: readonly Magic[] = magics): string {
  const rows = list.map((magic) => {
    const names = magic.kind === "both" ? `\`%${magic.name}\` \`%%${magic.name}\`` : `\`${sign(magic)}${magic.name}\``;
    return `| ${names} | ${cell(magic.summary)} | ${code(usage(magic))} |`;
  });
  return ["| magic | does | takes |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** In a table, `|` ends the cell even inside a code span. */
function code(text: string): string {
  return `\`${cell(text)}\``;
}

import { visible } from "../visible.js";
import { isRight, layOut, type Table } from "./table.js";

/** A text of others' choosing as one line of Markdown: it shows as it is, and nothing in it is markup or a mention. */
export function markdownText(text: string): string {
  return visible(text.replace(/\s+/g, " ").trim())
    .replace(/[<>&\\`*_[\]|~$]|[@#](?=\w)|^[#+=-]|^\d{1,9}[.)](?=\s|$)/g, harmless)
    .trim();
}

function harmless(mark: string): string {
  if (/[<>&]/.test(mark)) return `&#${mark.charCodeAt(0)};`;
  // GitHub makes mentions of these in what is rendered; a comment keeps the two sides apart.
  if (/[@#]/.test(mark)) return `${mark}<!-- -->`;
  return `${mark.slice(0, -1)}\\${mark.slice(-1)}`;
}

/** The table in GitHub's Markdown, its caption above it and what is left out below; best values are bold. */
export function tableMarkdown(table: Table): string {
  const grid = layOut(table);
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const lines = [
    row(grid.columns.map(({ label }) => markdownText(label))),
    row(grid.columns.map((column) => (isRight(column) ? "---:" : "---"))),
    ...grid.cells.map((cells) =>
      row(cells.map(({ text, best }) => (best ? `**${markdownText(text)}**` : markdownText(text)))),
    ),
  ];
  const notes = grid.notes.map((note) => `\n${markdownText(note)}\n`);
  return `**${markdownText(table.caption)}**\n\n${lines.join("\n")}\n${notes.join("")}`;
}

/** Text as a block of code, whatever runs of backquotes are in it. */
export function codeMarkdown(code: string, language: string): string {
  const longest = (code.match(/`+/g) ?? []).reduce((length, marks) => Math.max(length, marks.length), 2);
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code.endsWith("\n") ? code : `${code}\n`}${fence}\n`;
}

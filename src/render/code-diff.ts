import { visibleText } from "../visible.js";
import { escapeHtml } from "./escape-html.js";
import { clip, plural } from "./format-value.js";

/** One line of two texts set against each other. `skipped` stands for `count` lines that are the same. */
export type DiffLine = { kind: "same" | "removed" | "added"; text: string } | { kind: "skipped"; count: number };

/** Lines that are the same, shown around those that differ. */
const context = 3;

/** Most lines that are removed and added in all before the search for the shortest way is given up: it takes their product. */
const maxEdits = 4_000;

/** Most lines shown, and most characters of one. */
const maxLines = 400;
const maxLineLength = 500;

/**
 * What differs between two texts, line by line, with three lines around; a last line without its line break is as one with it.
 * @returns undefined when more lines differ than can be set against each other; none when the texts are the same
 */
export async function diffLines(before: string, after: string): Promise<DiffLine[] | undefined> {
  // Loaded on first use: the engine's snapshot holds no package.
  const { diffArrays } = await import("diff");
  const changes = diffArrays(linesOf(before), linesOf(after), { maxEditLength: maxEdits });
  if (changes === undefined) return undefined;
  if (!changes.some(({ added, removed }) => added || removed)) return [];
  return changes.flatMap(({ value, added, removed }, at): DiffLine[] => {
    const lines = (kind: "same" | "removed" | "added", texts: readonly string[]) =>
      texts.map((text): DiffLine => ({ kind, text }));
    if (added) return lines("added", value);
    if (removed) return lines("removed", value);
    const head = at === 0 ? 0 : context;
    const tail = at === changes.length - 1 ? 0 : context;
    const skipped = value.length - head - tail;
    // Saying that one line is left out takes a line.
    if (skipped <= 1) return lines("same", value);
    return [
      ...lines("same", value.slice(0, head)),
      { kind: "skipped", count: skipped },
      ...lines("same", value.slice(value.length - tail)),
    ];
  });
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** As a page shows them: the first `limit` lines, the long ones cut, with all that is in them to be seen. */
export function shownLines(lines: readonly DiffLine[], limit: number): DiffLine[] {
  return lines
    .slice(0, limit)
    .map((line) =>
      line.kind === "skipped" ? line : { kind: line.kind, text: visibleText(clip(line.text, maxLineLength)) },
    );
}

const signs = { same: " ", removed: "-", added: "+" } as const;

/** As text: `-` before what is gone, `+` before what has come, as in a patch. */
export function diffLinesText(lines: readonly DiffLine[]): string {
  const shown = lines.slice(0, maxLines).map((line) => {
    if (line.kind === "skipped") return `  … ${plural(line.count, "line")} the same`;
    return visibleText(`${signs[line.kind]} ${clip(line.text, maxLineLength)}`);
  });
  return [...shown, ...leftOut(lines).map((note) => `  ${note}`)].join("\n");
}

/** The same as HTML; the signs stay, since colour alone tells nobody anything. */
export function diffLinesHtml(lines: readonly DiffLine[]): string {
  const shown = lines.slice(0, maxLines).map((line) => {
    if (line.kind === "skipped") return `<div style="${quiet}">… ${plural(line.count, "line")} the same</div>`;
    const text = escapeHtml(`${signs[line.kind]} ${clip(line.text, maxLineLength)}`);
    return `<div style="${looks[line.kind]}">${text}</div>`;
  });
  const notes = leftOut(lines).map((note) => `<div style="${quiet}">${note}</div>`);
  return `<div style="${boxStyle}">${[...shown, ...notes].join("")}</div>`;
}

function leftOut(lines: readonly DiffLine[]): string[] {
  return lines.length > maxLines ? [`… ${plural(lines.length - maxLines, "line")} not shown`] : [];
}

// Tints that text reads on, light and dark, in two colours that nobody confuses.
const line = "padding:0 8px;white-space:pre-wrap;overflow-wrap:anywhere;";
const looks = {
  same: line,
  removed: `${line}background:rgba(213,94,0,0.2)`,
  added: `${line}background:rgba(0,158,115,0.22)`,
} as const;
const quiet = "padding:0 8px;opacity:0.7";
const boxStyle =
  "font-family:monospace;font-size:0.92em;line-height:1.45;margin:4px 8px;border:1px solid rgba(128,128,128,0.35)";

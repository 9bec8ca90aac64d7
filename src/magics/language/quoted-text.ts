import { own } from "../../own.js";
import { type Span, spanError } from "./span-error.js";

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v", 0: "\0" };

/**
 * A text in quotes, with JavaScript's escapes; a backslash before any other character stands for that character.
 * @param start - where the opening quote stands, which decides the closing one
 * @param lineEnd - where the line ends, as far as the text may go
 * @returns the text, and from where to where it stands with its quotes
 * @throws {MagicError} for a text that is not closed
 */
export function readQuoted(source: string, start: number, lineEnd: number): { kind: "string"; text: string } & Span {
  const { text, end } = readOpenQuoted(source, start, lineEnd);
  if (end !== undefined) return { kind: "string", text, start, end };
  const quote = source[start];
  throw spanError(
    `The text has no closing ${quote}.`,
    { start, end: lineEnd },
    `Close it with ${quote} on the same line.`,
  );
}

/**
 * The same for a text that may not be closed yet.
 * @returns where each UTF-16 unit of the text comes from, and where it ends with its quote, if it has one
 */
export function readOpenQuoted(
  source: string,
  start: number,
  lineEnd: number,
): { text: string; offsets: number[]; end?: number } {
  const quote = source[start];
  const offsets: number[] = [];
  let text = "";
  for (let at = start + 1; at < lineEnd; at++) {
    const character = source[at] ?? "";
    if (character === quote) return { text, offsets, end: at + 1 };
    const from = at;
    if (character !== "\\" || at + 1 >= lineEnd) text += character;
    else {
      at++;
      const escaped = source[at] ?? "";
      const unicode = /^u(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))/.exec(source.slice(at, Math.min(at + 9, lineEnd)));
      const point = Number.parseInt(unicode?.[1] ?? unicode?.[2] ?? "", 16);
      if (unicode && point <= 0x10ffff) {
        text += String.fromCodePoint(point);
        at += unicode[0].length - 1;
      } else text += own(escapes, escaped) ?? escaped;
    }
    while (offsets.length < text.length) offsets.push(from);
  }
  return { text, offsets };
}

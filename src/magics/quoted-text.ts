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
  const quote = source[start];
  let text = "";
  for (let at = start + 1; at < lineEnd; at++) {
    const character = source[at] ?? "";
    if (character === quote) return { kind: "string", text, start, end: at + 1 };
    if (character !== "\\" || at + 1 >= lineEnd) {
      text += character;
      continue;
    }
    at++;
    const escaped = source[at] ?? "";
    const unicode = /^u(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))/.exec(source.slice(at, Math.min(at + 9, lineEnd)));
    const point = Number.parseInt(unicode?.[1] ?? unicode?.[2] ?? "", 16);
    if (unicode && point <= 0x10ffff) {
      text += String.fromCodePoint(point);
      at += unicode[0].length - 1;
    } else text += escapes[escaped] ?? escaped;
  }
  throw spanError(
    `The text has no closing ${quote}.`,
    { start, end: lineEnd },
    `Close it with ${quote} on the same line.`,
  );
}

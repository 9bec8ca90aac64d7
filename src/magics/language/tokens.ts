import { MagicError } from "../../errors.js";
import type { Syntax } from "../../kernel/extension.js";
import { own } from "../../own.js";

/** One argument as it stands on the line. Offsets are the cell's, in UTF-16 units. */
export interface Token extends Span {
  /** The name before `=`. */
  key?: Span & { text: string };
  value: TokenValue;
}

export type TokenValue =
  | ({ kind: "word" | "string"; text: string } & Span)
  /** From `{` to behind `}`, or a template from backquote to behind backquote. */
  | ({ kind: "expression" } & Span)
  | ({ kind: "list"; items: TokenValue[] } & Span);

const keyShape = /^[\p{L}_$][\p{L}\p{N}_$./-]*(?==(?!=))/u;

/**
 * Splits the arguments of a magic: `source` from `start` to `end`, which is one line or the rest of one.
 * A comment (`//` after a space) and a last `;` end the arguments.
 * @throws {MagicError} where a quote, a bracket or a value is missing
 */
export function tokenize(source: string, start: number, end: number, syntax: Syntax): Token[] {
  const scanner = new Scanner(source, end, syntax);
  const tokens: Token[] = [];
  let at = scanner.skipBlanks(start);
  while (at < end && !scanner.isEnd(at)) {
    const token = scanner.token(at);
    tokens.push(token);
    at = scanner.skipBlanks(token.end);
    if (at === token.end && at < end && !scanner.isLastSemicolon(at)) {
      if (source[at] === ",") {
        throw spanError(
          "There is a comma after an argument.",
          { start: at, end: at + 1 },
          'Write a list in brackets: ["a", "b"]. Arguments are separated by spaces.',
        );
      }
      throw spanError(
        "A space is missing between two arguments.",
        { start: at, end: at + 1 },
        "Put an argument that contains spaces in quotes.",
      );
    }
  }
  return tokens;
}

class Scanner {
  readonly #source: string;
  readonly #end: number;
  readonly #syntax: Syntax;

  constructor(source: string, end: number, syntax: Syntax) {
    this.#source = source;
    this.#end = end;
    this.#syntax = syntax;
  }

  skipBlanks(at: number): number {
    let next = at;
    while (next < this.#end && isBlank(this.#source[next])) next++;
    return next;
  }

  isEnd(at: number): boolean {
    return this.#source.startsWith("//", at) || this.isLastSemicolon(at);
  }

  isLastSemicolon(at: number): boolean {
    if (this.#source[at] !== ";") return false;
    const rest = this.#source.slice(at + 1, this.#end).trim();
    return rest === "" || rest.startsWith("//");
  }

  token(start: number): Token {
    const key = this.#key(start);
    if (!key) {
      const value = this.#value(start, false);
      return { start, end: value.end, value };
    }
    const at = key.behind;
    if (at >= this.#end || isBlank(this.#source[at]) || this.isLastSemicolon(at)) {
      throw spanError(
        `The value of ${key.text} is missing.`,
        { start, end: at },
        `Write ${key.text}=value, without spaces.`,
      );
    }
    const value = this.#value(at, false);
    return { start, end: value.end, key: { text: key.text, start: key.start, end: key.end }, value };
  }

  /** A bare or quoted name that `=` touches. */
  #key(start: number): (Span & { text: string; behind: number }) | undefined {
    const match = keyShape.exec(this.#source.slice(start, this.#end));
    if (match) {
      const end = start + match[0].length;
      return { text: match[0], start, end, behind: end + 1 };
    }
    const quote = this.#source[start];
    if (quote !== '"' && quote !== "'") return undefined;
    const { text, end } = readQuoted(this.#source, start, this.#end);
    return this.#source[end] === "=" && end < this.#end ? { text, start, end, behind: end + 1 } : undefined;
  }

  #value(start: number, inList: boolean): TokenValue {
    switch (this.#source[start]) {
      case '"':
      case "'":
        return readQuoted(this.#source, start, this.#end);
      case "{":
        return this.#expression(start, "}");
      case "`":
        return this.#template(start);
      case "[":
        return this.#list(start);
      default:
        return this.#word(start, inList);
    }
  }

  #expression(start: number, closer: string): TokenValue & { kind: "expression" } {
    const line = this.#source.slice(start, this.#end);
    const length = this.#syntax.closing(line, 0);
    if (length < 0) {
      throw spanError(
        `The expression has no closing ${closer} on its line.`,
        { start, end: this.#end },
        "A magic must be on one line; put a long expression in a const above it.",
      );
    }
    if (line.slice(1, length - 1).trim() === "" && closer === "}") {
      throw spanError(
        "The expression between { and } is missing.",
        { start, end: start + length },
        "Write {expression}.",
      );
    }
    return { kind: "expression", start, end: start + length };
  }

  /** A template without `${` and `\` is plain text. */
  #template(start: number): TokenValue {
    const { end } = this.#expression(start, "`");
    const inside = this.#source.slice(start + 1, end - 1);
    return /\$\{|\\/.test(inside) ? { kind: "expression", start, end } : { kind: "string", text: inside, start, end };
  }

  #list(start: number): TokenValue {
    const items: TokenValue[] = [];
    let at = this.skipBlanks(start + 1);
    while (at < this.#end) {
      if (this.#source[at] === "]") return { kind: "list", items, start, end: at + 1 };
      const item = this.#value(at, true);
      items.push(item);
      at = this.skipBlanks(item.end);
      if (this.#source[at] === ",") at = this.skipBlanks(at + 1);
      else if (at < this.#end && this.#source[at] !== "]") {
        throw spanError(
          "A comma is missing between two values of the list.",
          { start: at, end: at + 1 },
          "Write [a, b, c].",
        );
      }
    }
    throw spanError("The list has no closing ].", { start, end: this.#end }, "Write [a, b, c] on one line.");
  }

  #word(start: number, inList: boolean): TokenValue {
    let at = start;
    while (at < this.#end && !isBlank(this.#source[at]) && !this.isLastSemicolon(at)) {
      const character = this.#source[at] ?? "";
      if (inList && (character === "," || character === "]")) break;
      if (character === "{" || character === "`") {
        const text = this.#source.slice(start, at);
        throw spanError(
          "An expression cannot be part of a bare word.",
          { start: at, end: at + 1 },
          `Write a template, \`${text}\${…}\`, or only the expression, {…}.`,
        );
      }
      if (character === '"' || character === "'") {
        // It's an apostrophe as long as the word goes on like one; a quote that opens here is a mistake.
        if (character === '"' || this.#source.indexOf("'", at + 1) >= 0) {
          throw spanError(
            "There is a quote inside a bare word.",
            { start: at, end: at + 1 },
            "Put the whole argument in quotes.",
          );
        }
      }
      at++;
    }
    if (at === start) throw spanError("A value is missing.", { start, end: start + 1 }, "Write [a, b, c].");
    return { kind: "word", text: this.#source.slice(start, at), start, end: at };
  }
}

function isBlank(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v", 0: "\0" };

/**
 * A text in quotes, with JavaScript's escapes; a backslash before any other character stands for that character.
 * @param start - where the opening quote stands, which decides the closing one
 * @param lineEnd - where the line ends, as far as the text may go
 * @returns the text, and from where to where it stands with its quotes
 * @throws {MagicError} for a text that is not closed
 */
function readQuoted(source: string, start: number, lineEnd: number): { kind: "string"; text: string } & Span {
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

/** A part of the cell's source, in UTF-16 units; `end` is behind the last one. */
export interface Span {
  start: number;
  end: number;
}

/** What is wrong with a part of a magic's line; the part is marked, by one character at least. */
export function spanError(message: string, { start, end }: Span, hint: string): MagicError {
  return new MagicError("INVALID_PARAMETER_VALUE", message, { hint, at: { start, length: Math.max(1, end - start) } });
}

import { TrackingError } from "../../errors.js";

type TokenKind = "name" | "quoted" | "key" | "number" | "operator" | "(" | ")" | "," | "." | "end";

export interface Token {
  kind: TokenKind;
  /** As written, without quotes. */
  text: string;
  /** Offset in the filter, UTF-16 units. */
  start: number;
  /** For `quoted`: which quotes. */
  quote?: string;
}

const name = /[\p{L}_][\p{L}\p{N}_.\-/:]*/uy;
const number = /[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\p{L}\p{N}_])/uy;
const operator = /!=|>=|<=|=|>|</y;

/** Splits a filter; the last token is `end`. A double-quoted word is a key or a text, as its place says. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp, kind: TokenKind): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(filter);
    if (found === null) return false;
    tokens.push({ kind, text: found[0], start: at });
    at += found[0].length;
    return true;
  };
  while (at < filter.length) {
    const char = filter.charAt(at);
    if (/\s/.test(char)) at++;
    else if (char === "(" || char === ")" || char === "," || char === ".") {
      if (char === "." && take(number, "number")) continue;
      tokens.push({ kind: char, text: char, start: at++ });
    } else if (char === "'" || char === '"' || char === "`") {
      const { text, end } = readQuoted(filter, at);
      tokens.push({ kind: char === "`" ? "key" : "quoted", text, start: at, quote: char });
      at = end;
    } else if (!take(number, "number") && !take(name, "name") && !take(operator, "operator")) {
      throw filterError(filter, at, `'${char}' is not allowed here`);
    }
  }
  tokens.push({ kind: "end", text: "", start: filter.length });
  return tokens;
}

/** Ends at the same quote; a doubled one, or one behind a backslash, stands for itself. */
function readQuoted(filter: string, start: number): { text: string; end: number } {
  const quote = filter.charAt(start);
  let text = "";
  for (let at = start + 1; at < filter.length; at++) {
    const char = filter.charAt(at);
    if (char === quote) {
      if (filter.charAt(at + 1) !== quote) return { text, end: at + 1 };
      at++;
    } else if (char === "\\" && (filter.charAt(at + 1) === quote || filter.charAt(at + 1) === "\\")) {
      at++;
    }
    text += filter.charAt(at);
  }
  throw filterError(filter, start, `the ${quote} opened here is never closed`);
}

/** The way out of an error that knows no better one. */
export const filterExample = "For example: metrics.rmse < 0.8 AND params.model = 'elastic'.";

/** An error that points at the column. */
function filterError(filter: string, at: number, problem: string, hint = filterExample): TrackingError {
  const from = Math.max(0, at - 60);
  const shown = filter.slice(from, at + 60).replace(/\s/g, " ");
  return new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `Invalid filter, column ${at + 1}: ${problem}.\n  ${shown}\n  ${" ".repeat(at - from)}^`,
    { hint },
  );
}

/** Reads the tokens of a filter one by one. */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;

  /** @throws {TrackingError} INVALID_PARAMETER_VALUE for anything but a token */
  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  /** The next token, which stays the next; `end` behind the last. */
  peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", start: this.#text.length };
  }

  skip(): void {
    this.#next++;
  }

  /** Reads a token of this kind. @returns whether it was one */
  take(kind: Token["kind"]): boolean {
    if (this.peek().kind !== kind) return false;
    this.skip();
    return true;
  }

  /** Reads a word of the grammar, in any case of letters. @returns whether it was it */
  word(word: string): boolean {
    const token = this.peek();
    if (token.kind !== "name" || token.text.toUpperCase() !== word) return false;
    this.skip();
    return true;
  }

  /** Reads a quoted text. @throws {TrackingError} for anything else */
  quoted(after: string): string {
    const token = this.peek();
    if (token.kind !== "quoted") throw this.expected(`quoted text after ${after}`);
    this.skip();
    return token.text;
  }

  /** That the next token is not what the grammar has there. */
  expected(what: string): TrackingError {
    const token = this.peek();
    const quote = token.quote ?? "'";
    const found = token.kind === "end" ? "the end of the filter" : `${quote}${token.text}${quote}`;
    return this.wrong(token, `expected ${what}, found ${found}`);
  }

  wrong(token: Token, problem: string, hint?: string): TrackingError {
    return filterError(this.#text, token.start, problem, hint);
  }
}
